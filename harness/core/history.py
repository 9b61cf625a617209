"""History: everything observed in a run. Verdicts are computed from it alone.

runs/<time>/history.ndjson holds one JSON object a line. Every event has `kind` and `t` (seconds since the run began);
every event between cell.start and cell.end has `cell` ("orders/refund@manual").
Longer than 260 lines: the values that a history is read as stand beside the table that they are read from.

kind        | further keys
------------|---------------------------------------------------------------------------------------------------------
run.start   | format, harness, target, phase, tier, isolation, seed, cells (list of cell ids), vary (the level of varied worlds), versions, workers (processes that
            | take tasks; absent: 1), whole (bool: nothing was left out by choice; false of a shard), sources {target, scenarios, cassettes: their fingerprints}; of a shard also shard {n, of, plan_sha256, durations_sha256, whole (of its plan)}, plan (the whole
            | plan's cell ids); of shards, merges and runs on workers code {part: its hash}
            | of one that was looked at also routes ("POST /parcels/") and tasks (names): what there is to be reached
part        | name, run, cells, of a worker also isolation and boot_s: which shard or worker drove which cells of a merged run (outside any cell; `t` of their
            | events counts since that part began)
cell.start  | scenario, path, title; of a varied world also variation
varied      | changed {table.column: rows}: what a variation laid over the world
seeded      | refs {name: {kind, id}}, accounts {name: {id, credits}}, actors (optional list of account names)
http        | one driven request and its answer: see `HttpExchange`
read        | one safe request after the work and its answer, in worlds that are read back: see `Read`
task        | one task message and what came of it: see `TaskRun`
call        | one provider call as the fake saw it: see `Call`
tape        | tape (cassette names), unplayed (list of {cassette, index, request}), late (count)
row         | table_kind, op (insert, update, delete), id, before, after (column -> value, JSON types, decimals as strings),
            | key (the column of the id; absent: "id"), links (column -> the kind it points at; absent: none but "<kind>_id")
tx          | role, session, changes: one committed transaction, see `Transaction`; in the order of the journal
balance     | account (name), opening, closing
own         | command, code (null: it did not end in time), ran, failed, skipped, names (of tests that failed, the first), ended (bool: it said that it was
            | through), said (its last words), seconds: what came of the target's own tests, where they were run (outside any cell)
reached     | functions (see harness.core.code), left_out (patterns that left nothing out): which code ran, where that was asked for (outside any cell)
undeclared  | hosts that the target looked for and that are no provider's; absent where there are none
log         | WARNING and above, tracebacks, and markers such as [MIGRATION]: see `LogLine`
leak        | where, secret: a secret of the world, by every place that keeps it, in something that the target said
side        | store (redis, file, process, made, left open), key, before, after (null: not there): what else a cell left
note        | text   (remarks of the one who drove: held call released, task process killed)
late        | of (cell), code, lines, hint: what came of a cell after it was observed; told in the next cell, or behind the last
cell.end    | events {kind: how many}, settled (bool), reason (with code and hint where it has them, and broken: true where the stack
            | broke in it, and nothing else of it is judged), clock (see CellHistory.spans), prepared (as there), seconds {drive, settle, reset, seed, load, capture, compare}
run.end     | seconds {…}, cells, sha256 (of all that stands before it in the file); of a run on workers also remote {workers, lost, late, bytes_back}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.core.code import Function
from harness.core.ledger import Amount
from harness.core.variation import ALL

FORMAT = 3
Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One movement of a balance, in the words of harness.core.ledger. `credits` is signed; `balance` is what it left
    (None: the target does not say); `units` counts what was bought (1 for text). `kind` is one of ledger.KINDS, or the
    target's own word. `log` is the key of the usage log, where a column of one names the other; `reverses` that of the
    movement that this one gives back."""

    id: Any
    account: str
    kind: str
    operation: str
    credits: Amount
    balance: Amount | None
    units: int = 1
    request: str = ""
    log: Any = None
    reverses: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRow:
    """One usage log. `credits` is positive; `cost_usd` is the decimal as the database prints it, None when absent. Tokens
    are None where the log has none; `tokens` are those it counts apart (cached, reasoning, image). `request` is the
    provider's id of the request, `movement` the key of the movement, where the log has them."""

    id: Any
    account: str
    operation: str
    credits: Amount
    model: str
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: str | None
    units: int = 1
    tokens: Mapping[str, int] = field(default_factory=dict)
    request: str = ""
    movement: Any = None

    @property
    def token_total(self) -> int:
        return (self.tokens_in or 0) + (self.tokens_out or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One provider call as the fake saw it.

    `disposition`: played (a recording answered), fault (a fault answered instead of, or after, the recording),
    unmatched (refused: nothing recorded fits), invalid (the request breaks the provider contract).
    `success` is what the provider did, whatever the client got: a `lost_answer` fault is a success that never arrived.
    `usage` is {"tokens_in", "tokens_out"} as the provider reported it, None for images; `images` counts drawn images.
    """

    n: int
    provider: str
    host: str
    method: str
    path: str
    request: Any
    status: int
    disposition: str
    success: bool
    response: Any = None
    cassette: str = ""
    index: int = -1
    fault: str = ""
    model: str = ""
    usage: Mapping[str, int] | None = None
    images: int = 0
    nearest: Mapping[str, Any] | None = None
    """{"cassette", "index", "changes": [{"path", "recorded", "sent"}], "hint"} of the closest recording of the host."""
    problems: tuple[str, ...] = ()
    """Breaches of the provider contract, each with its JSON path."""
    request_ids: tuple[str, ...] = ()
    """What the answer's head calls the request (x-request-id and the like), by which a target may know it."""
    scheme: str = "https"
    port: int = 443
    sni: str = ""
    """The server name of the TLS handshake."""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """In small letters, but those of provider/fake/free.toml; credentials as harness.cell.credentials has them."""

    @property
    def route(self) -> str:
        return f"{self.provider} {self.method} {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """One changed row of a table kind. `before` is None for an insert, `after` is None for a delete.

    `id` is what its key holds, `key` the column that does, "" where that is none or several; `links` are columns that hold
    ids of rows of another kind, but for those that say so by their name ("<kind>_id").
    """

    kind: str
    op: str
    id: Any
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    key: str = "id"
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a transaction did to one row, net. Values are PostgreSQL's text. Of an update, `before` and `after` hold the
    columns that it changed; of an insert or delete the whole row. `id` is the row's key as text ("(7,eu)" of several
    columns, "" without a key), `key` its columns."""

    table: str
    op: str
    id: str
    before: Mapping[str, str | None] | None
    after: Mapping[str, str | None] | None
    key: tuple[str, ...] = ("id",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One committed transaction that changed something. `role` is who wrote it, "" if unknown; `session` tells the
    connections of a role apart."""

    role: str
    changes: tuple[Change, ...]
    session: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRun:
    """One Celery task message: its name, arguments, and how it ended (SUCCESS, FAILURE, REVOKED, LOST).

    `parent` is the id of the message whose task sent it. `due` says of each try when it may run, where any has to wait, and
    `expires` when it may no more: "+60s" after it was sent, "next 06:00:00Z", "past". `exception` is {type, message}; an
    unknown name ends in FAILURE with NotRegistered. Sent and never run: not `started`. `redelivered` counts repetitions.
    """

    id: str
    name: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    state: str = "SUCCESS"
    error: str = ""
    result: Any = None
    exception: Mapping[str, str] = field(default_factory=dict)
    queue: str = ""
    parent: str = ""
    due: tuple[str, ...] = ()
    expires: str = ""
    retries: int = 0
    priority: int = 0
    started: bool = True
    redelivered: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpExchange:
    """A driven request and its answer: the body whole (of more than 4 MiB its size and digest), headers but those of harness/cell/free.toml, "302 /there/" for each redirect.
    `form` says how `request` was sent where that is not as JSON: "form", or "multipart", of which `request` is {data, files}."""

    method: str
    path: str
    status: int
    request: Any
    response: Any
    expected: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    redirects: tuple[str, ...] = ()
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A safe request after the work, and its answer. `caller`: owner, stranger, intruder, nobody; "" and status 0: it could not be asked."""

    caller: str
    path: str
    status: int
    response: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A record, or a traceback printed by itself (level ""): `exception` is its class, `where` the target's last frame, "shop/orders.py pay"."""

    role: str
    level: str
    logger: str
    message: str
    exception: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """What came of a cell when it was over: `lines` say what."""

    code: str
    lines: tuple[str, ...]
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellHistory:
    """All that was seen of one cell. `accounts` maps each account's name to (opening, closing) credits. `ledger` and `usage` stand in the order in which their rows were written.

    `actors` are the accounts that the scenario works for; none: followed from its references (harness.judge.actors).
    `ledger` and `usage` hold only rows that are new in this cell; `rows` holds every change of every table; `unread` has
    a line for each row of the ledger that could not be read.
    """

    cell: str
    scenario: str
    path: str
    accounts: Mapping[str, tuple[Amount, Amount]]
    ledger: tuple[LedgerRow, ...] = ()
    usage: tuple[UsageRow, ...] = ()
    calls: tuple[Call, ...] = ()
    rows: tuple[RowChange, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    """What was committed, in the order of the journal; () where there is none (a stack that is not ours)."""
    tasks: tuple[TaskRun, ...] = ()
    http: tuple[HttpExchange, ...] = ()
    reads: tuple[Read, ...] = ()
    logs: tuple[LogLine, ...] = ()
    sides: tuple[Mapping[str, Any], ...] = ()
    """What it left elsewhere: store, key, before, after (None: not there)."""
    leaks: tuple[Mapping[str, str], ...] = ()
    """Secrets that were told: where, secret (its places)."""
    refs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unplayed: tuple[Mapping[str, Any], ...] = ()
    late_calls: int = 0
    """Provider calls of earlier scenarios that ended only in this one."""
    undeclared: tuple[str, ...] = ()
    """Hosts that the target looked for and that no provider of harness.toml speaks at."""
    settled: bool = True
    settle_reason: str = ""
    settle_code: str = ""
    """Which kind of unrest it was; "" for a task that did not end."""
    settle_hint: str = ""
    broken: bool = False
    """The stack broke in it: what was seen of it shows nothing."""
    late: tuple[Late, ...] = ()
    actors: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    variation: str = ""
    """What was laid over its world (harness.core.variation), "" for nothing."""
    born: Mapping[str, str] = field(default_factory=dict)
    """Key -> name of each account that came in this cell: it began with nothing, and is nobody else's."""
    varied: Mapping[str, int] = field(default_factory=dict)
    """Column -> how many rows of it a variation changed."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    spans: tuple[tuple[float, float], ...] = ()
    """Stretches of the clock that the target believed while it worked, in seconds since the epoch; a leap ends one."""
    prepared: tuple[tuple[float, float], ...] = ()
    """Stretches of the real clock in which the databases were made that it began with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHistory:
    """A whole stored run. `start` and `end` are the run.start and run.end events; `end` is None when the run was cut off.
    `planned` are the cell ids that the run said it would drive: one that is missing from `cells` was not judged.
    """

    start: Event
    cells: tuple[CellHistory, ...]
    end: Event | None = None
    code: tuple[Function, ...] | None = None
    """What there is of the target's code, and what of it ran; None where nobody noted it."""
    edited: str = ""
    """Why the file that it was read from is not what was written; "" where it is."""
    own: Event | None = None
    """What came of the target's own tests; None where nobody ran them."""
    left_out_idle: tuple[str, ...] = ()
    """Patterns of [reach] that left no file out."""

    @property
    def plain(self) -> tuple[CellHistory, ...]:
        """The cells of the worlds that the scenarios give."""
        return tuple(cell for cell in self.cells if not cell.variation)

    @property
    def planned(self) -> tuple[str, ...]:
        return tuple(self.start.get("cells", ()))

    @property
    def every_world(self) -> bool:
        """Whether the plan has every world of every scenario: no other tier has all."""
        start = self.start
        return (
            bool(start.get("whole")) and (start.get("vary"), start.get("tier")) == (ALL, "processes") and not self.phase
        )

    @property
    def phase(self) -> int:
        return int(self.start.get("phase", 0))

    @property
    def shard(self) -> Mapping[str, Any]:
        """Of which plan this run is a part (`shard` of run.start); empty for a run that stands for itself."""
        shard: Mapping[str, Any] = self.start.get("shard", {})
        return shard

    @property
    def workers(self) -> int:
        return int(self.start.get("workers", 1))
