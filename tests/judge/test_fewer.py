"""Less than was accepted is told, whatever it is that went; more is no difference."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.golden.coverage import Coverage
from harness.core.history import RunHistory
from harness.core.verdict import Status
from harness.judge import CELL_CHECKERS, RUN_CHECKERS
from harness.judge.context import Noted, RunContext
from harness.judge.fewer import as_much, covered, gone
from tests.judge.ledgers import RATES, SCENARIO, TARGET

CHECKS = (*CELL_CHECKERS, *RUN_CHECKERS)
OTHER = replace(SCENARIO, id="writer/other")
SCENARIOS = {one.id: one for one in (SCENARIO, OTHER)}
PLANNED = tuple(f"{one.id}@{path}" for one in SCENARIOS.values() for path in one.paths)
START = {"whole": True, "tier": "processes", "phase": 0, "cells": [*PLANNED, f"{PLANNED[0]}~distinct"]}
RUN = RunHistory(start=START, cells=())


def now(scenarios=SCENARIOS, target=TARGET, run=RUN, checks=CHECKS, rates=RATES) -> Coverage:
    return covered(checks, run, scenarios.values(), target, rates)


def started(**changes) -> RunHistory:
    return replace(RUN, start={**START, **changes})


BEFORE = now()
TABLE = sorted(TARGET.tables)[0]
WITHOUT_A_TABLE = replace(TARGET, tables={kind: one for kind, one in TARGET.tables.items() if kind != TABLE})
LESS = {
    "a scenario": (now({SCENARIO.id: SCENARIO}), "writer/other: there is no such scenario any more"),
    "a path": (
        now({**SCENARIOS, OTHER.id: replace(OTHER, paths=OTHER.paths[1:])}),
        f"writer/other: it does not run on {OTHER.paths[0]} any more",
    ),
    "a table": (now(target=WITHOUT_A_TABLE), f"table {TABLE}: nobody watches it any more"),
    "a law of the harness": (now(checks=[c for c in CHECKS if c != "law-9"]), "check law-9: it is not asked any more"),
    "a cell of the tier": (
        now(run=started(cells=list(PLANNED[1:]))),
        f"tier processes: {len(PLANNED) - 1} cells are driven, {len(PLANNED)} were",
    ),
}


@pytest.mark.parametrize("what", LESS)
def test_what_went_is_told_by_its_name(what):
    """Claim: a scenario deleted together with its golden, a table taken out of harness.toml and the rest were green."""
    less, said = LESS[what]
    assert said in list(gone(BEFORE, less))


def test_a_law_that_nothing_answers_any_more_went():
    """Claim: taking a part of [ledger] away takes its laws away."""
    bare = replace(TARGET, ledger=replace(TARGET.ledger, usage=None))
    assert "check law-4: it is not asked any more" in list(gone(BEFORE, now(target=bare)))


@pytest.mark.parametrize(
    "run", [started(tier="inprocess", cells=[]), started(whole=False, cells=[]), started(shard={"n": 1, "of": 2}, cells=[])],
    ids=["another tier", "--only", "a shard"],
)  # fmt: skip
def test_a_part_and_another_tier_are_held_to_their_own_numbers(run):
    assert list(gone(BEFORE, now(run=run))) == []


def test_more_is_no_difference_and_another_phase_has_other_tables():
    assert list(gone(replace(BEFORE, scenarios={}, tables=(), tiers={}), BEFORE)) == []
    assert list(gone(replace(BEFORE, phase=3), now(target=WITHOUT_A_TABLE))) == []


def context(before: Coverage | None, *, locked: bool, scenarios=SCENARIOS) -> RunContext:
    return RunContext(
        scenarios=scenarios, goldens={}, target=replace(TARGET, surfaces_locked=locked), phase=0, rates=RATES,
        noted=Noted(history=RUN, coverage=before, checks=CHECKS),
    )  # fmt: skip


def test_the_check_names_what_to_type():
    """Claim: one scenario by its name; all else by everything."""
    ((about, result),) = as_much([], context(BEFORE, locked=False, scenarios={SCENARIO.id: SCENARIO}))
    assert (about, result.status, result.code) == ("", Status.FAIL, "coverage-fell")
    assert 'harness golden accept writer/other --gone --why "..."' in result.hint
    ((_, result),) = as_much([], context(BEFORE, locked=False))
    assert result.status is Status.PASS


def test_a_coverage_that_went_is_missed_where_surfaces_are_locked():
    ((_, result),) = as_much([], context(None, locked=True))
    assert (result.status, result.code) == (Status.FAIL, "coverage-missing")
    assert list(as_much([], context(None, locked=False))) == []


def test_it_grows_by_what_is_accepted_and_shrinks_by_what_is_let_go():
    """Claim: accepting one scenario adds that one; only what is named goes."""
    less = now({SCENARIO.id: SCENARIO}, target=WITHOUT_A_TABLE)
    grown = Coverage().grown(BEFORE, [OTHER.id], why="first")
    assert (list(grown.scenarios), grown.tables, grown.why) == ([OTHER.id], BEFORE.tables, "first")
    assert BEFORE.grown(less, [SCENARIO.id], why="second") == BEFORE
    assert list(gone(BEFORE.without(less, [OTHER.id], rest=False, why="x"), less)) == [
        f"table {TABLE}: nobody watches it any more"
    ]
    assert list(gone(BEFORE.without(less, list(SCENARIOS), rest=True, why="x"), less)) == []
