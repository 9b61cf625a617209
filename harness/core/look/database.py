"""What a PostgreSQL says of itself, as values. Names of other relations are `schema.name`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.core.look.django import ForeignKey, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`type` is as format_type prints it; `kind`: base, enum, array, range, multirange, domain, composite. `base` is
    what an array or a domain is made of. `identity`: "", "always", "by default". `sequence` serves its default."""

    name: str
    type: str
    kind: str
    base: str
    null: bool
    default: str
    identity: str
    generated: bool
    sequence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """`definition` is the statement that makes it."""

    name: str
    definition: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`kind`: table, partitioned, partition, view, materialized view, foreign. `parent` of a partition or of one that
    inherits. `row_security` and `force_row_security` are its flags; `policies` their names."""

    schema: str
    name: str
    kind: str
    parent: str
    owner: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    unique: tuple[Key, ...]
    foreign_keys: tuple[ForeignKey, ...]
    triggers: tuple[Trigger, ...]
    row_security: bool
    force_row_security: bool
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """`column` is `schema.table.column` that it serves, "" for none."""

    schema: str
    name: str
    type: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cycle: bool
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """`enums` map each enum type to its values, in order."""

    version: str
    schemas: tuple[str, ...]
    extensions: Mapping[str, str]
    enums: Mapping[str, tuple[str, ...]]
    tables: tuple[Table, ...]
    sequences: tuple[Sequence, ...]
