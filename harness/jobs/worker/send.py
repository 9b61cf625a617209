"""Drive a plan on workers of other machines: send its cells, take what comes back, send again what a dead worker had.

Nothing counts twice and nothing is missing: the first whole answer for a cell is its history, whatever comes later is
dropped and told; the run ends when every cell of the plan is there, or with an error. Nothing is waited for without a
reason that can be observed: a lease that holds, a queue that grows shorter, a worker that answers (watch).
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import redis
from kombu.exceptions import OperationalError

from harness.cell.observe import Tell
from harness.core import stages
from harness.core.config import Config
from harness.core.errors import HarnessError, StackError, of_document
from harness.core.history import Event
from harness.jobs.worker import desk, watch
from harness.jobs.worker.desk import Answer
from harness.run.drive import Driven, start_event
from harness.run.fingerprint import fingerprint
from harness.run.plan import Plan
from harness.stack.isolation.island import Island
from harness.store import history, parts
from harness.store.history import HistoryWriter
from harness.store.runs import HISTORY

if TYPE_CHECKING:
    from celery import Celery

ATTEMPTS = 2
"""How often a cell is sent: one that took two workers with it would take the third."""
KEEP_EVERY = 200
"""After so many cells sent, well within desk.RUN_S, the run is renewed."""


@dataclass(slots=True, kw_only=True)
class Sent:
    """A plan on its way. `attempts` and `by` (the worker whose answer counts) are by cell; `ready` holds what came
    back before an earlier cell of the plan; `places` is what each worker said of itself."""

    run: str
    url: str
    client: redis.Redis
    celery: Celery
    plan: tuple[str, ...]
    job: Mapping[str, Any]
    attempts: dict[str, int]
    by: dict[str, str] = field(default_factory=dict)
    ready: dict[str, tuple[bytes, list[Event]]] = field(default_factory=dict)
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    lost: list[dict[str, Any]] = field(default_factory=list)
    late: int = 0
    bytes_back: int = 0


def drive_remote(config: Config, plan: Plan, url: str, folder: Path, listen: Tell) -> Driven:
    """Drive every cell of `plan` on the workers at `url` and write runs/<time>/history.ndjson.

    Raises HarnessError remote-url, remote-code; StackError remote-broker, remote-no-worker, remote-cut, remote-lost,
    what watch raises, and whatever broke on a worker.
    """
    begun = time.perf_counter()
    client, celery, code = desk.connect(url), desk.app(url), fingerprint(config)
    with desk.answering(url):
        there = watch.check_workers(celery, config.phase, code, url)
    ids = tuple(cell.id for cell in plan.cells)
    sent = Sent(
        run=uuid.uuid4().hex, url=url, client=client, celery=celery, plan=ids, attempts=dict.fromkeys(ids, 1),
        job={"phase": config.phase, "code": code},
    )  # fmt: skip
    driven = Driven(isolation="remote", why=f"{len(there)} workers, each with a stack of its own")
    seconds: Counter[str] = Counter()
    with HistoryWriter(folder / HISTORY) as written, desk.answering(url), _open(sent):
        island = Island(kind="remote", why=driven.why, run_dir=folder, hosts={})
        start = {**start_event(config, plan, island), "code": code}
        for tell in (written.tell, listen):
            tell("run.start", start)
        send(sent, ids)
        for lines, events in collected(sent):
            written.copy([lines])
            for event in events:
                listen(event["kind"], event)
            seconds.update(events[-1]["seconds"])
        seconds[stages.BOOT] = sum(about["boot_s"] for about in sent.places.values())
        driven.seconds = {**seconds, stages.TOTAL: time.perf_counter() - begun}
        for worker, about in sorted(sent.places.items()):
            own = [cell for cell in ids if sent.by[cell] == worker]
            written.tell("part", {"name": worker, "run": sent.run, "cells": own, **about})
        told = {"workers": len(sent.places), "lost": sent.lost, "late": sent.late, "bytes_back": sent.bytes_back}
        for tell in (written.tell, listen):
            tell("run.end", {"seconds": driven.seconds, "cells": len(ids), "remote": told})
    driven.facts["workers"] = (
        f"{len(sent.places)} drove {len(ids)} cells; sent again {len(sent.lost)}, late answers {sent.late}; "
        f"{sent.bytes_back} bytes came back"
    )
    return driven


def collected(sent: Sent) -> Iterator[tuple[bytes, list[Event]]]:
    """Every cell's lines and events, in the plan's order."""
    seen, at = watch.Watch(), 0
    while at < len(sent.plan):
        packed = desk.take(sent.client, sent.run, watch.TICK_S)
        if packed is not None:
            accept(sent, packed)
            seen.moved()
        while at < len(sent.plan) and sent.plan[at] in sent.ready:
            yield sent.ready.pop(sent.plan[at])
            at += 1
        if seen.due() and at < len(sent.plan):
            for cell, worker in watch.lost(sent.client, sent.run, sent.plan, sent.by, seen, lambda: _drain(sent)):
                send_again(sent, cell, worker)
            watch.check_alive(sent.celery, seen, sent.url)


def accept(sent: Sent, packed: bytes) -> None:
    """Count an answer, or drop it when its cell was counted. Raises what the worker could not do, and remote-cut."""
    sent.bytes_back += len(packed)
    try:
        told = desk.opened(packed)
    except ValueError as error:
        raise _cut("an answer", "a worker", str(error)) from None
    if told.cell in sent.by:
        sent.late += 1
        return
    if told.kind == "refused":
        raise watch.other_code(told.worker, told.about["unlike"])
    if told.kind == "error":
        raise _broken(told)
    try:
        events = [event for _, event in history.parsed(told.body.splitlines(keepends=True), told.cell)]
    except HarnessError as error:
        raise _cut(told.cell, told.worker, error.message) from None
    if odd := parts.problem_with(events, told.cell):
        raise _cut(told.cell, told.worker, odd)
    if told.cell not in sent.attempts:
        raise _cut(told.cell, told.worker, "nobody asked for this cell")
    sent.by[told.cell] = told.worker
    sent.ready[told.cell] = (told.body, events)
    place = sent.places.setdefault(told.worker, {"isolation": told.about["isolation"], "boot_s": 0.0})
    place["boot_s"] += told.about["boot_s"]
    desk.counted(sent.client, sent.run, told.cell)


def send(sent: Sent, cells: Iterable[str]) -> None:
    """Put cells into the queue, each as one Celery message."""
    with sent.celery.producer_or_acquire() as producer:
        for at, cell in enumerate(cells):
            if at % KEEP_EVERY == 0:
                desk.keep_run(sent.client, sent.run)
            sent.celery.send_task(
                desk.TASK, kwargs={"run": sent.run, "cell": cell, "attempt": sent.attempts[cell]},
                task_id=_task_id(sent, cell), producer=producer, retry=False, argsrepr="", kwargsrepr="",
            )  # fmt: skip


def send_again(sent: Sent, cell: str, worker: str) -> None:
    """The worker that had `cell` is gone. Raises StackError remote-lost when it is not the first."""
    sent.lost.append({"cell": cell, "worker": worker, "attempt": sent.attempts[cell]})
    if sent.attempts[cell] >= ATTEMPTS:
        had = ", then ".join(one["worker"] or "a worker that said nothing" for one in sent.lost if one["cell"] == cell)
        raise StackError(
            f"{cell} lost its worker {ATTEMPTS} times: {had}",
            hint=f"does it kill them? See their machines' logs for memory; here: harness verify --only {cell}",
            code="remote-lost",
        )
    sent.attempts[cell] += 1
    desk.want(sent.client, sent.run, cell, sent.attempts[cell])
    send(sent, (cell,))


@contextmanager
def _open(sent: Sent) -> Iterator[None]:
    """Nothing of the run is left in Redis afterwards, and what is still queued is revoked, also after Ctrl-C and SIGTERM (harness.jobs.verify.verb)."""
    desk.open_run(sent.client, sent.run, sent.plan, sent.job)
    try:
        yield
    finally:
        with suppress(redis.RedisError, OperationalError):
            desk.close_run(sent.client, sent.run)
            if left := [_task_id(sent, cell) for cell in sent.plan if cell not in sent.by]:
                sent.celery.control.revoke(left)


def _drain(sent: Sent) -> None:
    while (packed := desk.take(sent.client, sent.run, 0)) is not None:
        accept(sent, packed)


def _task_id(sent: Sent, cell: str) -> str:
    return f"{sent.run}.{cell}.{sent.attempts[cell]}"


def _broken(told: Answer) -> HarnessError:
    return of_document(told.about, where=f"{told.cell} on worker {told.worker}: ")


def _cut(what: str, worker: str, why: str) -> StackError:
    return StackError(
        f"{what} came back from {worker} and is not whole: {why}",
        hint="nothing of it was counted; is Redis short of memory, or is somebody else writing into it?",
        code="remote-cut",
    )
