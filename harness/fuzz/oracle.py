"""What the models endpoint must answer to a database state, computed from the rows alone: nothing of the target is asked.

Rules, each with the name that a failure begins with:

    status       200 to who may ask; 401 (with WWW-Authenticate) or 403 to everybody else
    shape        the answer is what contracts/api/openapi.yaml says: closed, complete, decimals as text
    rows         every active row exactly once, in the list of its type, and no other
    order        by sort_order, then model_name
    values       every field is the row's: tier, price, provider, limits
    default      is_default is never invented: a row that is not marked is never shown as one
    one-default  of each type that has active rows, exactly one default is shown, or the declared 409 is answered
    settings     the caller's own overrides, else the installation's; never another account's
    secret       no key, password or token of the database is in the answer
    queries      more rows cost no more queries
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.fuzz.states import Row, State
from harness.fuzz.world import CALLERS

SHARED = ("model_name", "display_name", "provider", "is_default")
FIELDS = {
    "text": (*SHARED, "max_tokens", "tokens_per_credit", "input_cost_per_1m", "output_cost_per_1m"),
    "image": (*SHARED, "quality_tier", "credits_per_image", "cost_per_image", "valid_sizes"),
}
AMBIGUOUS = 409
"""The error that an endpoint may answer where the rows do not say which model is the default, once the contract declares it."""

SECRET = "never-to-be-seen-4f1c9e"
"""Stands in every column that holds a key, a password or a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. `body` is parsed JSON, or None when it is none; `error` is an exception that came through."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: Any
    queries: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A rule that does not hold, and how."""

    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


def problems(state: State, answer: Answer, validators: Mapping[int, Any], *, choices: bool) -> Iterator[Problem]:
    """Everything that is wrong with `answer`. `validators` by status; `choices`: the installation's settings still
    choose the image model, as until phase 6, and its is_default does from phase 7 on."""
    caller = CALLERS[state.caller]
    if SECRET in answer.text:
        yield Problem(rule="secret", message="the value of a key, password or token column is in the answer")
    told = answer.status == AMBIGUOUS and caller.status == 200 and AMBIGUOUS in validators and ambiguous(state)
    if answer.status != caller.status and not told:
        said = answer.error or answer.text[:160]
        yield Problem(
            rule="status", message=f"{answer.status} to caller '{state.caller}', must be {caller.status}: {said}"
        )
        return
    validator = validators.get(answer.status)
    if validator is None:
        yield Problem(rule="shape", message=f"the contract declares no answer {answer.status}")
        return
    wrong = [f"${_path(error.instance_path)}: {error.message}" for error in validator.iter_errors(answer.body)]
    yield from (Problem(rule="shape", message=text) for text in wrong[:5])
    if answer.status == 401 and not answer.headers.get("www-authenticate", "").startswith("Bearer"):
        yield Problem(rule="status", message="401 without WWW-Authenticate: Bearer")
    if answer.status != 200:
        return
    data = answer.body.get("data", {}) if isinstance(answer.body, dict) else {}
    for kind in FIELDS:
        shown = data.get(f"{kind}_models")
        if isinstance(shown, list) and all(isinstance(one, dict) for one in shown):
            yield from _models(kind, state.models, shown)
    if isinstance(data.get("image_settings"), dict):
        yield from _settings(expected_settings(state, choices=choices), data["image_settings"], state)


def ambiguous(state: State) -> bool:
    """Some type has active rows, and not exactly one of them is marked as default."""
    active = [row for row in state.models if row["is_active"]]
    marks = Counter(row["model_type"] for row in active if row["is_default"])
    return any(marks[kind] != 1 for kind in {row["model_type"] for row in active})


def queries_grew(few: Answer, many: Answer, crowd: int) -> Iterator[Problem]:
    """N+1: the same state with `crowd` more rows asked the database more often."""
    if many.queries != few.queries:
        yield Problem(
            rule="queries", message=f"{few.queries} queries became {many.queries} with {crowd} more active rows"
        )


def in_order(rows: Iterable[Row]) -> list[Row]:
    """By sort_order, then by name as the database's C collation orders it."""
    return sorted(rows, key=lambda row: (row["sort_order"], row["model_name"].encode()))


def expected_settings(state: State, *, choices: bool) -> dict[str, Any]:
    """What the caller's images are drawn with."""
    own = state.overrides.get(CALLERS[state.caller].account, {})
    active = {row["model_name"]: row for row in state.models if row["is_active"]}
    name = own.get("image_model") or ""
    if choices:
        if not name:
            name, provider = state.chosen, state.service
        else:
            provider = active[name]["provider"] if name in active else _maker(name)
    else:
        if name not in active or active[name]["model_type"] != "image":
            defaults = in_order(row for row in active.values() if row["model_type"] == "image" and row["is_default"])
            name = defaults[0]["model_name"] if defaults else ""
        provider = active[name]["provider"] if name else ""
    count = own.get("max_in_article_images")
    return {
        "image_model": name or None,
        "image_provider": provider or None,
        "image_style": own.get("image_style") or state.shared["image_style"],
        "max_in_article_images": state.shared["max_in_article_images"] if count is None else count,
    }


