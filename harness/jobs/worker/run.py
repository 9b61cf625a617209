"""`harness worker`: takes cells from a Redis, drives them on a stack of its own, sends back what was observed.

A Celery worker with one task and one thread for it, so that it answers `inspect` while a cell runs. Nothing is judged
here. It ends by SIGTERM or Ctrl-C when its cell is done; when it is killed, its cell's lease runs out and another
worker gets the cell, while the kernel takes the stack away with it (harness.jobs.worker.stack).
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from harness.core.errors import STACK_FAILED, HarnessError
from harness.jobs.worker import desk, stack
from harness.jobs.worker.desk import Answer
from harness.jobs.worker.watch import CODE
from harness.run.fingerprint import fingerprint, loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    name: str
    client: redis.Redis
    keeper: stack.Keeper


def serve(config_path: Path, url: str, isolation: str, up: Callable[[str], None]) -> int:
    """Work until told to end; `up(name)` is called when the first cell can come. Raises remote-url, remote-broker."""
    loaded()  # what this process runs, before anybody changes the files
    keeper = stack.keep(config_path, isolation)
    try:
        client = desk.connect(url)
        name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
        return _celery(config_path, url, Worker(name=name, client=client, keeper=keeper), up)
    finally:
        keeper.close()


def drive(worker: Worker, *, run: str, cell: str, attempt: int) -> None:
    """Drive a cell that is still wanted, and answer. Where the stack was killed nothing is said: the cell is lost, and
    verify sends it again. Raises KeeperGone after having let the cell go."""
    client, name = worker.client, worker.name
    job = desk.claim(client, run, cell, attempt, name)
    if job is None:
        return

    def renew() -> None:
        with suppress(redis.RedisError):  # the next one may come through; if none does, the cell is lost
            desk.renew(client, run, cell, attempt, name)

    try:
        frame = worker.keeper.drive({**job, "run": run, "cell": cell}, desk.RENEW_S, renew)
    except stack.KeeperGone:
        desk.let_go(client, run, cell, attempt)
        raise
    if frame is None:
        desk.let_go(client, run, cell, attempt)
        return
    head, body = frame
    about = {name: value for name, value in head.items() if name != "kind"}
    desk.answer(client, run, Answer(kind=head["kind"], cell=cell, attempt=attempt, worker=name, about=about, body=body))


def _celery(config_path: Path, url: str, worker: Worker, up: Callable[[str], None]) -> int:
    from celery.exceptions import SecurityWarning, WorkerShutdown
    from celery.signals import worker_ready
    from celery.worker import state
    from celery.worker.control import inspect_command

    warnings.filterwarnings(
        "ignore", category=SecurityWarning
    )  # of root: messages are JSON, and nothing in them is run
    app = desk.app(url)

    @app.task(name=desk.TASK)
    def drive_cell(**job: Any) -> None:
        try:
            drive(worker, **job)
        except redis.RedisError as error:
            print(f"{job['cell']} is let go: Redis does not answer: {error}", file=sys.stderr, flush=True)
        except stack.KeeperGone:
            print("the process that keeps the stack was killed: this worker ends", file=sys.stderr, flush=True)
            state.should_stop = STACK_FAILED

    @inspect_command(name=CODE, args=[("phase", int)])
    def code(_: Any, phase: int) -> dict[str, Any]:
        try:
            return {"code": fingerprint(stack.described(config_path, phase))}
        except HarnessError as error:
            return {"broken": error.message}

    worker_ready.connect(lambda **_: up(worker.name), weak=False)
    service = app.Worker(
        hostname=f"{worker.name}@harness", pool="threads", concurrency=1, loglevel="WARNING", quiet=True,
        without_gossip=True, without_mingle=True, without_heartbeat=True,
    )  # fmt: skip
    with suppress(WorkerShutdown):
        service.start()
    return service.exitcode or 0
