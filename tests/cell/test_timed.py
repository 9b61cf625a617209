"""When a cell begins that sends what is due by the clock: where no minute ends under it."""

from __future__ import annotations

from pathlib import Path as File

import pytest

from harness.backend import scenarios
from harness.backend.description import load
from harness.cell import drive, timed
from harness.core.scenario import Path
from harness.run import plan as plans

ROOT = File(__file__).parents[2]


@pytest.mark.parametrize(
    ("at", "begins"),
    [(1835481540.0, 1835481540.0), (1835481579.0, 1835481579.0), (1835481590.0, 1835481600.1), (1835481599.9, 1835481600.1)],
)  # fmt: skip
def test_it_begins_as_asked_or_behind_the_end_of_the_minute(at: float, begins: float):
    """Claim: half a second before midnight is just after it; a whole minute is left alone."""
    assert timed.no_minute_ends(at) == pytest.approx(begins)


@pytest.mark.parametrize(("now", "begins"), [(1835481570.0, None), (1835481595.0, 1835481600.1)])
def test_in_real_time_it_stays_there_where_it_can(now: float, begins: float | None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(timed.clock, "real", lambda: now)
    found = timed.no_minute_ends(None)
    assert found is None if begins is None else found == pytest.approx(begins)


def test_which_cells_those_are_is_read_from_the_roles_that_they_start():
    """Claim: of the shipped scenarios the one that starts the real beat, on that path; a second worker sends nothing by itself."""
    config = load(ROOT / "harness.toml")
    cells = plans.make(scenarios.load(config)).cells
    found = [cell.id for cell in cells if drive.starts_a_schedule(config, cell.scenario, Path(cell.path))]
    assert found == ["automation/schedule_triggers@scheduled"]
