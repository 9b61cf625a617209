"""When a cell begins: where no day ends under it, and no minute where it sends what is due by the minute."""

from __future__ import annotations

from pathlib import Path as File

import pytest

from harness.backend import scenarios
from harness.backend.description import load
from harness.cell import drive, timed
from harness.core.scenario import Path
from harness.run import plan as plans

ROOT = File(__file__).parents[2]


MIDNIGHT = 1835481600.0


@pytest.mark.parametrize(
    ("at", "begins"),
    [
        (MIDNIGHT, MIDNIGHT),
        (MIDNIGHT - 60, MIDNIGHT - 60),
        (MIDNIGHT - 4, MIDNIGHT - 4),
        (MIDNIGHT - 0.1, MIDNIGHT + 0.1),
        (MIDNIGHT - 900.5, MIDNIGHT - 899.9),
    ],
)
def test_a_cell_begins_as_asked_or_behind_the_end_of_the_day(at: float, begins: float):
    """Claim: half a second before midnight, or a quarter past eleven, is just after it; what is not so near is left alone."""
    assert timed.undisturbed(at) == pytest.approx(begins)


@pytest.mark.parametrize(("at", "begins"), [(MIDNIGHT - 69, MIDNIGHT - 59.9), (MIDNIGHT - 4, MIDNIGHT + 0.1)])
def test_what_is_sent_by_the_minute_begins_where_no_minute_ends(at: float, begins: float):
    assert timed.undisturbed(at, by_the_minute=True) == pytest.approx(begins)


@pytest.mark.parametrize(("now", "waited"), [(MIDNIGHT - 50, 0.0), (MIDNIGHT - 2, 2.1)])
def test_in_real_time_the_end_is_waited_for(now: float, waited: float, monkeypatch: pytest.MonkeyPatch):
    """Claim: the clock is not moved for it: a target whose database says when goes by one clock."""
    slept: list[float] = []
    monkeypatch.setattr(timed.clock, "real", lambda: now)
    monkeypatch.setattr(timed.time, "sleep", slept.append)
    assert timed.undisturbed(None) is None
    assert slept == [pytest.approx(waited)]


def test_which_cells_those_are_is_read_from_the_roles_that_they_start():
    """Claim: of the shipped scenarios the one that starts the real beat, on that path; a second worker sends nothing by itself."""
    config = load(ROOT / "harness.toml")
    cells = plans.make(scenarios.load(config)).cells
    found = [cell.id for cell in cells if drive.starts_a_schedule(config, cell.scenario, Path(cell.path))]
    assert found == ["automation/schedule_triggers@scheduled"]
