"""What the models endpoint must answer to a database state, computed from the rows alone: nothing of the target is asked.

Rules, each with the name that a failure begins with:

    status       200 to who may ask; 401 (with WWW-Authenticate) or 403 to everybody else
    shape        the answer is what contracts/api/openapi.yaml says: closed, complete, decimals as text
    rows         every active row exactly once, in the list of its type, and no other
    order        by sort_order, then model_name
    values       every field is the row's: tier, price, provider, limits
    default      in each type the one default is the marked row that is served where an account chose nothing, and no other
    one-default  where the rows mark several, just one is shown; where they mark no active one, 503 no_default_model is
                 answered. An answer that only repeats the marks breaks this rule and not `default`
    settings     the caller's own overrides, else the installation's; never another account's
    queries      more rows cost no more queries

The fuzzer itself has one more: `secret`, no key, password or token of the database is in any answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.jobs.contracts.fuzz.protocol import Answer, Problem

from .rows import Facts
from .states import Row, State
from .world import CALLERS

SHARED = ("model_name", "display_name", "provider", "is_default")
FIELDS = {
    "text": (*SHARED, "max_tokens", "tokens_per_credit", "input_cost_per_1m", "output_cost_per_1m"),
    "image": (*SHARED, "quality_tier", "credits_per_image", "cost_per_image", "valid_sizes"),
}
NO_DEFAULT = 503
"""The documented error where a type has no active row that is marked as default."""


def problems(state: State, answer: Answer, validators: Mapping[int, Any], facts: Facts) -> Iterator[Problem]:
    """Everything that is wrong with `answer`; `validators` are the contract's schemas by status."""
    caller, choices = CALLERS[state.caller], facts.choices
    lacking = without_default(state) if caller.status == 200 else []
    wanted = NO_DEFAULT if lacking else caller.status
    if answer.status != wanted and not (lacking and answer.status == 200):
        said = answer.error or answer.text[:160]
        who = f"caller '{state.caller}'" + (
            f" where no active {lacking[0]} row is marked as default" if lacking else ""
        )
        yield Problem(rule="status", message=f"{answer.status} to {who}, must be {wanted}: {said}")
        return
    validator = validators.get(answer.status)
    if validator is None:
        yield Problem(rule="shape", message=f"the contract declares no answer {answer.status}")
        return
    wrong = [f"${_path(error.instance_path)}: {error.message}" for error in validator.iter_errors(answer.body)]
    yield from (Problem(rule="shape", message=text) for text in wrong[:5])
    if answer.status == 401 and not answer.headers.get("www-authenticate", "").startswith("Bearer"):
        yield Problem(rule="status", message="401 without WWW-Authenticate: Bearer")
    if answer.status == NO_DEFAULT and (kind := _told_type(answer.body)) not in (None, *lacking):
        yield Problem(
            rule="one-default", message=f"no_default_model is told of {kind!r}, and what has none is {lacking}"
        )
    if answer.status != 200:
        return
    data = answer.body.get("data", {}) if isinstance(answer.body, dict) else {}
    for kind in FIELDS:
        shown = data.get(f"{kind}_models")
        if isinstance(shown, list) and all(isinstance(one, dict) for one in shown):
            yield from _models(kind, state.models, shown)
            yield from _one_default(kind, state, shown, choices=choices)
    if isinstance(data.get("image_settings"), dict):
        yield from _settings(expected_settings(state, choices=choices), data["image_settings"], state)


def without_default(state: State) -> list[str]:
    """The types that have no active row that is marked."""
    marked = {row["model_type"] for row in state.models if row["is_active"] and row["is_default"]}
    return [kind for kind in FIELDS if kind not in marked]


def default_of(kind: str, state: State, *, choices: bool) -> str | None:
    """The one marked active row: the one that the installation's settings choose, where they do; else the first."""
    marks = (row for row in state.models if row["model_type"] == kind and row["is_active"] and row["is_default"])
    names = [row["model_name"] for row in in_order(marks)]
    chosen = state.chosen_text if kind == "text" else state.chosen
    return chosen if choices and chosen in names else next(iter(names), None)


def grew(state: State, few: Answer, many: Answer) -> Iterator[Problem]:
    """N+1: the same state with its crowd asked the database more often."""
    if many.queries != few.queries:
        yield Problem(
            rule="queries", message=f"{few.queries} queries became {many.queries} with {state.crowd} more active rows"
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


def _values(where: str, kind: str, row: Row, one: Mapping[str, Any]) -> Iterator[Problem]:
    for field in FIELDS[kind]:
        if field not in one or field == "is_default":
            continue  # the shape says so already; of defaults, _one_default
        given, wanted = one[field], row[field]
        if json.dumps(given) != json.dumps(wanted):
            yield Problem(
                rule="values", message=f"{where}.{field} is {given!r}, the row of {row['model_name']!r} says {wanted!r}"
            )


def _one_default(kind: str, state: State, shown: list[Any], *, choices: bool) -> Iterator[Problem]:
    rows = [row for row in state.models if row["model_type"] == kind]
    marked = [row["model_name"] for row in rows if row["is_active"] and row["is_default"]]
    names = [str(one.get("model_name")) for one in shown if one.get("is_default") is True]
    wanted = default_of(kind, state, choices=choices)
    if names == ([] if wanted is None else [wanted]) and wanted is not None:
        return
    what = f"{len(names)} defaults are shown ({', '.join(map(repr, names))})" if names else "no default is shown"
    if len(names) == 1:
        what = f"{names[0]!r} is shown as default"
    if invented := [name for name in names if name not in marked]:
        what += f", and no active row marks {invented[0]!r}"
    if wanted is not None:
        what += f"; must be just {wanted!r}, which is served where an account chose nothing"
    else:
        off = [row["model_name"] for row in rows if row["is_default"] and not row["is_active"]]
        why = f"the default {off[0]!r} is inactive and hidden" if off else "no row is marked"
        what = f"{why}: {what}, and no error is told, must be {NO_DEFAULT} no_default_model"
    # repeated as stored: the rows themselves are ambiguous; anything else is the endpoint's own doing
    rule = "one-default" if sorted(names) == sorted(marked) else "default"
    yield Problem(rule=rule, message=f"{kind}: {what}")


def _told_type(body: Any) -> Any:
    """error.fields.model_type of a 503; None where it is not there, which the shape says already."""
    try:
        return body["error"]["fields"]["model_type"]
    except (KeyError, TypeError):
        return None


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
