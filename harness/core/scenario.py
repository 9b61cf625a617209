"""Scenario: given / when / then as one value. It names no phase and no tier.

A scenario says what exists (`given`), what is asked for (`when`), which recorded traffic answers (`tape`) and which
faults lie over it. Its locked outcome is the golden beside it. The same value runs on every path in `paths`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from harness.core.action import Action, Do, Path, step


@dataclass(frozen=True, slots=True)
class Ref:
    """Points at a seeded row by its name; becomes the row's primary key (or another column) when the world is seeded."""

    name: str
    column: str = "id"


Kind = TypeVar("Kind")


def inside(value: Any, kind: type[Kind]) -> Iterator[Kind]:
    """Each value of `kind` in `value`, itself among them, in mappings and lists at any depth; a name in a mapping is none."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from inside(item, kind)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from inside(item, kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the given world; values may hold `Ref`s, also in lists.

    Of a `kind` (a key of [tables] in harness.toml) it is written by SQL, and values are columns. Of a `model`
    ("billing.Wallet") or by a `factory` ("app.tests.factories:WalletFactory") the target makes it, and values are fields:
    what is left out is the model's default. A model's row is saved without validators, without its own `save` and, but
    with `signals`, without signals; a factory does what it does.
    """

    name: str
    kind: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    asks: bool = False
    """It asks for work without a step (a schedule that is due): whose it is acts, where schedules do."""
    model: str = ""
    factory: str = ""
    signals: bool = False

    def __post_init__(self) -> None:
        if [bool(self.kind), bool(self.model), bool(self.factory)].count(True) != 1:
            raise ValueError(f"row '{self.name}' needs one of kind, model and factory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An update of rows that the target's own migrations made: `where` column equals value, set `values`."""

    kind: str
    where: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The world before the scenario: rows to insert in order, and changes to configuration rows."""

    rows: tuple[Row, ...]
    changes: tuple[Change, ...] = ()
    actor: str = "owner"
    """Name of the row as which requests are made: whose credential is sent, as [auth] of harness.toml says."""
    tokens: Mapping[str, str] = field(default_factory=dict)
    """Row name -> the token that it stands for, where the scenario itself decides it."""


SCHEMES = ("hmac-sha256", "stripe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Somebody else tells the target something, signed: a payment that was made, say. POSTs `body` as JSON to `url`.

    `secret` signs it; "$NAME" is a variable of [target.env]. `scheme`: "hmac-sha256" puts the hex digest of the body into
    `header` ("X-Signature" if none is named) after `prefix` ("sha256=", say); "stripe" puts the time and the digest of both
    into Stripe-Signature. `age_s` is how long ago it was signed. Refs in `url` ("$name") and `body` become keys. `expect` and
    `paths` as in `Do`.
    """

    url: str
    body: Mapping[str, Any]
    secret: str
    scheme: str = "hmac-sha256"
    header: str = ""
    prefix: str = ""
    age_s: float = 0.0
    expect: int | None = None
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Settle:
    """Wait until no task is queued, running or unacknowledged. A settle after the last step is implied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitCall:
    """Wait until the provider fake holds the n-th call (1-based) that a `hold` fault stopped."""

    nth: int = 1


@dataclass(frozen=True, slots=True)
class ReleaseCalls:
    """Let every held provider call go on."""


@dataclass(frozen=True, slots=True)
class KillRole:
    """SIGKILL a role with all its processes, as a machine that runs out of memory would, and start it again."""

    role: str


@dataclass(frozen=True, slots=True)
class StartRole:
    """Start an on_demand role of harness.toml; it is stopped when the cell ends."""

    role: str


@dataclass(frozen=True, slots=True)
class HoldRow:
    """Lock a seeded row against updates, from a transaction of the harness's own; reads go on."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitBlocked:
    """Wait until `count` transactions of the target wait for a held row."""

    count: int


@dataclass(frozen=True, slots=True)
class LetRowGo:
    """End the transaction that holds the row: all that waited go on."""


Step = (
    Do | Action | Webhook | Settle | AwaitCall | ReleaseCalls | KillRole | StartRole | HoldRow | AwaitBlocked | LetRowGo
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault laid over recorded truth.

    `kind`: one of harness.provider.fake.faults.KINDS (http_429, http_500, http_503, http_401, insufficient_quota, latency,
    reset, truncate, stall, cut_sse, lost_answer, tls, hold). `match` selects calls: "openai POST /v1/chat/completions".
    `calls` are the 1-based positions among the matching calls of the scenario; empty: every one.
    """

    kind: str
    match: str
    calls: tuple[int, ...] = ()
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbilled:
    """A provider success that rightly costs the customer nothing (ledger law 5), and why."""

    match: str
    count: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One row of the plan's tables, or one failure a user meets in the first minute.

    `id` is "<module>/<name>" and names the file, the golden and the tape folder. `plan` lists the rows of the plan's
    checklist that it stands for, as "path1: Cluster Keywords". `tape` lists cassettes below cassettes/, in the order
    in which they may be consumed. `split_of` names a scenario whose totals this one must equal (law 13).
    """

    id: str
    title: str
    given: Given
    when: tuple[Step, ...]
    paths: tuple[Path, ...]
    tape: tuple[str, ...] = ()
    tape_from: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Other tapes from a phase on, where the migration changes what is asked of a provider."""
    plan: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    unbilled: tuple[Unbilled, ...] = ()
    findings: tuple[str, ...] = ()
    split_of: str | None = None
    rounding_credits: int = 0
    allowed_stuck: str | None = None
    """Why rows may stay in progress (law 11); only together with a finding."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """`when`, with an action that stands there by itself as the step that it is."""
        return tuple(step(one) if isinstance(one, Action) else one for one in self.when)

    def tape_at(self, phase: int) -> tuple[str, ...]:
        """The cassettes that answer at `phase`."""
        begun = [since for since in self.tape_from if since <= phase]
        return self.tape_from[max(begun)] if begun else self.tape


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One scenario on one path: the unit that is driven, judged and repeated. `variation` names what is laid over its world
    (harness.core.variation), "" for nothing."""

    scenario: Scenario
    path: Path
    variation: str = ""
    opening: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Account -> the balance that it begins with, where a variation says it; others have the scenario's."""

    @property
    def id(self) -> str:
        return cell_id(self.scenario.id, self.path, self.variation)


def cell_id(scenario: str, path: str, variation: str = "") -> str:
    """ "orders/refund@manual", and "orders/refund@manual~distinct" in a varied world."""
    return f"{scenario}@{varied_path(path, variation)}"


def varied_path(path: str, variation: str = "") -> str:
    """What a surface calls the path of a cell: "manual", "manual~distinct"."""
    return f"{path}~{variation}" if variation else str(path)
