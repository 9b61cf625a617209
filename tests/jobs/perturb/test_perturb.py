"""Every value of a history that carries money is changed, and the judge refuses it: in the ledgers of five targets, with no surface to help."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from harness.core.fold import folded
from harness.core.golden import Golden
from harness.core.verdict import Status
from harness.jobs.perturb import grouping, rows, wire
from harness.jobs.perturb import report as shown
from harness.jobs.perturb.judge import Bench, bench, came, refused_by, status, wrong_with
from harness.jobs.perturb.values import CREDENTIALS, EACH, GROUPING, IDENTITY, LEAST, MONEY, STATE, Asked, Change
from harness.jobs.perturb.world import World
from harness.judge import CELL_CHECKERS
from harness.judge.golden.outcome import outcome_of
from tests.judge.shapes import ID, SHAPES, TABLES

LEDGERS = [name for name in SHAPES if name != "single"]
"""The fifth says its balance in movements of before, which one cell alone has not."""


def told(name: str) -> list[dict]:
    shape = SHAPES[name]
    events = shape.sold()
    for event in events:
        if event["kind"] == "call":
            event["headers"] = {"authorization": "Bearer {env.KEY}", "user-agent": "x"}
    counts = Counter(event["kind"] for event in [*shape.journal(events), *events])
    events[-1]["events"] = {kind: n for kind, n in counts.items() if kind != "cell.end"}
    return [{"kind": "cell.start", "scenario": ID, "path": "manual"}, *shape.journal(events), *events]


def judged(name: str) -> tuple[list[dict], Bench]:
    """The events of a cell, and who judges it: golden and laws."""
    shape, events = SHAPES[name], told(name)
    cell, context = folded(events[0], events[1:], shape.ledger), shape.context()
    golden = Golden(scenario=ID, why="seen and right", outcome=outcome_of(cell, context.scenario, context.target))
    context = replace(context, golden=golden)
    assert wrong_with(cell, context) == ""
    return events, bench(cell, context)


def changes(name: str, events: list[dict]) -> list[Change]:
    world = World(events, SHAPES[name].ledger, TABLES)
    return [*rows.changes(world), *grouping.changes(world), *wire.changes(world)]


def asked(name: str, every: list[Change], events: list[dict], on: Bench) -> list[Asked]:
    found = []
    for change in every:
        other = change.edit(events)
        by = refused_by(folded(other[0], other[1:], SHAPES[name].ledger), change.kind, on)
        found.append(Asked(cell=on.cell.cell, change=change, by=by))
    return found


@pytest.mark.parametrize("name", LEDGERS)
def test_all_that_is_money_and_whose_it_is_is_refused(name):
    """Claim: by golden and laws alone, whatever the ledger is called; and nothing that was read is touched."""
    events, on = judged(name)
    before = json.dumps(events, default=str)
    every = [change for change in changes(name, events) if change.kind in (MONEY, IDENTITY)]
    assert Counter(change.kind for change in every)[MONEY] > 25
    survived = [one.change.what for one in asked(name, every, events, on) if not one.by]
    assert survived == []
    assert json.dumps(events, default=str) == before


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (MONEY, ("+1", "-1", "sign", "dropped", "doubled", "balance of account")),
        (IDENTITY, ("moved to", "leads nowhere")),
        (CREDENTIALS, ("without the header authorization", "header authorization")),
        (GROUPING, ("on its own", "by nobody")),
        (STATE, ("task 4 'write', name", "status: 202 +1", "twice", "dropped", "without the header user-agent")),
    ],
)
def test_each_class_is_changed_in_each_way(kind, words):
    events, _ = judged("column")
    own = [change.what for change in changes("column", events) if change.kind == kind]
    for word in words:
        assert any(word in what for what in own), (word, own)


def test_a_value_is_changed_wherever_it_is_told():
    """Claim: row, journal and balance agree, as if the target had written so: a judge that holds one against the other sees nothing."""
    events, _ = judged("column")
    (change,) = [one for one in changes("column", events) if one.what == "insert of entry 71, balance_after: 78 +1"]
    made = change.edit(events)
    rows_told = [e["after"]["balance_after"] for e in made if e.get("table_kind") == "entry"]
    journal = [
        c["after"]["balance_after"]
        for e in made
        if e["kind"] == "tx"
        for c in e["changes"]
        if c["table"] == "shop_entry"
    ]
    assert (rows_told, journal) == ([79], ["79"])


def test_a_dropped_event_is_no_torn_history():
    """Claim: cell.end counts what is there, so that it is the check of it that refuses."""
    events, on = judged("column")
    (change,) = [
        one for one in changes("column", events) if one.what.startswith("task ") and one.what.endswith("dropped")
    ]
    made = change.edit(events)
    assert "task" not in made[-1]["events"]
    assert folded(made[0], made[1:], SHAPES["column"].ledger).settled
    assert on.lines is None


def test_a_judge_that_looks_away_is_told(monkeypatch):
    """Claim: without golden and law 5 nobody sees which tokens are logged: the survivors are named, and the bar is missed."""
    events, on = judged("column")
    every = [change for change in changes("column", events) if change.kind == MONEY]
    blind = {n: check for n, check in CELL_CHECKERS.items() if n not in ("golden", "law-5", "law-6")}  # fmt: skip
    monkeypatch.setattr("harness.jobs.perturb.judge.CELL_CHECKERS", blind)
    monkeypatch.setattr("harness.jobs.perturb.judge.BY_CREDITS", tuple(blind))
    found = came(asked("column", every, events, on), Counter(change.kind for change in every))
    assert status(found) is Status.FAIL
    assert any("tokens_in" in one.change.what for one in found.survivors)
    text = shown.document(found)
    assert text["classes"][MONEY]["refused"] < text["classes"][MONEY]["perturbed"]


def of(kind: str, by: str, n: int = 1) -> list[Asked]:
    return [Asked(cell="a", change=Change(kind=kind, what=str(i), edit=list), by=by) for i in range(n)]


@pytest.mark.parametrize("kind", EACH)
def test_one_survivor_of_what_matters_is_too_many(kind):
    every = [*of(kind, "golden", 999), *of(kind, "")]
    assert status(came(every, {kind: 1000})) is Status.FAIL


def test_of_the_others_a_few_may_survive():
    assert status(came([*of(STATE, "surface", 98), *of(STATE, "", 2)], {STATE: 1000})) is Status.PASS
    assert status(came([*of(STATE, "surface", 97), *of(STATE, "", 3)], {STATE: 1000})) is Status.FAIL
    assert LEAST == 0.98


def test_nothing_asked_and_a_run_that_is_not_green_show_nothing():
    assert status(came([], {})) is Status.UNKNOWN
    assert status(came(of(MONEY, "golden"), {MONEY: 1}, odd=("a: golden",))) is Status.UNKNOWN
