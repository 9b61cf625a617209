"""The few facts of harness.toml that checkers need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.core.config import Config, Table
from harness.core.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`schedules` are the table kinds that scheduled actions insert: a row of one asks for work without a step."""

    tables: Mapping[str, Table]
    ledger: Ledger
    schedules: frozenset[str] = frozenset()


def target_of(config: Config) -> Target:
    actions = [paths["scheduled"] for paths in config.operations.values() if "scheduled" in paths]
    kinds = {row["kind"] for action in actions for row in action.rows}
    return Target(tables=config.tables, ledger=config.ledger, schedules=frozenset(kinds))
