"""`harness week` on a real stack: the reference's week passes, and a backend whose schedules go wrong is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.backend import description
from harness.core.errors import HarnessError
from harness.jobs.week import run as job
from harness.jobs.week.due import due_ticks, hours_of
from harness.jobs.week.values import HOURS
from tests.whole import workshop
from tests.whole.conftest import cache  # noqa: F401  # a fixture that lives in another folder's conftest
from tests.whole.workshop import REPOSITORY

START = datetime(2026, 3, 26, tzinfo=UTC)
SCHEDULE = "backend/igny8_core/business/automation/services/schedule.py"


@pytest.mark.slow
@pytest.mark.stack
def test_a_week_of_the_reference_passes_in_seconds(tmp_path: Path, cache: Path):  # noqa: F811  # the fixture of that name
    """Claim: 168 ticks across Berlin's clock change, 15 runs of three customers, each charged once, and nothing odd."""
    shop = workshop.set_up(tmp_path / "shop", cache, backend=False)
    told = shop.harness("week", "--accounts", "3", "--json")
    assert told.code == 0, told.out + told.err
    found = json.loads(told.out)
    assert (found["status"], found["runs_due"], found["hours"]) == ("pass", 15, 168)
    assert found["clock_changes"] == [["2026-03-29T01:00:00+00:00", 3600.0]]
    said = {one["checker"]: one["evidence"][0] for one in found["verdicts"]}
    assert said["week-beat"] == "168 sent in 168 hours"
    assert said["week-runs"] == "15 runs of 3 schedules, 0 schedules that must not run in this week did not"
    assert said["week-charges"].startswith("15 charged runs, ")
    assert said["week-errors"] == "none"


@pytest.mark.proof
@pytest.mark.stack
def test_schedules_in_local_time_and_suspended_customers_that_run_are_refused(tmp_path: Path, cache: Path):  # noqa: F811  # the fixture of that name
    """Claim: slots that follow Berlin's clocks, and a suspended account whose schedule runs, fail by name and hour."""
    shop = workshop.set_up(tmp_path / "shop", cache)
    shop.edit(SCHEDULE, "        account__status=Account.Status.ACTIVE,\n", "")
    shop.edit(SCHEDULE, "import logging\n", "import logging\nfrom zoneinfo import ZoneInfo\n")
    shop.edit(
        SCHEDULE, "dt.datetime.combine(day, time, tzinfo=dt.UTC)", 'dt.datetime.combine(day, time, tzinfo=ZoneInfo("Europe/Berlin"))'
    )  # fmt: skip
    told = shop.harness("week", "--accounts", "9")
    assert told.code == 1, told.out + told.err
    assert "Traceback" not in told.err
    assert "FAIL week-runs: every schedule ran exactly when it was due, once" in told.out
    assert "c09-account ran at 2026-03-26T02:00Z and was not due, and the account is suspended" in told.out
    assert "c01-account was due at 2026-03-27T02:00Z and did not run" in told.out
    assert "c01-account at 2026-03-29T01:00Z: 1 charges (5 credits), 0 were due" in told.out
    assert told.out.splitlines()[-1] == "FAIL a week at phase 0"


def test_the_default_week_holds_every_kind_of_schedule():
    """Claim: twelve customers are daily, weekly and monthly, and hold one that is disabled, one that is suspended, one
    that cannot pay, one that is not due in the week, one that is overdue, and one whose run is free."""
    config = description.load(REPOSITORY / "harness.toml")
    start = START
    week = job.week_of(config, 12, start)
    hours = hours_of(start, HOURS)
    due = {schedule.account: due_ticks(schedule, hours) for schedule in week.schedules}
    assert {schedule.frequency for schedule in week.schedules} == {"daily", "weekly", "monthly"}
    assert {schedule.why for schedule in week.schedules} >= {"its schedule is disabled", "the account is suspended", "it cannot pay"}  # fmt: skip
    assert any(schedule.runs and not due[schedule.account] for schedule in week.schedules)
    assert any(schedule.first < start for schedule in week.schedules)
    assert any(schedule.runs and not schedule.charges and not schedule.error for schedule in week.schedules)
    assert sum(map(len, due.values())) == 45


def test_more_customers_than_kinds_have_names_and_hours_of_their_own():
    """Claim: the thirteenth customer is the first one again, five hours later."""
    config = description.load(REPOSITORY / "harness.toml")
    week = job.week_of(config, 14, START)
    names = [row.name for row in week.given.rows]
    assert len(names) == len(set(names))
    first, again = week.schedules[0], week.schedules[12]
    assert (again.first - first.first).total_seconds() == 5 * 3600


def test_a_target_without_a_week_is_told(tmp_path: Path):
    """Claim: a scenario folder without week.py is a usage error that says what is missing."""
    text = (REPOSITORY / "harness.toml").read_text().replace('scenarios = "scenarios"', 'scenarios = "empty_scenarios"')
    (tmp_path / "empty_scenarios").mkdir()
    for name in ("reference", "contracts", "cassettes", "answers"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    (tmp_path / "harness.toml").write_text(text)
    with pytest.raises(HarnessError, match=r"has no week\.py") as caught:
        job.week_of(description.load(tmp_path / "harness.toml"), 1, START)
    assert caught.value.code == "week-none"
