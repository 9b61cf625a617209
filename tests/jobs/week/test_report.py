"""What a week's report says beside its verdicts."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from harness.jobs.week.due import hours_of
from harness.jobs.week.report import notes
from harness.jobs.week.values import HOURS, Beat, Driven, Send

START = datetime(2026, 3, 26, tzinfo=UTC)


def beat(hours: list[datetime]) -> Beat:
    return Beat(sends=tuple(Send(task="check", at=at) for at in hours), looks=1, scheduler="x", timezone="UTC")


@pytest.mark.parametrize(
    ("elsewhere", "said"),
    [
        (hours_of(START, HOURS), "beat would send 168 times"),
        (hours_of(START, HOURS)[1:], "beat would send 167 times: 1 hours without a check, 0 more than one"),
        ([*hours_of(START, HOURS), START], "beat would send 169 times: 0 hours without a check, 1 more than one"),
    ],
)
def test_what_beat_would_do_in_another_zone_is_counted(elsewhere: list[datetime], said: str):
    """Claim: an hour that local clocks skip, and one that they have twice, are said beside the zone and its change."""
    driven = Driven(beat=beat(hours_of(START, HOURS)), elsewhere=beat(elsewhere), seconds={"ticks": 2.0})
    changes, other, *_, spent = notes(driven, ZoneInfo("Europe/Berlin"), START, 3, 4)
    assert changes.startswith("clock changes of Europe/Berlin in the week: 2026-03-29 01:00 UTC by +1 h; ")
    assert other == f"were Celery's own timezone Europe/Berlin (it is not), {said}"
    assert spent == "2.0 s: ticks 2.0"


def test_a_phase_that_logs_no_comparison_says_so():
    driven = Driven(beat=beat([START]), elsewhere=beat([START]), seconds={})
    missing = "phase 0 keeps no comparison log: that there is no mismatch is not shown here"
    assert missing in notes(driven, ZoneInfo("UTC"), START, 0, None)
    assert not any("comparison" in note for note in notes(driven, ZoneInfo("UTC"), START, 3, 4))
