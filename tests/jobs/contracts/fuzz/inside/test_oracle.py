"""The oracle by itself: which row it takes for the default, and what it says of an answer that does not agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from harness.jobs.contracts.fuzz.endpoints import part
from harness.jobs.contracts.fuzz.protocol import Answer, State
from tests.jobs.contracts.fuzz import AI_MODELS

oracle, states, rows = (part(AI_MODELS, name) for name in ("oracle", "states", "rows"))
OWNER = part(AI_MODELS, "world").OWNER
USUAL = states.corners()[0]


class Anything:
    """A validator that finds nothing wrong."""

    def iter_errors(self, body: Any) -> list[Any]:
        return []


def state(*images: tuple[str, str], chosen: str = "bria:10@1") -> State:
    """A text default, and image rows: (name, "*" for marked, "-" for inactive)."""
    images_of = tuple(
        states.model(name, "image", is_default="*" in marks, is_active="-" not in marks, sort_order=n)
        for n, (name, marks) in enumerate(images)
    )
    return states.State(
        models=(states.model("t", "text", is_default=True), *images_of),
        overrides={}, shared=USUAL.shared, service="runware", chosen=chosen,
    )  # fmt: skip


def said(asked: State, *defaults: str, choices: bool = True) -> list[str]:
    """What is wrong with an answer that is right but for its image defaults."""
    body: dict[str, Any] = {"data": {}}
    for kind, names in oracle.FIELDS.items():
        found = oracle.in_order(row for row in asked.models if row["is_active"] and row["model_type"] == kind)
        shown = [{name: row[name] for name in names} for row in found]
        for one in shown if kind == "image" else ():
            one["is_default"] = one["model_name"] in defaults
        body["data"][f"{kind}_models"] = shown
    return judged(asked, 200, body, choices=choices)


def judged(asked: State, status: int, body: Any, *, choices: bool = True) -> list[str]:
    answer = Answer(status=status, headers={}, text="", body=body)
    validators = {200: Anything(), oracle.NO_DEFAULT: Anything()}
    return [str(one) for one in oracle.problems(asked, answer, validators, rows.Facts(choices=choices, accounts={}))]


@pytest.mark.parametrize(
    ("images", "chosen", "before_cleanup", "after"),
    [
        ((("a", "*"), ("b", "")), "b", "a", "a"),  # one mark: that one
        ((("a", "*"), ("b", "*")), "b", "b", "a"),  # two: what the settings choose is served until they go
        ((("a", "*"), ("b", "*")), "gone", "a", "a"),
        ((("a", "*-"), ("b", "*")), "a", "b", "b"),
        ((("a", "*-"), ("b", "")), "b", None, None),
        ((), "a", None, None),
    ],
)
def test_the_default_is_what_is_served_where_nobody_chose(
    images: tuple[tuple[str, str], ...], chosen: str, before_cleanup: str | None, after: str | None
):
    """Claim: of several marked rows it is the one that money follows, which is another one from phase 7 on."""
    asked = state(*images, chosen=chosen)
    assert (oracle.default_of("image", asked, choices=True), oracle.default_of("image", asked, choices=False)) == (
        before_cleanup,
        after,
    )
    for choices, name in ((True, before_cleanup), (False, after)):
        if name:
            assert said(asked, name, choices=choices) == []


def test_each_way_to_show_a_wrong_default_has_a_message_of_its_own():
    two, one = state(("a", "*"), ("b", "*"), chosen="b"), state(("a", "*"), ("b", ""))
    off = state(("a", "*-"), ("b", ""))
    assert said(two, "a", "b") == ["one-default: image: 2 defaults are shown ('a', 'b'); must be just 'b', which is served where an account chose nothing"]  # fmt: skip
    assert said(two, "a") == ["default: image: 'a' is shown as default; must be just 'b', which is served where an account chose nothing"]  # fmt: skip
    assert said(one) == ["default: image: no default is shown; must be just 'a', which is served where an account chose nothing"]  # fmt: skip
    assert said(one, "b") == ["default: image: 'b' is shown as default, and no active row marks 'b'; must be just 'a', which is served where an account chose nothing"]  # fmt: skip
    assert said(off) == ["one-default: image: the default 'a' is inactive and hidden: no default is shown, and no error is told, must be 503 no_default_model"]  # fmt: skip
    assert said(off, "b") == ["default: image: the default 'a' is inactive and hidden: 'b' is shown as default, and no active row marks 'b', and no error is told, must be 503 no_default_model"]  # fmt: skip


def test_the_documented_error_is_an_answer_only_where_it_is_true():
    """Claim: 503 where a default is there fails, and so does one that names a type which has its default."""
    fine, off = state(("a", "*")), state(("a", "*-"))
    told = {"error": {"code": "no_default_model", "fields": {"model_type": "image"}}}
    assert judged(off, oracle.NO_DEFAULT, told) == []
    other = {"error": {"code": "no_default_model", "fields": {"model_type": "text"}}}
    assert judged(off, oracle.NO_DEFAULT, other) == [
        "one-default: no_default_model is told of 'text', and what has none is ['image']"
    ]
    assert judged(fine, oracle.NO_DEFAULT, told)[0].startswith(f"status: 503 to caller '{OWNER}', must be 200")
    assert judged(off, 500, None)[0].startswith(f"status: 500 to caller '{OWNER}' where no active image row is marked as default, must be 503")  # fmt: skip


def right(asked: State) -> dict[str, Any]:
    """The body that the rows of `asked` ask for."""
    body: dict[str, Any] = {"image_settings": oracle.expected_settings(asked, choices=True)}
    for kind, names in oracle.FIELDS.items():
        found = oracle.in_order(row for row in asked.models if row["is_active"] and row["model_type"] == kind)
        default = oracle.default_of(kind, asked, choices=True)
        body[f"{kind}_models"] = [{**{name: row[name] for name in names}, "is_default": row["model_name"] == default} for row in found]  # fmt: skip
    return body


ASKED = state(("a", "*"), ("b", ""), ("off", "-"), chosen="a")
WRONG: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "an active row missing": (lambda body: body["image_models"].pop(), "rows: image_models: the active row 'b' is missing"),
    "a row twice": (lambda body: body["image_models"].append(body["image_models"][1]), "rows: image_models: the active row 'b' is there 2 times"),
    "an inactive row shown": (lambda body: body["image_models"].append({"model_name": "off"}), "rows: image_models: 'off' is shown, and its row is inactive"),
    "a row of nobody": (lambda body: body["image_models"].append({"model_name": "c"}), "rows: image_models: 'c' is shown, and no row has that name"),
    "a row of the other type": (lambda body: body["image_models"].append({"model_name": "t"}), "rows: image_models: 't' is shown, and its row is of type text"),
    "another order": (lambda body: body["image_models"].reverse(), "order: image_models: ['b', 'a'], must be ['a', 'b'] by sort_order, then name"),
    "the wrong price": (lambda body: body["image_models"][1].update(credits_per_image=77), "values: image_models[1].credits_per_image is 77, the row of 'b' says"),
    "a number for a text": (lambda body: body["text_models"][0].update(max_tokens="8"), "values: text_models[0].max_tokens is '8', the row of 't' says"),
    "a style of nobody": (lambda body: body["image_settings"].update(image_style="?"), "settings: image_settings.image_style is '?', must be"),
    "an override of another account": (lambda body: body["image_settings"].update(image_style="theirs"), "settings: image_settings.image_style is 'theirs', must be {style!r}; this is another account's override"),
}  # fmt: skip
"""What is done to a right answer, and all that is said of it."""


@pytest.mark.parametrize("name", WRONG)
def test_each_rule_has_its_message(name: str):
    """Claim: an answer that the rows ask for is right; what is changed in it is told once, by the rule that it breaks."""
    asked = replace(ASKED, overrides={"somebody else": {"image_style": "theirs"}})
    body = right(asked)
    assert judged(asked, 200, {"data": body}) == []
    change, message = WRONG[name]
    change(body)
    (line,) = judged(asked, 200, {"data": body})
    assert line.startswith(message.format(style=ASKED.shared["image_style"])), line


def test_who_may_not_ask_is_refused_and_more_rows_cost_no_more_queries():
    nobody = replace(ASKED, caller=next(name for name, one in oracle.CALLERS.items() if one.status == 401))
    assert judged(nobody, 200, {"data": {}})[0].startswith(f"status: 200 to caller '{nobody.caller}', must be 401")
    few, many = (Answer(status=200, headers={}, text="", body=None, queries=n) for n in (3, 5))
    assert [*oracle.grew(ASKED, few, few)] == []
    assert (
        str(next(oracle.grew(replace(ASKED, crowd=2), few, many)))
        == "queries: 3 queries became 5 with 2 more active rows"
    )
