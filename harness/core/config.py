"""harness.toml as one frozen value: the only thing the harness knows about a target beyond HTTP, Celery, SQL and logs.

Read by harness.backend.description. docs/reference.md shows every key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness.core.code import Reachable
from harness.core.ledger import Ledger

USUAL = (WEB, WORKER, BEAT) = ("web", "worker", "beat")
"""The programs that a target has unless harness.toml says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One process of the target. `command` may hold {python}, {port}, {run}; it is empty until looking has filled it in.

    ready: how it shows that it is up: "http" (answers), "http:/path" (answers 200), "port" (accepts), "celery" (a worker
    that takes tasks), "line:TEXT" (prints TEXT), "spawn".
    boot: "always", or "on_demand" (started when a step needs it).
    like: "web", "worker", "beat" or ""; `concurrency` (0: the usual), `queues` and `options` vary the usual command of it.
    """

    name: str
    command: tuple[str, ...]
    ready: str
    boot: str = "always"
    env: Mapping[str, str] = field(default_factory=dict)
    like: str = ""
    concurrency: int = 0
    queues: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def serves(self) -> bool:
        """Whether requests are made to it."""
        return self.ready.partition(":")[0] in ("http", "port")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the target. `lock` are the columns whose changes goldens hold; `paths` limits locking to scenarios
    that run only on those paths; `active` are the values of `status` that must not remain at quiescence (law 11).

    `database` is Django's alias of the database that it stands in, "" for the first that has it; judging needs it not.
    `model` is the label of its model, "" without one, and `choices` the values of its columns that have such. One that is
    not `said` in harness.toml was found by looking: where the database has no rows of it to watch, it is left out."""

    kind: str
    table: str
    lock: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    status: str = ""
    active: tuple[str, ...] = ()
    model: str = ""
    database: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    said: bool = True


COMPARED = {"operation": r"\S+", "old": r"-?\d+", "new": r"-?\d+"}
"""What a target's comparison log says of each mismatch, and how; each stands in `Config.comparison` once, in braces."""
TIMES = (JUMPS, REAL) = ("jumps", "real")
"""Where a cell only waits for a task's time: its clock goes there, or it waits."""
WAYS = ("column", "mint", "login", "session", "basic")
"""Where a credential comes from; none of them: the scenario gives the tokens itself (given.tokens)."""


