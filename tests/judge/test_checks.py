"""From cells to verdicts, all checks at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.code import Reachable
from harness.core.golden.surface import Locked, Surfaces
from harness.core.scenario import Path
from harness.core.verdict import Status, worst
from harness.judge import CELL_CHECKERS
from harness.judge.checks import WORLD, judge
from harness.judge.surface.locked import surface_of
from tests.judge.checking import golden_of
from tests.judge.ledgers import (
    RATES,
    SCENARIO,
    TARGET,
    lawful_text,
)


class Facts:
    """The part of a Config that judging reads."""

    tables, ledger = TARGET.tables, TARGET.ledger
    free, roles, surfaces_locked, reach = {}, {}, False, Reachable()


def surfaces_of(cells):
    """What was observed of the cells, locked as it is."""
    paths = {cell.path: surface_of(cell, SCENARIO, TARGET) for cell in cells}
    return Surfaces(base={SCENARIO.id: Locked(scenario=SCENARIO.id, why="as it was first seen", paths=paths)})


def judged(cells, **facts):
    known = {"scenarios": {SCENARIO.id: SCENARIO}, "goldens": {SCENARIO.id: golden_of(lawful_text())}, "findings": {}, "planned": [c.cell for c in cells], **facts}  # fmt: skip
    return judge(
        cells,
        known["scenarios"],
        known["goldens"],
        RATES,
        known["findings"],
        Facts,
        0,
        planned=known["planned"],
        surfaces=known.get("surfaces"),
    )


def test_a_lawful_run_passes_every_check_and_every_check_speaks():
    """Each cell has one verdict of each checker."""
    cells = [lawful_text(), lawful_text(path="automation")]
    verdicts = judged(cells, surfaces=surfaces_of(cells))
    assert worst(verdicts) is Status.PASS, [v for v in verdicts if v.status is not Status.PASS]
    for cell in cells:
        assert [v.checker for v in verdicts if v.cell == cell.cell] == [name for name in CELL_CHECKERS if name != WORLD]
    assert {v.checker for v in verdicts if "@" not in v.cell} == {
        "complete",
        "law-12",
        "law-13",
        "law-17",
        "law-18",
        "law-19",
        "goldens-used",
        "findings-used",
        "surfaces-used",
    }


def test_a_check_that_breaks_shows_nothing(monkeypatch):
    """A history that a check cannot read makes it unknown, never pass, and does not silence the others."""

    def breaks(cell, context):
        raise KeyError("tokens")

    monkeypatch.setitem(CELL_CHECKERS, "law-5", ("claim", breaks))
    verdicts = judged([lawful_text(), lawful_text(path="automation")])
    found = [v for v in verdicts if v.checker == "law-5"]
    assert {v.status for v in found} == {Status.UNKNOWN}
    assert found[0].evidence[0].startswith("the check itself broke: KeyError: 'tokens' (breaks, line")
    assert worst(verdicts) is Status.UNKNOWN


@pytest.mark.parametrize("path", list(Path))
def test_no_verdict_at_all_is_never_a_pass(path):
    """A cell of an unknown scenario has no verdicts of its own; the run fails."""
    verdicts = judged([replace(lawful_text(path=path), scenario="writer/other")])
    assert worst(verdicts) is Status.FAIL
