"""Phase: what one step of the migration changes, must show, and how it is undone. Values only.

Paths are relative to the folder that holds the base (reference/): "backend/shop/...", "frontend/src/...".
`harness.backend.phases.manifest` reads these values from phase.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

FORMAT = 1

BASE = 0
"""The origin of a file that no phase has touched."""

LAST = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A file that a phase replaces or removes, and the SHA-256 (hex) of what it was written against."""

    path: str
    sha256_before: str


class SchemaEffect(StrEnum):
    TABLE_ADDED = "table_added"
    TABLE_REMOVED = "table_removed"
    COLUMN_ADDED = "column_added"
    COLUMN_REMOVED = "column_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange:
    """One declared change of the schema.

    `columns` maps column names to types as PostgreSQL's format_type prints them ("character varying(100)"), with
    " not null" behind where it holds: all columns of a table, or the one that comes or goes. `unique` names the
    columns that are unique by themselves, but for the primary key.
    """

    change: SchemaEffect
    table: str
    columns: Mapping[str, str]
    unique: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChange:
    """Rows that the phase's own migrations write. `rows` says which in words; `why` says what for.

    `values` says it to the machine: the row whose column `key` is K holds values[K] (column -> JSON value).
    """

    table: str
    columns: tuple[str, ...]
    rows: str
    why: str
    key: str = ""
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiChange:
    """One declared change of the HTTP surface. `change` is "added", "removed" or "changed"."""

    change: str
    method: str
    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenChange:
    """Which outcomes may and must change, and how. Empty `models` means every model.

    `parts` are sections of an outcome ("balance", "ledger", "usage", "calls", "rows"). `credits_each` maps a model to
    what one unit costs from this phase on, where the change is a price.
    """

    operations: tuple[str, ...]
    models: tuple[str, ...]
    parts: tuple[str, ...]
    how: str
    why: str
    credits_each: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMarker:
    """A text that log lines of this phase hold. `appears` is "must" (some run shows it), "may" or "never"."""

    text: str
    level: str
    appears: str
    when: str


class RollbackKind(StrEnum):
    MIGRATE = "migrate"
    """Migrate back to `to`, then deploy the code of the phase before."""
    CODE = "code"
    """Deploy the code of the phase before on the database as it is."""
    BACKUP = "backup"
    """Restore the database from the backup taken before, with the code of the phase before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """How the phase is undone. `to` maps app labels to the migration that is migrated back to."""

    kind: RollbackKind
    steps: tuple[str, ...]
    to: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """All that a phase may change, and must."""

    schema: tuple[SchemaChange, ...] = ()
    data: tuple[DataChange, ...] = ()
    api: tuple[ApiChange, ...] = ()
    golden: tuple[GoldenChange, ...] = ()
    log: tuple[LogMarker, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase.toml. `folder` is where it lies; its new files are below folder/overlay. `settings` is environment that
    the target needs from this phase on."""

    number: int
    title: str
    why: str
    folder: Path
    adds: tuple[str, ...]
    replaces: tuple[Replacement, ...]
    removes: tuple[Replacement, ...]
    settings: Mapping[str, str]
    expect: Expect
    verification: tuple[str, ...]
    rollback: Rollback
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The folder's name, as messages say it: "4_new_prices"."""
        return self.folder.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """The tree of a phase. `files` maps each path to the file it comes from; `origins` to the phase that it comes from
    (`BASE` where none has touched it). `settings` are those of all phases up to this one, later ones first."""

    phase: int
    files: Mapping[str, Path]
    origins: Mapping[str, int]
    settings: Mapping[str, Any]
    out: Path | None = None
