"""The plan's baseline: five sections of configuration and ledger as the target itself sees them, as canonical JSON.

`CODE` runs in the target's own shell, at every phase: a field that its models do not have is listed as absent. It only
reads, in one read-only transaction, so that the sections of a running system belong together; keys leave the target as
booleans and nothing else. What comes back is held to `SECTIONS` before anybody sees it, and scanned for secrets.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from harness.cell.live import Live, boot
from harness.cell.run import run_cell
from harness.core.config import Config
from harness.core.errors import HarnessError, StackError
from harness.core.scenario import Cell
from harness.provider.cassettes.scan import scan
from harness.stack.isolation.island import Island
from harness.stack.roles import environment

FORMAT = 1
PATIENCE_S = 180
BEGIN, END = "<<<harness-snapshot ", " harness-snapshot>>>"

SECTIONS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "AIModelConfig": (
        ("model_name", "model_type", "provider", "is_active", "is_default", "cost_per_image", "input_cost_per_1m", "output_cost_per_1m"),
        "model_name",
    ),
    "CreditCostConfig": (("operation_type", "tokens_per_credit", "min_credits", "price_per_credit_usd"), "operation_type"),
    "GlobalIntegrationSettings": (
        ("openai_model", "openai_temperature", "openai_max_tokens", "default_text_provider", "dalle_model", "runware_model",
         "default_image_service", "image_style", "max_in_article_images", "has_openai_key", "has_runware_key"),
        "",
    ),
    "CreditUsageLog": (("operation_type", "credits_used", "model_used", "tokens_input", "tokens_output", "cost_usd"), ""),
    "Account": (("account_id", "name", "credits"), "account_id"),
}  # fmt: skip
"""Section -> (its fields as the plan lists them, the field that names a row; "" where rows are a sequence)."""

CODE = (
    f"FIELDS = { ({name: fields for name, (fields, _) in SECTIONS.items()})!r}\nBEGIN, END = {BEGIN!r}, {END!r}\n"
    + r"""
import importlib, json, re
from decimal import Decimal
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, transaction

BILLING = "igny8_core.business.billing.models"
SOURCES = [
    ("AIModelConfig", BILLING, "AIModelConfig", lambda rows: rows.order_by("model_type", "sort_order", "pk")),
    ("CreditCostConfig", BILLING, "CreditCostConfig", lambda rows: rows.filter(is_active=True).order_by("pk")),
    ("GlobalIntegrationSettings", "igny8_core.modules.system.global_settings_models", "GlobalIntegrationSettings",
     lambda rows: rows.filter(pk=1)),
    ("CreditUsageLog", BILLING, "CreditUsageLog", lambda rows: rows.order_by("-created_at", "-pk")[:20]),
    ("Account", "igny8_core.auth.models", "Account", lambda rows: rows.order_by("pk")[:5]),
]
COLUMNS = {"has_openai_key": "openai_api_key", "has_runware_key": "runware_api_key", "account_id": "id"}


