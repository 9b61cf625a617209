"""Times that a message bears, as what they are to the moment at which it was sent: two runs have the same words for them."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import UTC, datetime

COARSE_FROM_S, COARSE_S = 30, 5
"""From so many seconds on they are told in steps: between what a sender computed and what it sent lies what else it did."""
DAY_S = 86_400
TOLERANCE_S = 0.01
"""Clocks of two processes of one machine."""


def moment(text: str) -> float | None:
    """Seconds since the epoch; a time without a zone is UTC's, as Celery has it. None for what is no time."""
    with suppress(ValueError):
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    return None


def relation(text: str, sent: float) -> str:
    """ "+60s" for what was counted from the sending, "next 06:00:00Z" (with "+2d" for days later) for a time of the clock, which
    has no fraction of a second; "past"; "" for none."""
    when = moment(text)
    if when is None:
        return text
    left = when - sent
    if when == int(when):
        days = int(left // DAY_S)
        at = f"{datetime.fromtimestamp(when, UTC):%H:%M:%S}Z"
        return "past" if left < 0 else f"next {at}" + (f" +{days}d" if days else "")
    return counted(left)


def counted(seconds: float) -> str:
    """ "+60s", rounded up: some of the time has gone since it was set."""
    if seconds <= 0:
        return "past"
    step = COARSE_S if seconds > COARSE_FROM_S else 1
    return f"+{math.ceil((seconds - TOLERANCE_S) / step) * step}s"
