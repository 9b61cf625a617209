"""A block of code watched as a cell is, through whatever connection sees its rows: balance before and after, new ledger rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.core.config import Config
from harness.core.fold import folded
from harness.core.history import CellHistory
from harness.core.scenario import Path

ID = "pytest/block"
NAME = "account"
"""What the account is called in the history."""

Query = Callable[[str, list[Any]], list[dict[str, Any]]]
"""query(sql, values) -> rows by column, JSON decoded."""


class Block:
    """Begins where it is made. `opening` is None where there is no such account."""

    def __init__(self, config: Config, account: Any, query: Query) -> None:
        self._config, self._account, self._query = config, account, query
        self.opening = self._balance()
        self._last = {
            kind: query(f'SELECT coalesce(max(id), 0) AS last FROM "{table}"', [])[0]["last"]
            for kind, (table, _) in self._kinds().items()
        }

    def history(self) -> CellHistory:
        """What came of the block until now, made as every cell's history is."""
        told: list[dict[str, Any]] = [
            {"kind": "seeded", "refs": {}, "accounts": {NAME: {"id": self._account, "credits": self.opening}}},
            {"kind": "balance", "account": NAME, "opening": self.opening, "closing": self._balance()},
        ]
        for kind, (table, column) in self._kinds().items():
            query = f'SELECT * FROM "{table}" WHERE id > %s AND "{column}" = %s ORDER BY id'
            told += [
                {"kind": "row", "table_kind": kind, "op": "insert", "id": row["id"], "before": None, "after": row}
                for row in self._query(query, [self._last[kind], self._account])
            ]
        end = {"kind": "cell.end", "settled": True, "reason": "", "events": {}}
        return folded({"scenario": ID, "path": str(Path.DIRECT)}, (*told, end), self._config.ledger)

    def _balance(self) -> int | None:
        ledger = self._config.ledger
        table = self._config.tables[ledger.account].table
        rows = self._query(
            f'SELECT "{ledger.account_credits}" AS credits FROM "{table}" WHERE id = %s', [self._account]
        )
        return int(rows[0]["credits"]) if rows else None

    def _kinds(self) -> Mapping[str, tuple[str, str]]:
        """kind -> (table, column that names the account)."""
        own, tables = self._config.ledger, self._config.tables
        return {
            own.transaction: (tables[own.transaction].table, own.transaction_columns["account"]),
            own.usage: (tables[own.usage].table, own.usage_columns["account"]),
        }
