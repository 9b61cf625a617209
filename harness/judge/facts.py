"""The few facts of harness.toml that checkers need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.core.config import Config, Table
from harness.core.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    tables: Mapping[str, Table]
    ledger: Ledger
    free: frozenset[str] = frozenset()
    """ "table.column"s beyond credits that are not looked at."""
    takers: frozenset[str] = frozenset()
    """Roles that take tasks."""


def target_of(config: Config) -> Target:
    return Target(
        tables=config.tables,
        ledger=config.ledger,
        free=frozenset(config.free),
        takers=frozenset(role.name for role in config.roles.values() if role.ready == "celery"),
    )
