"""What verify and its workers share, in one Redis: the Celery queue, and beside it who has which cell and what came back.

Celery hands a message of a killed worker on only after its visibility timeout, which is scanned for every 100 seconds.
So a cell has a lease: the worker renews it while the cell runs, and verify sends the cell again when the lease is gone.

<prefix>run:<run>          hash: cell -> the attempt that is wanted, "" -> phase and code; gone when verify is, and then
                           nothing of that run is driven any more
<prefix>run:<run>:claims   hash: cell -> "attempt worker", put there when a worker takes the cell
<prefix>run:<run>:lease:…  one key for each attempt at a cell, which expires
<prefix>run:<run>:answers  list: what workers send back, oldest first
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import redis
from kombu.exceptions import OperationalError

from harness.core.errors import HarnessError, StackError

if TYPE_CHECKING:
    from celery import Celery
    from redis.client import Pipeline

Told = TypeVar("Told")

PREFIX = "igny8-harness:"
QUEUE = "cells"
TASK = "harness.drive_cell"
LEASE_S = 6.0
RENEW_S = 1.5
RUN_S = 60
"""verify renews its run at least every second; a verify that was killed is noticed after this."""
KEEP_S = 900
"""Claims and answers of a verify that was killed are gone after this."""
CONNECT_S = 5.0
SOCKET_S = 15.0
"""A Redis that says nothing for so long, on a connection that stands, does not answer."""
_ADDRESS = re.compile(
    r"(?P<scheme>\w+://)([^/?#]*@)?(?P<where>((\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?)?(/[^@?#]*)?)([?#][^@]*)?",
    re.IGNORECASE,
)
"""An address in which nothing of a password can be taken for the host or the path: it has no @ after those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of a worker. `kind` is "cell" (the body is the cell's history), "refused" (other code) or "error"."""

    kind: str
    cell: str
    attempt: int
    worker: str
    about: Mapping[str, Any]
    body: bytes = b""


def connect(url: str) -> redis.Redis:
    """A client of the Redis at `url` that was seen to answer. Raises HarnessError remote-url, StackError remote-broker."""
    try:
        if not _ADDRESS.fullmatch(url):
            raise ValueError
        client = redis.Redis.from_url(url, socket_connect_timeout=CONNECT_S, socket_timeout=SOCKET_S)
    except ValueError:  # whose text may hold what was taken for the port, and is of the password
        raise HarnessError(
            f"{shown(url)} is no address of a Redis",
            hint="write redis://HOST:6379/0, and what is special in a password as %40 (@), %2F (/), %3F (?), %23 (#)",
            code="remote-url",
        ) from None
    with answering(url):
        client.ping()
    return client


@contextmanager
def answering(url: str) -> Iterator[None]:
    """Inside, a Redis that does not answer is a StackError remote-broker."""
    try:
        yield
    except (redis.RedisError, OperationalError) as error:
        raise StackError(
            f"the Redis at {shown(url)} does not answer: {error}",
            hint="is it running, and reachable from here? Nothing was judged",
            code="remote-broker",
        ) from None


def shown(url: str) -> str:
    """Scheme, host, port and path of the address: a password may stand before the host and in the query."""
    found = _ADDRESS.fullmatch(url)
    return f"{found['scheme']}{found['where']}" if found else "what was given"


def app(url: str) -> Celery:
    """The Celery application of both sides: JSON only, late acknowledgement, names of its own beside the users' tasks."""
    from celery import Celery

    made = Celery("harness", broker=url, set_as_current=False)
    made.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_default_queue=QUEUE,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        control_exchange="igny8-harness",
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "global_keyprefix": PREFIX,
            "socket_connect_timeout": CONNECT_S,
            "socket_timeout": SOCKET_S,
            "socket_keepalive": True,
        },
    )
    return made


def open_run(client: redis.Redis, run: str, cells: Iterable[str], job: Mapping[str, Any]) -> None:
    """`job` is what a worker needs for every cell: phase and code."""
    with client.pipeline() as pipe:
        pipe.hset(_key(run), mapping={"": json.dumps(job), **dict.fromkeys(cells, 1)})
        pipe.expire(_key(run), RUN_S)
        pipe.execute()


def keep_run(client: redis.Redis, run: str) -> bool:
    """Renew; False when Redis has forgotten the run."""
    return bool(client.expire(_key(run), RUN_S))


def close_run(client: redis.Redis, run: str) -> None:
    client.delete(_key(run), _key(run, "claims"), _key(run, "answers"))