def _models(kind: str, rows: Iterable[Row], shown: list[Any]) -> Iterator[Problem]:
    where = f"{kind}_models"
    every = {row["model_name"]: row for row in rows}
    wanted = in_order(row for row in every.values() if row["is_active"] and row["model_type"] == kind)
    names = [one.get("model_name") for one in shown]
    counts = Counter(json.dumps(name) for name in names)
    for row in wanted:
        times = counts[json.dumps(row["model_name"])]
        if times != 1:
            what = "is missing" if times == 0 else f"is there {times} times"
            yield Problem(rule="rows", message=f"{where}: the active row {row['model_name']!r} {what}")
    for name in dict.fromkeys(map(str, names)):
        row = every.get(name)
        if row is None:
            yield Problem(rule="rows", message=f"{where}: {name!r} is shown, and no row has that name")
        elif not row["is_active"]:
            yield Problem(rule="rows", message=f"{where}: {name!r} is shown, and its row is inactive")
        elif row["model_type"] != kind:
            yield Problem(
                rule="rows", message=f"{where}: {name!r} is shown, and its row is of type {row['model_type']}"
            )
    order = [row["model_name"] for row in wanted]
    if sorted(order) == sorted(map(str, names)) and names != order:
        yield Problem(rule="order", message=f"{where}: {names}, must be {order} by sort_order, then name")
    for at, one in enumerate(shown):
        if row := every.get(str(one.get("model_name"))):
            yield from _values(f"{where}[{at}]", kind, row, one)
    yield from _one_default(kind, [row for row in every.values() if row["model_type"] == kind], wanted, shown)


def _values(where: str, kind: str, row: Row, one: Mapping[str, Any]) -> Iterator[Problem]:
    for field in FIELDS[kind]:
        if field not in one:
            continue  # the shape says so already
        given, wanted = one[field], row[field]
        if field == "is_default":
            if given is True and wanted is False:
                yield Problem(
                    rule="default",
                    message=f"{where}: {row['model_name']!r} is shown as default, and its row is not marked",
                )
        elif json.dumps(given) != json.dumps(wanted):
            yield Problem(
                rule="values", message=f"{where}.{field} is {given!r}, the row of {row['model_name']!r} says {wanted!r}"
            )


def _one_default(kind: str, rows: list[Row], wanted: list[Row], shown: list[Any]) -> Iterator[Problem]:
    defaults = [str(one.get("model_name")) for one in shown if one.get("is_default") is True]
    marked = [row["model_name"] for row in wanted if row["is_default"]]
    if not wanted or len(defaults) == 1:
        return
    if len(defaults) > 1:
        what = f"{len(defaults)} defaults are shown ({', '.join(defaults)}): which one a customer pays for is not told"
    elif marked:
        what = f"no default is shown, and the active row {marked[0]!r} is marked"
    elif hidden := [row["model_name"] for row in rows if row["is_default"] and not row["is_active"]]:
        what = f"the default {hidden[0]!r} is inactive and hidden: no default is shown, and no error is told"
    else:
        what = "no row is marked: no default is shown, and no error is told"
    # as stored: the rows themselves are ambiguous and the answer repeats them; anything else is the endpoint's own doing
    rule = "one-default" if sorted(defaults) == sorted(marked) else "default"
    yield Problem(rule=rule, message=f"{kind}: {what}")


def _settings(wanted: Mapping[str, Any], shown: Mapping[str, Any], state: State) -> Iterator[Problem]:
    others = [row for account, row in state.overrides.items() if account != CALLERS[state.caller].account]
    for field, value in wanted.items():
        if field not in shown or json.dumps(shown[field]) == json.dumps(value):
            continue
        foreign = any(row.get(field) is not None and row[field] == shown[field] for row in others)
        whose = "; this is another account's override" if foreign else ""
        yield Problem(rule="settings", message=f"image_settings.{field} is {shown[field]!r}, must be {value!r}{whose}")


def _maker(name: str) -> str:
    """Whose a model is that no active row names: the plan's compiled-in lists have these of OpenAI's, the rest is Runware's."""
    return "openai" if name in ("dall-e-3", "gpt-5.1", "gpt-4o-mini") else "runware"


def _path(steps: Iterable[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
