"""Whether anything still moves: which workers there are, which cells lost theirs, and when waiting makes no sense.

A cell is lost when it was taken and its lease is gone without an answer, or when it is neither queued nor taken for as
long as a lease lasts (its worker died between the two).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import redis

from harness.core.errors import HarnessError, StackError
from harness.jobs.worker import desk
from harness.run.fingerprint import differing

if TYPE_CHECKING:
    from celery import Celery

CODE = "harness_code"
"""The control command that a worker answers with its code."""

TICK_S = 1.0
GATHER_S = 1.0
"""How long verify listens at the start for every worker that is there."""
ANSWER_S = 5.0
"""How long it waits for any worker to answer: after that where none did, and whenever nobody holds a lease."""
PATIENCE_S = 300.0
"""How long nothing may move although workers answer: longer than any cell takes, a cold boot included."""


@dataclass(slots=True, kw_only=True)
class Watch:
    """What was seen last, and since when; seconds of a monotonic clock."""

    looked: float = field(default_factory=time.monotonic)
    last_move: float = field(default_factory=time.monotonic)
    idle_since: float | None = None
    """Since when nobody holds a lease."""
    astray_since: float | None = None
    """Since when the same cells are neither queued nor taken."""
    astray: frozenset[str] = frozenset()
    seen: Any = None

    def moved(self) -> None:
        self.last_move = time.monotonic()

    def due(self) -> bool:
        """Whether it is time to look again; then it is counted as done."""
        now = time.monotonic()
        if now - self.looked < TICK_S:
            return False
        self.looked = now
        return True


def check_workers(celery: Celery, phase: int, code: Mapping[str, str], url: str) -> list[str]:
    """The workers that answer, all of them with our code. Raises StackError remote-no-worker, HarnessError remote-code."""
    replies = _ask(celery, CODE, {"phase": phase}, timeout_s=GATHER_S)
    replies = replies or _ask(celery, CODE, {"phase": phase}, timeout_s=ANSWER_S, limit=1)
    if not replies:
        raise StackError(
            f"no worker answers at {desk.shown(url)} within {GATHER_S + ANSWER_S:g} s",
            hint="start one: harness worker --broker URL",
            code="remote-no-worker",
        )
    for worker, told in sorted(replies.items()):
        if unlike := told.get("broken") or told.get("error") or differing(code, told.get("code", {})):
            raise other_code(worker, unlike)
    return sorted(replies)


def other_code(worker: str, unlike: str) -> HarnessError:
    return HarnessError(
        f"worker {worker} has other code than this machine: {unlike}",
        hint="check out the same commit on both, install the same packages, and start the worker again",
        code="remote-code",
    )


def lost(
    client: redis.Redis, run: str, plan: Sequence[str], counted: Collection[str], watch: Watch, drain: Callable[[], None]
) -> list[tuple[str, str]]:  # fmt: skip
    """(cell, worker) of the cells to be sent again. `drain` takes every answer that is there: a worker answers before
    it lets its lease go, so a lease that was seen gone is a death only if no answer is there afterwards.

    Raises StackError remote-forgotten.
    """
    if not desk.keep_run(client, run):
        raise StackError(
            "Redis has forgotten this run: it was flushed, started again, or this machine slept",
            hint="drive it again; give the workers a Redis that evicts nothing",
            code="remote-forgotten",
        )
    queued, taken = desk.queued(client), desk.claims(client, run)
    drain()
    gone = [(cell, worker) for cell, (_, worker, held) in taken.items() if not held and cell not in counted]
    now = time.monotonic()
    state = (queued, sorted(taken))
    if state != watch.seen:
        watch.seen = state
        watch.moved()
    watch.idle_since = None if any(held for *_, held in taken.values()) else watch.idle_since or now
    astray = (
        frozenset(cell for cell in plan if cell not in taken and cell not in counted) if not queued else frozenset()
    )
    if astray != watch.astray or not astray:
        watch.astray, watch.astray_since = astray, now
    elif watch.astray_since is not None and now - watch.astray_since > desk.LEASE_S:
        gone += [(cell, "") for cell in sorted(astray)]
        watch.astray = frozenset()
    return gone


def check_alive(celery: Celery, watch: Watch, url: str) -> None:
    """Nobody holds a lease for as long as one lasts: is anybody there? Raises StackError remote-gone, remote-stuck."""
    now = time.monotonic()
    if now - watch.last_move > PATIENCE_S:
        raise StackError(
            f"nothing has moved at {desk.shown(url)} for {PATIENCE_S:g} s: no answer, no cell taken",
            hint="see the workers' terminals, and start those again that hang",
            code="remote-stuck",
        )
    if watch.idle_since is None or now - watch.idle_since < desk.LEASE_S:
        return
    watch.idle_since = now
    if not _ask(celery, "ping", {}, timeout_s=ANSWER_S, limit=1):
        raise StackError(
            f"every worker at {desk.shown(url)} is gone: none holds a cell, none answers within {ANSWER_S:g} s",
            hint="start workers and drive it again: harness worker --broker URL",
            code="remote-gone",
        )


def _ask(celery: Celery, command: str, arguments: Mapping[str, Any], *, timeout_s: float, limit: int | None = None) -> dict[str, Any]:  # fmt: skip
    replies = celery.control.broadcast(
        command, arguments=dict(arguments), reply=True, timeout=timeout_s, limit=limit
    )  # fmt: skip
    return {name.partition("@")[0]: told for reply in replies or () for name, told in reply.items()}
