"""What a column of a first world holds: by its type, its choices and the words of its name."""

from __future__ import annotations

import uuid
from typing import Any

from harness.backend.guess.money import numbers, words
from harness.backend.guess.words import HOLDERS
from harness.core.look.django import Field, Model

LIVE = ("active", "enabled", "verified", "confirmed", "ready", "live")
STRONG = ("owner", "admin", "administrator", "superuser", "manager")
TEXTS = ("CharField", "TextField", "SlugField")
NAMES = {"name", "title", "keyword", "keywords"}
TALK = NAMES | {"text", "body", "content", "html", "prompt", "transcript", "message", "description", "summary", "notes", "article", "question", "topic"}  # fmt: skip
MAILS, PASSWORDS = {"email"}, {"password"}
PLACES = {"url", "domain", "website"}
HANDLES = {"slug", "username", "code", "sku", "key", "reference", "dedupe"}
TONGUES = {"language", "lang", "locale"}
SENTENCES = (
    "The launch is at six in the morning. Anna brings the spare rope, and Ben books the slipway for both boats. "
)
USUAL = {
    "Boolean": False, "Integer": 1, "Decimal": "1", "Float": 1.0, "DateTime": "2026-01-05T09:00:00Z", "Date": "2026-01-05",
    "Time": "09:00:00", "JSON": {}, "Array": [], "Duration": "01:00:00", "IPAddress": "127.0.0.1",
}  # fmt: skip
"""What a type is called -> a value of it; the first that fits."""


def value(model: Model, field: Field, label: str, n: int, *, rich: bool) -> Any:
    """Of the `n`th row that is called `label`; None where the model's own default does. `rich`: with texts that need not be there."""
    said = set(words(field.column))
    if field.auto_now or field.auto_now_add or field.generated or (field.primary_key and (field.default or "Auto" in field.internal_type)):  # fmt: skip
        return None
    if field.choices:
        return _chosen(model, field)
    text = field.internal_type in TEXTS
    optional = field.null or field.default or field.db_default or (field.blank and text)
    if optional and not (rich and text and said & TALK and not field.default.strip('"')):
        return None
    return _made(field, said, label.replace("_", " "), n)


def may_be_a_balance(model: Model, field: Field) -> bool:
    """A number that begins with nothing: where no name says which one it is, each of them is given something to fall from."""
    nothing = field.default.strip('"') in ("", "0", "0.0", "0.00") and not field.null
    return nothing and not field.choices and not field.generated and field in numbers(model)


def _chosen(model: Model, field: Field) -> Any:
    """Whoever acts is let in and may do all; anything else begins as its model says."""
    by_word = {choice.lower(): choice for choice in field.choices}
    holder = set(words(model.label.rpartition(".")[2])) & (HOLDERS | {"membership", "user"})
    better = next((by_word[word] for word in (*STRONG, *LIVE) if word in by_word), None) if holder else None
    return better or (field.choices[0] if not field.null and not field.default else None)


def _made(field: Field, said: set[str], label: str, n: int) -> Any:
    kind = field.internal_type
    if kind in TEXTS or "Email" in field.kind or "URL" in field.kind:
        name = f"{label} {n}".title()
        text = (
            f"{label.replace(' ', '.')}{n}@shop.example" if said & MAILS or "Email" in field.kind
            else f"https://{label.replace(' ', '-')}{n}.example" if said & PLACES or "URL" in field.kind
            else name.lower().replace(" ", "-") if said & HANDLES or kind == "SlugField"
            else "!" if said & PASSWORDS
            else "en" if said & TONGUES
            else SENTENCES * 6 if kind == "TextField" and said & TALK - NAMES
            else name
        )  # fmt: skip
        return text[: field.max_length] if field.max_length else text
    if "UUID" in kind:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{label} {n}"))
    return next((one for word, one in USUAL.items() if word in kind or word in field.kind), None)
