"""Whole runs of a backend that nobody changed, each begun at another moment, with other keys and another hash seed: none may alarm."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.whole.test_targets import NAMES, PATIENCE_S, TARGETS
from tests.whole.workshop import Workshop

pytestmark = pytest.mark.stack

BEFORE_MIDNIGHT = (
    "2027-12-31T23:59:59.5",
    "2028-01-31T23:59:59.5",
    "2028-02-28T23:59:59.5",
    "2028-02-29T23:59:59.5",
    "2028-04-30T23:59:59.5",
    "2028-12-31T23:59:59.5",
)
"""Each cell goes over midnight, and over the end of a year, of a month, of the day before a leap day."""
SLOTS = (
    "2028-05-01T00:00:00",
    "2028-05-02T01:59:59.5",
    "2028-05-03T02:00:00",
    "2028-05-04T02:00:30",
    "2028-05-05T02:59:59.5",
    "2028-05-06T03:29:59.5",
    "2028-05-07T03:30:00",
    "2028-05-08T05:59:59.5",
    "2028-05-09T06:00:00",
    "2028-05-10T06:59:59.5",
    "2028-05-11T08:59:59.5",
    "2028-05-12T09:00:00",
    "2028-05-13T12:00:00",
    "2028-05-14T17:45:00",
    "2028-05-15T20:15:59.5",
)
"""Round times of the day, and just before them, on every day of the week: what is due now or in a moment."""
CLOCK_CHANGES = ("2028-03-26T00:59:59.5", "2028-03-26T01:30:00", "2028-10-29T00:59:59.5", "2028-11-05T05:59:59.5")
"""Where zones of Europe and America leave their summer or go there."""
FAR = (
    "2026-12-01T10:11:12",
    "2029-02-28T23:30:00",
    "2031-07-15T14:15:16",
    "2036-02-29T04:05:06",
    "2037-12-31T21:22:23",
)
"""Other years, as far as seconds fit in 31 bits."""
STARTS = BEFORE_MIDNIGHT + SLOTS + CLOCK_CHANGES + FAR

SERVICE = "backend/igny8_core/business/billing/services/credit_service.py"
AT_NIGHT = '* (2 if __import__("datetime").datetime.now(__import__("datetime").timezone.utc).hour < 6 else 1)'
SEEDED_S = 60
"""A cell's world is put in before its clock is read."""
OTHER_KEYS = """
from harness.stack.database import shadows, snapshot
assert "700000000" in shadows.RANGES
snapshot.RANGES = shadows.RANGES.replace("700000000", "{base}")
snapshot.VERSION = "{base}"
"""


def clean(place: Workshop, n: int, start: str, *words: str) -> None:
    """One clean run: PASS, and each cell of the given world began when it was to, with keys of the `n`-th range."""
    base = 701_000_000 + 1_000_000 * n + 54_321 * (1 + n % 9)
    where = replace(place, env={"PYTHONHASHSEED": str(n)})
    told = where.harness("verify", "--begins", start, *words, first=OTHER_KEYS.format(base=base))
    assert told.code == 0, f"{start}: {told.out}{told.err}"
    assert "\nPASS" in told.out, told.out
    text = (place.runs / "latest" / "history.ndjson").read_text()
    ends = [event for event in map(json.loads, text.splitlines()) if event["kind"] == "cell.end"]
    given = [event["clock"] for event in ends if "~" not in event["cell"]]
    begun = datetime.fromisoformat(f"{start}+00:00").timestamp()
    assert given
    assert all(any(begun <= at < begun + SEEDED_S for at, _ in clock) for clock in given), (begun, given)
    keys = {int(key) for key in re.findall(r'"id":"(7\d{8})"', text)}  # of rows that were changed
    assert keys
    assert min(keys) > base, (min(keys), base)


@pytest.mark.proof
@pytest.mark.parametrize(("n", "start"), [*enumerate(STARTS)], ids=STARTS)
def test_thirty_clean_runs_do_not_alarm(n: int, start: str, warm: Workshop):
    """Claim: whenever it begins, with whatever keys, in whatever order sets are walked: PASS, in the given and the quick worlds."""
    clean(warm, n, start, "--vary", "quick")


@pytest.mark.proof
@pytest.mark.parametrize(
    "start", ["2028-02-29T23:59:59.5", "2028-05-02T01:59:59.5", "2028-05-09T06:00:00", "2031-07-15T14:15:16"]
)
@pytest.mark.parametrize("name", NAMES)
def test_clean_runs_of_other_backends_do_not_alarm(name: str, start: str, cache: Path):
    """Claim: so it is for those that others wrote, with other schedules, time zones and ways to store a time."""
    where = Workshop(folder=TARGETS / f"{name}.harness", cache=cache, env={"PYTHONHASHSEED": start[8:10]})
    told = where.harness("verify", "--begins", start, "--vary", "quick", patience_s=PATIENCE_S)
    assert told.code == 0, told.out + told.err
    assert told.out.splitlines()[-1].startswith("PASS"), told.out


@pytest.mark.slow
def test_a_clean_run_over_a_leap_day_s_midnight_does_not_alarm(warm: Workshop):
    """Claim: a sample of the same: the schedule and a module, from the last second of the longest February on."""
    clean(warm, 31, "2028-02-29T23:59:59.5", "--vary", "quick", "--only", "automation/*", "--only", "planner/*")


@pytest.mark.slow
def test_what_only_goes_wrong_at_night_is_red_at_night(shop, warm: Workshop):
    """Claim: what costs twice as much from midnight on passes at noon, and is told where the cell begins in the night."""
    place: Workshop = shop()
    place.borrow(warm)
    place.edit(
        SERVICE, "return max(config.min_credits, credits)", f"return max(config.min_credits, credits) {AT_NIGHT}"
    )
    noon, night = (place.harness("verify", "--only", "planner/cluster_keywords", "--begins", at) for at in ("2028-05-03T12:00", "2028-05-03T00:10"))  # fmt: skip
    assert (noon.code, noon.out.splitlines()[-1]) == (0, "PASS: a part, 3 of 166 cells"), noon.out + noon.err
    assert night.code == 1, night.out + night.err
    assert "credits charged where the golden has" in night.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--begins", "tomorrow"), "'tomorrow' is no time, e.g. 2028-02-29T23:59:58"),
        (("--begins", "2028-02-29", "--tier", "docker"), "--begins goes with --tier processes or inprocess"),
        (
            ("--begins", "2028-02-29", "--on", "redis://127.0.0.1:1/0"),
            "--begins goes with --tier processes or inprocess",
        ),
    ],
)
def test_where_no_clock_can_be_moved_nobody_says_that_it_was(words: tuple[str, ...], said: str, shop):
    """Claim: what is no time, and tiers whose clock is the real one, are refused before anything is driven."""
    told = shop(backend=False).harness("verify", *words)
    assert told.code == 2, told.out + told.err
    assert said in told.out + told.err


def test_a_target_in_real_time_is_not_said_to_begin_otherwise(shop):
    """Claim: time = "real" and --begins do not go together, and the mend is named."""
    place: Workshop = shop(backend=False)
    text = place.config.read_text()
    place.config.write_text(text.replace("[harness]\n", '[harness]\ntime = "real"\n', 1))
    told = place.harness("verify", "--begins", "2028-02-29")
    assert told.code == 2, told.out + told.err
    assert "clock-real" in told.out + told.err
