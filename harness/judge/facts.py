"""The few facts of harness.toml that checkers need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.core.code import Reachable
from harness.core.config import Config, Table
from harness.core.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    tables: Mapping[str, Table]
    ledger: Ledger
    free: frozenset[str] = frozenset()
    """ "table.column"s beyond credits that are not looked at."""
    surfaces_locked: bool = False
    """Whether harness.toml says that there are surfaces."""
    takers: frozenset[str] = frozenset()
    """Roles that take tasks."""
    reach: Reachable = field(default_factory=Reachable)
    """What of its code need not be reached."""
    several: bool = False
    """Whether one of them takes more than one task at a time."""


def target_of(config: Config) -> Target:
    takers = [role.name for role in config.roles.values() if role.ready == "celery"]
    return Target(
        tables=config.tables,
        ledger=config.ledger,
        free=frozenset(config.free),
        surfaces_locked=config.surfaces_locked,
        takers=frozenset(takers),
        reach=config.reach,
        several=any(config.roles[name].concurrency > 1 for name in takers),
    )
