"""A block of code watched as a cell is, through whatever connection sees its rows: balance before and after, new ledger rows."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from harness.core.config import Config
from harness.core.fold import folded
from harness.core.history import CellHistory
from harness.core.scenario import Path
from harness.stack.database import ledger
from harness.stack.database.ledger import Query

ID = "pytest/block"
NAME = "account"
"""What the account is called in the history."""


class Block:
    """Begins where it is made. `opening` is None where there is no such account."""

    def __init__(self, config: Config, account: Any, query: Query) -> None:
        self._config, self._account, self._query = config, account, query
        self.opening = self._balance()
        self._before = ledger.whole(query, config)

    def history(self) -> CellHistory:
        """What came of the block until now, made as every cell's history is."""
        told: list[dict[str, Any]] = [
            {"kind": "seeded", "refs": {}, "accounts": {NAME: {"id": self._account, "credits": self.opening}}},
        ]
        closing = self._balance()
        if self.opening is not None and closing is not None:
            told.append({"kind": "balance", "account": NAME, "opening": self.opening, "closing": closing})
        changes = list(ledger.changed(self._before, ledger.whole(self._query, self._config)))
        ledger.check_columns(changes, self._config.ledger)
        told += [{**asdict(change), "kind": "row", "table_kind": change.kind} for change in changes]
        end = {"kind": "cell.end", "settled": True, "reason": "", "events": {}}
        seen = folded({"scenario": ID, "path": str(Path.DIRECT)}, (*told, end), self._config.ledger)
        return replace(
            seen,
            ledger=tuple(row for row in seen.ledger if row.account == NAME),
            usage=tuple(log for log in seen.usage if log.account == NAME),
        )

    def _balance(self) -> Any:
        held = ledger.balances(
            self._query, self._config, {NAME: {"kind": self._config.ledger.accounts, "id": self._account}}
        )
        return held[NAME]["credits"] if NAME in held else None