def want(client: redis.Redis, run: str, cell: str, attempt: int) -> None:
    """Only `attempt` at `cell` is still to be driven; who had it before has it no more."""
    with client.pipeline() as pipe:
        pipe.hset(_key(run), cell, attempt)
        pipe.hdel(_key(run, "claims"), cell)
        pipe.execute()


def counted(client: redis.Redis, run: str, cell: str) -> None:
    """Nobody is to drive `cell` any more."""
    with client.pipeline() as pipe:
        pipe.hdel(_key(run), cell)
        pipe.hdel(_key(run, "claims"), cell)
        pipe.execute()


def claim(client: redis.Redis, run: str, cell: str, attempt: int, worker: str) -> dict[str, Any] | None:
    """Take a cell: the run's job. None when it is not wanted any more: its run ended, it was counted, or sent again."""

    def take(pipe: Pipeline) -> dict[str, Any] | None:
        wanted, job = pipe.hmget(_key(run), [cell, ""])
        pipe.multi()
        if wanted is None or job is None or int(wanted) != attempt:
            return None
        pipe.set(_lease(run, cell, attempt), worker, px=int(LEASE_S * 1000))
        pipe.hset(_key(run, "claims"), cell, f"{attempt} {worker}")
        pipe.expire(_key(run, "claims"), KEEP_S)
        taken: dict[str, Any] = json.loads(job)
        return taken

    return _while_open(client, run, take)


def renew(client: redis.Redis, run: str, cell: str, attempt: int, worker: str) -> None:
    client.set(_lease(run, cell, attempt), worker, px=int(LEASE_S * 1000))


def let_go(client: redis.Redis, run: str, cell: str, attempt: int) -> None:
    client.delete(_lease(run, cell, attempt))


def answer(client: redis.Redis, run: str, told: Answer) -> int:
    """Send an answer back and let the lease go, both at once; the answer's size in bytes, 0 when nobody waits for it."""
    head = {"kind": told.kind, "cell": told.cell, "attempt": told.attempt, "worker": told.worker, "about": told.about}
    packed = json.dumps(head).encode() + b"\n" + zlib.compress(told.body)

    def put(pipe: Pipeline) -> int:
        waited_for = pipe.exists(_key(run))
        pipe.multi()
        if waited_for:
            pipe.rpush(_key(run, "answers"), packed)
            pipe.expire(_key(run, "answers"), KEEP_S)
        pipe.delete(_lease(run, told.cell, told.attempt))
        return len(packed) if waited_for else 0

    return _while_open(client, run, put)


def take(client: redis.Redis, run: str, wait_s: float) -> bytes | None:
    """The oldest answer; waits for one up to `wait_s`, not at all for 0."""
    if not wait_s:
        one: bytes | None = client.lpop(_key(run, "answers"))
        return one
    got = client.blpop([_key(run, "answers")], timeout=wait_s)
    return got[1] if got else None


def opened(packed: bytes) -> Answer:
    """Raises ValueError when it is not all there."""
    head, _, body = packed.partition(b"\n")
    try:
        return Answer(**json.loads(head), body=zlib.decompress(body))
    except (zlib.error, TypeError) as error:
        raise ValueError(str(error)) from None


def claims(client: redis.Redis, run: str) -> dict[str, tuple[int, str, bool]]:
    """cell -> (attempt, worker, whether its lease holds), for every cell that was taken and not yet counted."""
    found = {
        cell.decode(): (int(attempt), worker.decode())
        for cell, value in client.hgetall(_key(run, "claims")).items()
        for attempt, _, worker in [value.partition(b" ")]
    }
    with client.pipeline(transaction=False) as pipe:
        for cell, (attempt, _) in found.items():
            pipe.exists(_lease(run, cell, attempt))
        held = pipe.execute()
    return {cell: (*own, bool(there)) for (cell, own), there in zip(found.items(), held, strict=True)}


def queued(client: redis.Redis) -> int:
    """Messages that no worker has taken yet, those of other runs included."""
    return int(client.llen(PREFIX + QUEUE))


def _while_open(client: redis.Redis, run: str, write: Callable[[Pipeline], Told]) -> Told:
    """What `write` gave, which reads the run and then writes beside it: done over where the run has changed between the
    two. A run that was closed there would leave what is written behind."""
    told: Told = client.transaction(write, _key(run), value_from_callable=True)
    return told


def _key(run: str, *more: str) -> str:
    return PREFIX + ":".join(("run", run, *more))


def _lease(run: str, cell: str, attempt: int) -> str:
    return _key(run, "lease", cell, str(attempt))