def has(model, name):
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def plain(name, value):
    if name.startswith("has_"):
        return bool(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if name == "name":
        return re.sub(r"\S+@\S+", "[e-mail]", value)
    return value


def section(title, module, name, rows_of):
    try:
        model = getattr(importlib.import_module(module), name)
    except (AttributeError, ModuleNotFoundError):
        return {"section": title, "absent": list(FIELDS[title]), "rows": []}
    there = [field for field in FIELDS[title] if has(model, COLUMNS.get(field, field))]
    rows = [{field: plain(field, getattr(row, COLUMNS.get(field, field))) for field in there} for row in rows_of(model.objects.all())]
    return {"section": title, "absent": [field for field in FIELDS[title] if field not in there], "rows": rows}


with transaction.atomic():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    found = [section(*source) for source in SOURCES]
print(BEGIN + json.dumps(found) + END, flush=True)
"""
)

Document = Mapping[str, Any]
"""{"format": 1, "sections": [{"section", "absent": [field], "rows": [{field: value}]}]}, sections in the plan's order."""


def of_disposable(config: Config, island: Island, cell: Cell | None) -> Document:
    """Boot a stack, drive `cell` in it, and take the snapshot of what it left. Raises StackError, snapshot-unsettled."""
    with boot(config, island) as live:
        if cell is not None:
            _drive(config, cell, live)
        command = environment.command(config.manage, live.stack.places, "target.manage")
        return ask(command, cwd=config.root, env=live.stack.env, known=_secrets(live.stack.env))


def of_running(prefix: str) -> Document:
    """The snapshot of a stack that runs already; `prefix` is how its manage.py is called. Raises attach-*, snapshot-*."""
    try:
        command = shlex.split(prefix)
    except ValueError as error:
        raise HarnessError(f"--attach {prefix!r}: {error}", hint="close the quote", code="attach-command") from None
    if not command:
        raise HarnessError(
            "--attach is empty", hint="e.g. 'docker exec NAME python manage.py'", code="attach-command"
        )  # fmt: skip
    return ask(command)


def ask(
    manage: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None, known: Iterable[str] = ()
) -> Document:
    """Run `CODE` by "`manage` shell -c" and read what it found."""
    try:
        done = subprocess.run(
            [*manage, "shell", "-c", CODE], cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", check=False, timeout=PATIENCE_S,
        )  # fmt: skip
    except OSError as error:
        raise HarnessError(
            f"{manage[0]} cannot be started: {error.strerror}", hint="is it installed here, and on PATH?", code="attach-command"
        ) from None  # fmt: skip
    except subprocess.TimeoutExpired:
        raise StackError(
            f"the target's shell gave no answer within {PATIENCE_S} s",
            hint=f"the command is: {' '.join(manage)} shell -c ...",
            code="attach-timeout",
        ) from None
    told = done.stdout.rpartition(BEGIN)[2].partition(END)
    if done.returncode or not told[1] or BEGIN not in done.stdout:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        last = lines[-1][:300] if lines else "nothing"
        raise StackError(
            f"the target's shell took no snapshot (exit code {done.returncode})",
            hint=f"its last words: {'(they look like a secret)' if scan(last, known) else last}",
            code="attach-failed",
        )
    return checked(json.loads(told[0]), known)


def checked(sections: Any, known: Iterable[str] = ()) -> Document:
    """The document, when it holds what the plan lists and nothing else. Raises snapshot-shape, -empty, -secret."""
    document = {"format": FORMAT, "sections": sections}
    problems = [*_shape(sections)]
    if problems:
        raise HarnessError(
            f"the snapshot is not what the plan lists: {problems[0]}",
            hint="nothing was written; a snapshot holds five sections with the plan's fields only",
            code="snapshot-shape",
        )
    if all(len(section["absent"]) == len(SECTIONS[section["section"]][0]) for section in sections):
        raise HarnessError(
            "the target has none of the five models", hint="is this IGNY8's manage.py?", code="snapshot-empty"
        )
    leaked = scan(text_of(document), known)
    if leaked:
        raise HarnessError(
            f"the snapshot holds {leaked[0]}",
            hint="nothing was written; take it out of the target's data first",
            code="snapshot-secret",
        )
    return document


def text_of(document: Document) -> str:
    """Canonical JSON: two equal states give the same bytes."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read(path: Path) -> Document:
    """A snapshot file. Raises snapshot-missing, snapshot-syntax, and what `checked` raises."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format"] != FORMAT:
            raise ValueError(f"format {raw['format']!r} is not {FORMAT}")
        sections = raw["sections"]
    except OSError as error:
        raise HarnessError(
            f"no snapshot at {path}: {error.strerror}", hint="make one: harness snapshot --out FILE", code="snapshot-missing"
        ) from None  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise HarnessError(
            f"{path} is not a snapshot: {error}", hint="make one: harness snapshot --out FILE", code="snapshot-syntax"
        ) from None
    return checked(sections)


