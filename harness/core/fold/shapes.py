"""What each event of a history holds: which keys must be there, and values of which kinds. Other keys, and events of other kinds, are nobody's.

Said once: events that become a value of harness.core.history have its fields and kinds, the others are written down here. A line that was changed
since, or that something else wrote, is refused by its place, and nothing that reads a history need ask again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from harness.core import history
from harness.core.action import Path
from harness.core.fold.fits import of, told
from harness.core.history import Event

Amount = int | float | str
Key = int | str | float | bool | None
Ways = tuple[int, *tuple[tuple[int, str, int, str], ...]]
"""How many there are, and each that nobody took."""


class _Shard(TypedDict):
    n: int
    of: int
    plan_sha256: str
    durations_sha256: str
    whole: bool


class _OfShard(TypedDict):
    """What must be known of a part of a run, beside all that any run says."""

    target: str
    phase: int
    tier: str
    cells: tuple[str, ...]
    plan: tuple[str, ...]


class _Table(TypedDict):
    kind: str
    table: str
    model: str
    lock: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]


class _Versions(TypedDict):
    python: str
    said_by: str
    packages: Mapping[str, str]


class _RunStart(TypedDict):
    harness: NotRequired[str]
    target: NotRequired[str]
    phase: NotRequired[int]
    tier: NotRequired[str]
    isolation: NotRequired[str]
    cells: NotRequired[tuple[str, ...]]
    vary: NotRequired[str]
    versions: NotRequired[Mapping[str, _Versions | str]]
    tables: NotRequired[tuple[_Table, ...]]
    workers: NotRequired[int]
    whole: NotRequired[bool]
    sources: NotRequired[Mapping[str, str]]
    routes: NotRequired[tuple[str, ...]]
    tasks: NotRequired[tuple[str, ...]]
    declared: NotRequired[tuple[str, ...]]
    not_held: NotRequired[tuple[str, ...]]
    shard: NotRequired[_Shard | None]
    plan: NotRequired[tuple[str, ...]]
    code: NotRequired[Mapping[str, str]]


class _Part(TypedDict):
    name: str
    cells: tuple[str, ...]
    run: NotRequired[str]
    isolation: NotRequired[str]
    boot_s: NotRequired[float]


class _CellStart(TypedDict):
    scenario: str
    path: Path
    title: NotRequired[str]
    variation: NotRequired[str]


class _Varied(TypedDict):
    changed: Mapping[str, int]


class _Named(TypedDict):
    kind: str
    id: Key


class _Account(TypedDict):
    id: Key
    credits: Amount


class _Seeded(TypedDict):
    refs: NotRequired[Mapping[str, _Named]]
    accounts: NotRequired[Mapping[str, _Account]]
    actors: NotRequired[tuple[str, ...]]


class _Tape(TypedDict):
    tape: NotRequired[tuple[str, ...]]
    unplayed: NotRequired[tuple[Mapping[str, Any], ...]]
    late: NotRequired[int]


class _Balance(TypedDict):
    account: str
    opening: Amount
    closing: Amount
    born: NotRequired[str]


class _Own(TypedDict):
    command: tuple[str, ...]
    code: int | None
    ran: int
    failed: int
    skipped: int
    names: tuple[str, ...]
    ended: bool
    said: str
    seconds: float


class _Function(TypedDict):
    at: str
    line: int
    ran: bool
    branches: NotRequired[Ways]
    handlers: NotRequired[Ways]


class _Reached(TypedDict):
    functions: tuple[_Function, ...]
    left_out: tuple[str, ...]


class _Undeclared(TypedDict):
    hosts: tuple[str, ...]


class _Leak(TypedDict):
    where: str
    secret: str


class _Side(TypedDict):
    store: str
    key: str


class _Note(TypedDict):
    text: NotRequired[str]


class _Late(TypedDict):
    of: str
    code: str
    lines: tuple[str, ...]
    hint: NotRequired[str]


class _CellEnd(TypedDict):
    events: NotRequired[Mapping[str, int]]
    settled: NotRequired[bool]
    reason: NotRequired[str | None]
    code: NotRequired[str | None]
    hint: NotRequired[str | None]
    broken: NotRequired[bool]
    clock: NotRequired[tuple[tuple[float, float], ...]]
    prepared: NotRequired[tuple[tuple[float, float], ...]]
    seconds: NotRequired[Mapping[str, float]]


class _RunEnd(TypedDict):
    seconds: NotRequired[Mapping[str, float]]
    cells: NotRequired[int]
    sha256: NotRequired[str]
    remote: NotRequired[Mapping[str, Any]]


class _Event(TypedDict):
    kind: str
    t: NotRequired[float]
    cell: NotRequired[str]


class _Format(TypedDict):
    format: NotRequired[int | None]


class _Row(TypedDict):
    """A RowChange, whose `kind` is told as `table_kind`."""

    table_kind: str
    op: str
    id: Key
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    key: NotRequired[str]
    links: NotRequired[Mapping[str, str]]


SHAPES: Mapping[str, type] = {
    "run.start": _RunStart,
    "part": _Part,
    "cell.start": _CellStart,
    "varied": _Varied,
    "seeded": _Seeded,
    "http": history.HttpExchange,
    "read": history.Read,
    "task": history.TaskRun,
    "call": history.Call,
    "tape": _Tape,
    "row": _Row,
    "tx": history.Transaction,
    "balance": _Balance,
    "own": _Own,
    "reached": _Reached,
    "undeclared": _Undeclared,
    "log": history.LogLine,
    "leak": _Leak,
    "side": _Side,
    "note": _Note,
    "late": _Late,
    "cell.end": _CellEnd,
    "run.end": _RunEnd,
}


def wrong_with(event: Event) -> str:
    """The first thing that is wrong with an event, as words; "" for nothing."""
    return told(_wrong_with(event))


def _wrong_with(event: Event) -> str:
    if wrong := of(_Event)(event):
        return wrong
    if event["kind"] == "run.start" and event.get("format") != history.FORMAT:
        return of(_Format)(event)  # of another one nobody here knows the rest; whoever reads it says so
    wrong = of(SHAPES.get(event["kind"], Any))(event)
    return wrong or (of(_OfShard)(event) if event["kind"] == "run.start" and event.get("shard") else "")
