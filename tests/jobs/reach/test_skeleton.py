"""A skeleton says how something is asked for, and passes for nobody before it is filled in."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.cell.template import fill
from harness.core.code import Function
from harness.core.errors import HarnessError
from harness.core.history import RunHistory
from harness.core.scenario import Do, Scenario
from harness.jobs.reach import skeleton

STORED = RunHistory(
    start={
        "routes": ["GET /parcels/{pk}/", "PUT /parcels/{pk}/", "HEAD /parcels/"],
        "tasks": ["shop.tasks.send", "named"],
    },
    cells=(),
    code=tuple(
        Function(at=at, line=1, ran=False)
        for at in (
            "shop/views.py:Parcel.put",
            "shop/views.py:listed",
            "shop/tasks.py:send",
            "shop/__init__.py:Price.of",
        )
    ),
)


def look(*routes: tuple[str, str, dict[str, str], tuple[str, ...]]) -> Any:
    made = [SimpleNamespace(template=t, view=v, actions=a, methods=m) for t, v, a, m in routes]
    return SimpleNamespace(django=SimpleNamespace(routes=made))


LOOK = look(("/parcels/{pk}/", "shop.views.Parcel", {}, ("PUT",)), ("/parcels/", "shop.views.listed", {}, ("HEAD",)))


def scenario(what: str, seen: Any = None) -> tuple[Path, Scenario]:
    where, text = skeleton.of(what, STORED, seen)
    scope: dict[str, Any] = {}
    exec(text, scope)
    return where, scope["SCENARIO"]


@pytest.mark.parametrize(
    ("what", "title"),
    [
        ("PUT /parcels/{pk}/", "PUT /parcels/$fill_in"),
        ("GET /parcels/{pk}/", "GET /parcels/$fill_in/?$fill_in"),
        ("HEAD /parcels/", "HEAD /parcels/"),
        ("shop.tasks.send", "shop.tasks.send"),
        ("named", "named"),
        ("shop/views.py:Parcel.put", "PUT /parcels/$fill_in"),
        ("shop/views.py:listed", "HEAD /parcels/"),
        ("shop/tasks.py:send", "shop.tasks.send"),
        ("shop/__init__.py:Price.of", "call"),
    ],
)
def test_it_is_asked_for_as_the_target_has_it(what: str, title: str):
    """Claim: a route by its request, a task by its message, a view by its route; whatever else by a call. Nothing defines what
    is to be filled in, so whoever drives it as it is, is told."""
    where, made = scenario(what, LOOK)
    (step,) = made.steps
    assert isinstance(step, Do)
    assert step.operation.startswith(title)
    assert (where.parent.name, made.id) == ("reach", f"reach/{where.stem}")
    action = step.on(made.paths[0])
    with pytest.raises(HarnessError, match="fill_in") as refused:
        fill([action.request, action.task, action.call], {}, "here")
    assert refused.value.code == "scenario-placeholder"


def test_what_the_run_does_not_know_is_refused():
    with pytest.raises(HarnessError, match="knows no route, task or function 'PUT /parcel/'") as refused:
        skeleton.of("PUT /parcel/", STORED, None)
    assert refused.value.code == "reach-unknown"
