"""Times in a surface: relations to the cell's own clock, and what the scenario says is left as it is said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harness.core.history import RowChange
from harness.judge.surface.said import hours_of
from harness.judge.surface.times import Clock, Span
from tests.judge.ledgers import empty_cell

BEGUN = datetime(2026, 11, 30, 23, 59, 40, 250000, UTC)


def clock(begun=BEGUN, seconds=1.0, **more):
    start = begun.timestamp()
    return Clock(spans=[Span(begun=start, ended=start + seconds)], **more)


def test_now_is_what_lies_within_the_cell():
    within = (BEGUN + timedelta(seconds=0.4)).isoformat()
    assert clock().text(f'{{"at": "{within}"}}') == '{"at": "<now>"}'


def test_a_time_outside_of_the_cell_is_not_now():
    later = (BEGUN + timedelta(seconds=20)).isoformat()
    assert clock().text(later) == later


@pytest.mark.parametrize(
    ("away", "name"),
    [
        (timedelta(hours=1), "<now+1h>"),
        (timedelta(days=-7), "<now-7d>"),
        (timedelta(days=30, minutes=5), "<now+30d5m>"),
        (timedelta(minutes=-1), "<now-1m>"),
    ],
)
def test_a_whole_minute_away(away, name):
    assert clock().text((BEGUN + timedelta(seconds=0.5) + away).isoformat()) == name


def test_what_the_scenario_says_is_left_even_where_it_is_a_whole_minute_away():
    said = BEGUN + timedelta(seconds=0.5) - timedelta(days=329)
    assert clock().text(said.isoformat()) == "<now-329d>"
    assert clock(said={said.timestamp()}).text(said.isoformat()) == said.isoformat()


@pytest.mark.parametrize(
    "begun", [BEGUN, BEGUN.replace(hour=1, minute=30), BEGUN.replace(day=1, hour=2, minute=0, second=1)]
)
def test_the_next_of_a_time_of_day_has_one_name_whenever_the_cell_runs(begun):
    due = begun.replace(hour=2, minute=0, second=0, microsecond=0)
    due += timedelta(days=1) if due <= begun else timedelta()
    assert clock(begun, hours={"02:00"}).text(due.isoformat()) == "<next 02:00>"
    assert clock(begun, hours={"02:00"}).text((due + timedelta(days=1)).isoformat()) == "<next 02:00 +1d>"


def test_the_next_hour_where_nothing_in_the_world_says_that_time_of_day():
    begun = BEGUN.replace(hour=1, minute=30)
    assert clock(begun).text(begun.replace(hour=2, minute=0, second=0, microsecond=0).isoformat()) == "<next hour>"


def test_a_leap_of_the_clock_is_now_before_and_after():
    start = BEGUN.timestamp()
    leapt = Clock(spans=[Span(begun=start, ended=start + 1), Span(begun=start + 301, ended=start + 302)])
    assert leapt.text((BEGUN + timedelta(seconds=301.5)).isoformat()) == "<now>"
    assert leapt.text((BEGUN + timedelta(seconds=150)).isoformat()) != "<now>"


def test_a_task_at_work_keeps_its_clock_when_the_cells_goes_ahead():
    """Claim: what it writes on the clock of any stretch is now, as long as the cell went on; later than that it is not."""
    start = BEGUN.timestamp()
    begun = (start, start + 100, start + 200)
    leapt = Clock(spans=[Span(begun=at, ended=at + 1) for at in begun])
    for seconds in (0.5, 2.9, 100.5, 101.9, 200.9):
        assert leapt.text((BEGUN + timedelta(seconds=seconds)).isoformat()) == "<now>", seconds
    for seconds in (3.2, 99.5, 102.2, 201.2):
        assert leapt.text((BEGUN + timedelta(seconds=seconds)).isoformat()) != "<now>", seconds


def test_epochs_days_and_zones():
    seconds = BEGUN.timestamp() + 0.5
    assert clock().text(f"{seconds}") == "<epoch now>"
    assert clock().text(f"{int(seconds * 1000)}") == "<epoch now>"
    assert clock().text("2026-11-30") == "<today>"
    assert clock().text('{"month":"2026-11"} 2026-12 a-2026-11') == '{"month":"<this month>"} 2026-12 a-2026-11'
    assert clock().text("2025-11-30 is past") == "2025-11-30 is past"
    here = (BEGUN + timedelta(seconds=0.5)).astimezone(datetime.fromisoformat("2026-01-01T00:00:00+02:00").tzinfo)
    assert clock().text(here.isoformat()) == "<now[+02:00]>", "a zone that changes is a difference"


def test_a_number_that_is_no_time_is_left():
    assert clock().text("1234567890123456 and 12.50 and 99999-11-30") == "1234567890123456 and 12.50 and 99999-11-30"


def test_a_time_that_was_laid_over_the_world_stays_as_it_is():
    """Claim: it lies a whole minute away from now by chance, and is told as it was laid; one just outside is told as ever."""
    laid = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    span = Span(begun=laid + 86_400, ended=laid + 86_402)
    plain, varied = Clock(spans=[span]), Clock(spans=[span], laid=[Span(begun=laid, ended=laid + 500)])
    text = "2026-01-01T00:00:01+00:00"
    assert plain.text(text) == "<now-1d>"
    assert varied.text(text) == text
    assert varied.text("2025-12-31T00:00:01+00:00") == plain.text("2025-12-31T00:00:01+00:00") == "<now-2d>"


def test_seconds_since_the_epoch_in_the_name_of_a_file():
    """Claim: what a name ends in, or a full stop behind it, hides no time; the digits of a version or an address are none."""
    now = int(BEGUN.timestamp()) + 1
    assert clock().text(f"images/photo_5_{now}.webp") == "images/photo_5_<epoch now>.webp"
    assert clock().text(f"It was {now}.") == "It was <epoch now>."
    assert clock().text(f"{now}.5.1") == f"{now}.5.1"
    assert clock().text(f"1.{now}") == f"1.{now}"


def test_a_slot_of_a_row_is_told_by_its_hour_in_the_hour_before_it():
    """Claim: 02:00 stands in a row that nobody named in the scenario; at 01:37 its next slot is still `<next 02:00>`."""
    row = RowChange(
        kind="slot", op="update", id=1, before={"at": "02:00:00", "n": "12:34:56"}, after={"at": "03:00:00"}
    )
    hours = hours_of(replace(empty_cell(), rows=(row,)))
    assert hours == {"02:00"}
    late = datetime(2026, 12, 1, 1, 37, tzinfo=UTC).timestamp()
    spans = [Span(begun=late, ended=late + 1)]
    assert Clock(spans=spans, hours=hours).text("2026-12-01T02:00:00+00:00") == "<next 02:00>"
    assert Clock(spans=spans).text("2026-12-01T02:00:00+00:00") == "<next hour>"


def test_a_quarter_of_an_hour_is_a_slot_also_while_it_is_that_minute():
    """Claim: nobody says in the scenario that something is due at 02:00; a run in that minute says the same as any other. Odd minutes are now's."""
    for at, text, told in (
        ((2, 0, 5), "02:00:00", "02:00:00"),
        ((2, 0, 5), "02:00", "02:00"),
        ((2, 7, 5), "02:07:00", "<time of this minute>"),
        ((2, 7, 5), "02:07", "<time of this minute>"),
    ):
        assert clock(datetime(2026, 12, 1, *at, tzinfo=UTC)).text(text) == told


def test_in_the_minute_of_a_slot_a_day_later_can_be_read_in_two_ways():
    """Claim: tomorrow at this time and the next 02:00 are one at 02:00, and only there; what is no slot is read in one way."""
    tomorrow = "2026-12-02T02:00:00+00:00"
    at = clock(datetime(2026, 12, 1, 2, 0, 5, tzinfo=UTC), hours={"02:00"})
    assert at.in_a_slot
    assert at.text(tomorrow) == "<next 02:00>"
    assert replace(at, by_slots=False).text(tomorrow) == "<this minute +1d>"
    assert replace(at, by_slots=False).text("02:00") == "02:00"
    assert not clock(datetime(2026, 12, 1, 2, 7, 5, tzinfo=UTC), hours={"02:00"}).in_a_slot
    assert not clock(datetime(2026, 12, 1, 2, 0, 5, tzinfo=UTC)).in_a_slot