KEEP = 20
"""Runs that stay unless harness.toml says otherwise."""
HTTPS = 443
PROVIDER_KINDS = ("openai", "runware", "wordpress", "http")
"""The kinds that harness.toml may name; harness.provider.profiles has a profile for each."""
PUBLIC: Mapping[str, tuple[str, ...]] = {
    "openai": ("api.openai.com",),
    "runware": ("api.runware.ai", "ws-api.runware.ai"),
}
"""Kind -> the hosts where it speaks for everybody, unless harness.toml names others of it."""
MADE_UP_KEYS: Mapping[str, tuple[str, str]] = {
    "openai": ("OPENAI_API_KEY", "sk-replay-0000000000000000000000000000"),
    "runware": ("RUNWARE_API_KEY", "rw-replay-0000000000000000000000000000"),
}
"""Kind -> the variable that its clients read its key from, and what stands there in a stack: no real one is ever needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """How a provider's answers are read. `kind` is one of PROVIDER_KINDS. Of kind http: `success` is a JSON path ("data.id",
    "status=done") and `statuses` are the statuses of a success, both optional."""

    kind: str
    success: str = ""
    statuses: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """`header` is what a token is sent in, "{token}" in its place. `way` is one of WAYS, or "token".

    column   the column of the actor's row that holds the token
    mint     code for the target's shell that makes one: `$actor` is the row's key, `result` the token or a table of headers
    login    {url, body, token}: a JSON login; `token` is the path to it in the answer, "$email" a column of the actor's row
    session  {url, body, json?}: a login that sets the cookie `cookie`; a form unless `json`; CSRF as Django has it
    basic    {user, password}
    """

    header: str = "Authorization: Bearer {token}"
    way: str = "token"
    column: str = ""
    mint: str = ""
    login: Mapping[str, Any] = field(default_factory=dict)
    session: Mapping[str, Any] = field(default_factory=dict)
    basic: Mapping[str, str] = field(default_factory=dict)
    cookie: str = "sessionid"
    csrf_cookie: str = "csrftoken"
    csrf_header: str = "X-CSRFToken"

    @property
    def told(self) -> str:
        """What a message calls it: the header with its scheme, never a credential."""
        if self.way == "session":
            return f"the cookie {self.cookie}"
        return "Authorization: Basic" if self.way == "basic" else self.header.replace("{token}", "…")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """harness.toml. Paths are absolute. `source` is the file it came from."""

    source: Path
    name: str
    root: Path
    phase: int
    manage: tuple[str, ...]
    migrate: tuple[str, ...]
    tests: tuple[str, ...]
    """The words that run the target's own tests; () where they are looked up (harness.backend.own)."""
    env: Mapping[str, str]
    provider_hosts: Mapping[str, str]
    """Authority (a host, with ":PORT" where it is not 443) -> provider name: a kind, or one of `providers`."""
    roles: Mapping[str, Role]
    said_tables: Mapping[str, Mapping[str, Any]]
    """[tables], as it stands."""
    ledger: Ledger
    settle_timeout_s: float
    app: str
    """The Celery app, as `celery -A` takes it; "" until looking has filled it in, and where the target has none."""
    scenarios: Path
    answers: Path
    """What the simulator says, as a Python file or a package; it need not be there."""
    cassettes: Path
    contracts: Path
    rates: Path
    rates_named: bool = True
    """Whether harness.toml names the rate card: where it does, the file must be there."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    """What is watched, by its name; none until looking has filled it in (harness.backend.tables), as the kinds of `ledger`."""
    found: tuple[Table, ...] | None = None
    """A table for each model, as looking found it; None until then."""
    free: Mapping[str, str] = field(default_factory=dict)
    """What is not looked at beyond credits, in the form of harness.core.golden.free, each with why."""
    keep: int = KEEP
    """Runs that stay, beside those that something still needs (harness.run.kept); 0: all."""
    surfaces_locked: bool = False
    """Whether there must be surfaces: where none is locked, every cell fails."""
    time: str = JUMPS
    unwatched: tuple[str, ...] = ()
    """What looking found of the target's own that no table here watches, a line each."""
    zygote: bool = True
    """Whether roles are forked from a process that has loaded the target."""
    """One of TIMES."""
    databases: tuple[str, ...] = ("default",)
    """Django's aliases of the databases that the stack has; the first is the one that [tables] is looked for in first."""
    python: Path | None = None
    """The interpreter that runs the target; None: one with `requirements` installed, and without those the harness's own."""
    requirements: tuple[Path, ...] = ()
    requires: str = ""
    """The Python that `requirements` are installed for ("3.12"); "": the harness's."""
    reads: tuple[str, ...] = ()
    """Paths of the target's own routes that answer GET, `{name}` where a parameter stands; none until looking has filled it in."""
    routes: tuple[str, ...] = ()
    """Each of the target's own routes with each method that it names, "POST /parcels/"; as `reads`."""
    declared: tuple[str, ...] = ()
    """What the target declares, a line a thing (harness.backend.look.declared); as `reads`."""
    tasks: tuple[str, ...] = ()
    """The names of the target's own tasks; as `reads`."""
    id_ranges: bool = False
    """Whether the keys that each sequence draws are of a range of its own, so that an id is known wherever it stands."""
    markers: tuple[str, ...] = ()
    comparison: str = ""
    """How the target logs a charge that its old and its new price tell apart (harness.judge.mismatch); "" where it logs none."""
    writes: tuple[str, ...] = ()
    """Folders and files below `root` that the target writes while it runs, relative to it."""
    sees: tuple[Path, ...] = ()
    """What it reads beside its checkout and its interpreter."""
    traced: bool = False
    """Whether it is noted which code of the target runs: a run asks for it, harness.toml does not."""
    begins: str = ""
    """When each cell begins whose world says nothing of it, on the target's clock (ISO 8601, in UTC); "": in real time. A run asks for it."""
    reach: Reachable = field(default_factory=Reachable)
    inprocess_env: Mapping[str, str] = field(default_factory=dict)
    """What `env` has otherwise in the inprocess tier."""
    auth: Auth = field(default_factory=Auth)
    phases_root: Path | None = None
    """The folder that phases are laid over; `root` lies in it. None: the target has no phases."""
    phases_dir: Path | None = None
    providers: Mapping[str, Provider] = field(default_factory=dict)
    """Providers that are more than a kind, by name."""

    @property
    def provider_names(self) -> tuple[str, ...]:
        """The hosts of all providers, without ports."""
        return tuple(dict.fromkeys(host.partition(":")[0] for host in self.provider_hosts))

    @property
    def provider_ports(self) -> tuple[int, ...]:
        """Ports that a provider speaks at, 443 first."""
        ports = {int(port) for _, _, port in (host.partition(":") for host in self.provider_hosts) if port}
        return (HTTPS, *sorted(ports - {HTTPS}))

    @property
    def fake_hosts(self) -> Mapping[str, Any]:
        """The part of the fake's configuration that says who speaks where, ready for JSON."""
        known = {name: asdict(one) for name, one in self.providers.items()}
        return {"hosts": dict(self.provider_hosts), **({"providers": known} if known else {})}


def marker(form: str) -> str:
    """What every line of a comparison log begins with: its form up to the first part, without what separates them."""
    return form.partition("{")[0].rstrip(" :=")