def differences(before: Document, after: Document) -> list[str]:
    """How `after` differs from `before`, a line each, in the plan's order; empty when they are equal."""
    lines: list[str] = []
    for old, new in zip(before["sections"], after["sections"], strict=True):
        title = old["section"]
        gone = [field for field in SECTIONS[title][0] if (field in old["absent"]) != (field in new["absent"])]
        for field in gone:
            side, where = (
                (new, "absent before, there after") if field in old["absent"] else (old, "there before, absent after")
            )
            values = dict.fromkeys(json.dumps(row[field], ensure_ascii=False) for row in side["rows"])
            lines.append(f"{title}.{field}: {where}: {', '.join(values) or 'no row'}")
        left, right = ([{k: v for k, v in row.items() if k not in gone} for row in side["rows"]] for side in (old, new))
        key = SECTIONS[title][1]
        if title == "GlobalIntegrationSettings" and len(left) == len(right) == 1:
            lines += _changed(title, left[0], right[0])
        elif key and key not in (*old["absent"], *new["absent"]):
            lines += _by_key(title, key, left, right)
        else:
            lines += _in_order(title, left, right)
    return lines


def _by_key(title: str, key: str, left: list[dict[str, Any]], right: list[dict[str, Any]]) -> Iterable[str]:
    old, new = {row[key]: row for row in left}, {row[key]: row for row in right}
    if len(old) != len(left) or len(new) != len(right):
        return list(_in_order(title, left, right))
    lines = [f"- {title} {name}: {_row(old[name], key)}" for name in old if name not in new]
    lines += [f"+ {title} {name}: {_row(new[name], key)}" for name in new if name not in old]
    for name in (name for name in old if name in new):
        lines += _changed(f"{title} {name}", old[name], new[name])
    if [name for name in old if name in new] != [name for name in new if name in old]:
        lines.append(f"{title}: the rows are in another order: {', '.join(map(str, new))}")
    return lines


def _in_order(title: str, left: list[dict[str, Any]], right: list[dict[str, Any]]) -> Iterable[str]:
    old, new = [_row(row) for row in left], [_row(row) for row in right]
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            yield from (f"- {title}: {text}" for text in old[a:b])
            yield from (f"+ {title}: {text}" for text in new[c:d])


def _changed(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
    shown = json.dumps
    return [
        f"{where}.{field}: {shown(old.get(field))} -> {shown(new.get(field))}"
        for field in sorted({*old, *new})
        if shown(old.get(field)) != shown(new.get(field))
    ]


def _row(row: Mapping[str, Any], but: str = "") -> str:
    return ", ".join(f"{field}={json.dumps(value, ensure_ascii=False)}" for field, value in sorted(row.items()) if field != but)  # fmt: skip


def _shape(sections: Any) -> Iterable[str]:
    names = [section.get("section") if isinstance(section, dict) else None for section in sections]
    if names != list(SECTIONS):
        yield f"sections are {names}"
        return
    for section in sections:
        title, fields = section["section"], SECTIONS[section["section"]][0]
        absent = section.get("absent")
        if (
            set(section) != {"section", "absent", "rows"}
            or not isinstance(absent, list)
            or not set(absent) <= set(fields)
        ):
            yield f"{title} has keys {sorted(section)} or unknown absent fields"
            continue
        for row in section["rows"]:
            if set(row) != set(fields) - set(absent):
                yield f"{title} has a row with the fields {sorted(row)}"
            for field, value in row.items():
                if not isinstance(value, str | int | float | bool | None):
                    yield f"{title}.{field} is a {type(value).__name__}"
                elif field.startswith("has_") and not isinstance(value, bool):
                    yield f"{title}.{field} is not a yes or no"


def _drive(config: Config, cell: Cell, live: Live) -> None:
    seen: list[tuple[str, Mapping[str, Any]]] = []
    run_cell(config, cell, live, lambda kind, fields: seen.append((kind, dict(fields))))
    end = next(fields for kind, fields in seen if kind == "cell.end")
    lost = [fields for kind, fields in seen if kind == "call" and fields["disposition"] in ("unmatched", "invalid")]
    if not end["settled"] or lost:
        raise StackError(
            f"{cell.id} did not come to what it should be: {end['reason'] or f'{len(lost)} provider calls had no answer'}",
            hint=f"see why: harness verify --only {cell.id}",
            code="snapshot-unsettled",
        )


def _secrets(env: Mapping[str, str]) -> list[str]:
    return [value for name, value in env.items() if re.search(r"KEY|SECRET|PASSWORD|TOKEN", name)]
