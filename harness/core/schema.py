"""A database's schema and rows as values, read by harness.backend.catalogue, compared by harness.jobs.phase.judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`columns` map each name to its type as format_type prints it, with " not null" behind where it holds."""

    columns: Mapping[str, str]
    defaults: Mapping[str, str]
    constraints: tuple[str, ...]
    indexes: tuple[str, ...]


Schema = Mapping[str, Table]

Rows = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""table -> primary key as text -> column -> JSON value."""
