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


def target_of(config: Config) -> Target:
    return Target(tables=config.tables, ledger=config.ledger)
