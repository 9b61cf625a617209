"""The harness's own connection: a superuser, in UTC, patient for seconds and no longer, and able to read every value.

A statement that waits for a lock, that runs for long, or whose server has stopped ends as a StackError with a name:
database-blocked, database-slow, database-silent. What a row holds is read whatever it is: times that Python has none for
(infinity, 24:00, before Christ), intervals and ranges come as PostgreSQL's own text.
"""

from __future__ import annotations

import datetime
import math
import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.adapt import Loader
from psycopg.types import datetime as times

from harness.core.errors import StackError

LOCK_TIMEOUT_MS = 5_000
STATEMENT_TIMEOUT_MS = 20_000
SILENCE_S = 25.0
"""Longer than the server's own time-outs: it is the server itself that says nothing."""
LOOK_S = 1.0
"""After which it is looked whether the server's process is stopped."""
PATIENT_S = 600.0


class Observer(psycopg.Connection[Any]):
    """An autocommit connection whose waits end. `limit_s` bounds each answer."""

    limit_s = SILENCE_S

    def wait(self, gen: PQGen[Any], *args: Any, **options: Any) -> Any:
        try:
            return super().wait(_until(gen, self.limit_s, self._stands_still), *args, **options)
        except psycopg.errors.LockNotAvailable:
            raise StackError(
                "the harness waited for a lock that the target holds",
                hint="the target left a transaction open after its work, or locks whole tables: see LOCK TABLE, DDL",
                code="database-blocked",
            ) from None
        except psycopg.errors.QueryCanceled:
            raise StackError(
                "a statement of the harness ran into its time-out",
                hint=f"the database is busy or very large: a statement has {STATEMENT_TIMEOUT_MS / 1000:g} s",
                code="database-slow",
            ) from None
        except TimeoutError:
            self.pgconn.finish()
            raise StackError(
                "the database does not answer",
                hint="PostgreSQL is stopped or starved: see logs/postgres.log of this run",
                code="database-silent",
            ) from None

    def _stands_still(self) -> bool:
        """Whether the server's process at the other end is stopped; where that is another machine's nobody knows."""
        try:
            with open(f"/proc/{self.pgconn.backend_pid}/stat", "rb") as stat:  # noqa: PTH123
                _, name, rest = re.split(rb"[()]+", stat.read(), maxsplit=2)
        except (OSError, ValueError):
            return False
        return name == b"postgres" and rest.split()[0] in (b"T", b"t")


def connect(sockets: Path, port: int, database: str, user: str) -> Observer:
    """A superuser's connection over the unix socket, named so that lock reports can tell it from the target's."""
    settings = {
        "timezone": "UTC",
        "search_path": "public",
        "lock_timeout": LOCK_TIMEOUT_MS,
        "statement_timeout": STATEMENT_TIMEOUT_MS,
    }
    made = Observer.connect(
        host=os.fspath(sockets),
        port=port,
        dbname=database,
        user=user,
        autocommit=True,
        connect_timeout=int(SILENCE_S),
        application_name="harness",
        options=" ".join(f"-c {name}={value}" for name, value in settings.items()),
    )
    return _loading(made)


def again(db: psycopg.Connection) -> Observer:
    """Another connection like `db`, for another thread."""
    return _loading(Observer.connect(db.info.dsn, password=db.info.password or None, autocommit=True))


def _loading(made: Observer) -> Observer:
    for kind, loader in _LOADERS.items():
        made.adapters.register_loader(kind, loader)
    return made


@contextmanager
def patient(db: psycopg.Connection) -> Iterator[None]:
    """Within, a statement may take minutes: a snapshot of a large database, say."""
    before = getattr(db, "limit_s", SILENCE_S)
    db.execute(f"SET statement_timeout = {int(PATIENT_S * 1000)}")
    if isinstance(db, Observer):
        db.limit_s = PATIENT_S
    try:
        yield
    finally:
        if isinstance(db, Observer):
            db.limit_s = before
        if not db.closed and db.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            db.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")


def json_value(value: Any) -> Any:
    """A value as psycopg gives it, as JSON has it."""
    match value:
        case Decimal() | uuid.UUID() | datetime.timedelta():
            return str(value)
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
        case list() | tuple():
            return [json_value(item) for item in value]
        case dict():
            return {name: json_value(item) for name, item in value.items()}
        case float() if not math.isfinite(value):
            return str(value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _until(gen: PQGen[Any], limit_s: float, stands_still: Callable[[], bool]) -> Iterator[Any]:
    """The same steps; TimeoutError once it is late and nothing has come, or who should answer is stopped."""
    begun = time.monotonic()
    try:
        asked = next(gen)
        while True:
            ready = yield asked
            if not ready and (gone_s := time.monotonic() - begun) > LOOK_S and (gone_s > limit_s or stands_still()):
                raise TimeoutError
            asked = gen.send(ready)
    except StopIteration as done:
        return done.value


def _or_text(loader: type[Loader]) -> type[Loader]:
    """As `loader` reads it, else as PostgreSQL wrote it."""

    class Read(loader):  # type: ignore[misc, valid-type]
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except (psycopg.DataError, psycopg.NotSupportedError, ValueError):
                return bytes(data).decode()

    return Read


class _Text(Loader):
    def load(self, data: Any) -> str:
        return bytes(data).decode()


_RANGES = ("int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange")
_LOADERS: dict[str, type[Loader]] = {
    "date": _or_text(times.DateLoader),
    "time": _or_text(times.TimeLoader),
    "timetz": _or_text(times.TimetzLoader),
    "timestamp": _or_text(times.TimestampLoader),
    "timestamptz": _or_text(times.TimestamptzLoader),
    "interval": _Text,
    **dict.fromkeys(_RANGES, _Text),
    **dict.fromkeys((name.replace("range", "multirange") for name in _RANGES), _Text),
}
