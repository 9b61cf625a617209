"""Times of a message are told as what they are to its sending."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harness.stack.broker.when import counted, relation

SENT = datetime(2026, 1, 4, 5, 59, 30, 250_000, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        ("2026-01-04T06:00:30.200000+00:00", "+60s"),
        ("2026-01-04T05:59:35.249000+00:00", "+5s"),
        ("2026-01-04T05:59:30.249000+00:00", "past"),
        ("2026-01-04T06:00:00+00:00", "next 06:00:00Z"),
        ("2026-01-04T07:00:00+01:00", "next 06:00:00Z"),
        ("2026-01-06T06:00:00", "next 06:00:00Z +2d"),
        ("2026-01-04T05:00:00+00:00", "past"),
        ("no time", "no time"),
    ],
)
def test_a_time_is_told_by_the_sending(text: str, told: str) -> None:
    """Claim: what was counted comes rounded up, a time of the clock by its name."""
    assert relation(text, SENT) == told


def test_what_a_sender_does_between_does_not_show() -> None:
    """Claim: half a second between computing a time and sending it changes no word, but a second of delay does."""
    assert counted(4.5) == counted(4.999) == "+5s" != counted(5.5)
    assert counted(58) == counted(59.9) == "+60s" != counted(61)
