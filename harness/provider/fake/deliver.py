"""When, and how far, an answer is sent. The same for an HTTP request and for a WebSocket message.

A channel sends; it also ends what is still pending when its client goes away: the call is then finished with status 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from harness.provider.fake.decided import Plan


class Channel(Protocol):
    def began(self, plan: Plan) -> None:
        """Remember the plan until it is sent, to end it if the client goes away."""

    def later(self, delay_ms: int, go: Callable[[], None]) -> None:
        """Call `go` after the delay, unless the client goes away first."""

    def send(self, plan: Plan) -> None:
        """Send the answer: all of it, or as far as plan.ends (truncate, cut) and plan.limit say."""

    def reset(self, plan: Plan) -> None:
        """End the connection with a TCP reset."""


def deliver(plan: Plan, channel: Channel) -> None:
    """Carry a plan out; returns at once, whatever the delay."""
    if plan.hold:
        plan.epoch.keep_until_released(plan.entry, partial(_late, plan, channel))
    else:
        _late(plan, channel)


def _late(plan: Plan, channel: Channel) -> None:
    if plan.delay_ms:
        channel.later(plan.delay_ms, partial(_end, plan, channel))
    else:
        _end(plan, channel)


def _end(plan: Plan, channel: Channel) -> None:
    if plan.entry.done or plan.ends == "stall":
        return
    if plan.ends == "reset":
        plan.epoch.finished(plan.entry, 0)
        channel.reset(plan)
        return
    if plan.answer is None:
        raise AssertionError(f"a plan that ends with {plan.ends} has no answer")
    plan.epoch.finished(plan.entry, plan.answer.status)
    channel.send(plan)
