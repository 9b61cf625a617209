"""What a block of a test charged an account, read through the test's own connection, and the laws that hold for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from harness.core.config import Config
from harness.core.fold import Builder
from harness.core.history import CellHistory, LedgerRow, UsageRow
from harness.core.rates import RateCard
from harness.core.scenario import Fault, Given, Path, Scenario
from harness.core.verdict import Status
from harness.judge.checks import CELL_CHECKERS
from harness.judge.context import Context
from harness.judge.facts import target_of
from harness.judge.laws.charges import pair
from harness.stack.database.capture import json_value

LAWS = ("law-1", "law-2", "law-3", "law-6", "law-14")
"""Those that hold for a ledger alone, whatever was asked for."""
NAME = "account"
BLOCK = "pytest/block"
JSON_TYPES = (114, 3802)
"""PostgreSQL's type numbers of json and jsonb, which Django hands over as text."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """Empty until the block is left. `ledger` and `usage` are the account's new rows, in order."""

    opening: int
    closing: int = 0
    ledger: tuple[LedgerRow, ...] = ()
    usage: tuple[UsageRow, ...] = field(default=())

    @property
    def charged_credits(self) -> int:
        return self.opening - self.closing


@contextmanager
def spending(config: Config, rates: RateCard, account: Any) -> Iterator[Seen]:
    """Yields `Seen`; fails when leaving the block breaks a law. The test fails too when there is no such account."""
    opening, last = _balance(config, account), _last_ids(config)
    seen = Seen(opening=opening)
    yield seen
    seen.closing = _balance(config, account)
    history = _history(config, account, seen, last)
    seen.ledger, seen.usage = history.ledger, history.usage
    context = bare_context(config, rates=rates)
    wrong = [f"  law-4: {line}" for line in _unpaired(history)]
    for name in LAWS:
        claim, check = CELL_CHECKERS[name]
        result = check(history, context)
        if result.status is not Status.PASS:
            wrong += [f"  {name}: {claim}", *(f"    {line}" for line in result.evidence)]
    if wrong:
        pytest.fail("the ledger breaks its laws:\n" + "\n".join(wrong), pytrace=False)


def bare_context(config: Config, *, rates: RateCard | None = None, faults: tuple[Fault, ...] = ()) -> Context:
    """What checks may know of a test: no scenario of the project, no golden."""
    return Context(
        scenario=Scenario(id=BLOCK, title="", given=Given(rows=()), when=(), paths=(Path.DIRECT,), faults=faults),
        golden=None,
        target=target_of(config),
        rates=rates or RateCard(rules=(), prices={}),
        phase=config.phase,
        path=str(Path.DIRECT),
    )


def bare_history(**seen: Any) -> CellHistory:
    """What was seen of a test, as a cell's history."""
    return CellHistory(cell=f"{BLOCK}@{Path.DIRECT}", scenario=BLOCK, path=str(Path.DIRECT), accounts={}, **seen)


def _unpaired(history: CellHistory) -> Iterator[str]:
    """The half of law 4 that needs no provider calls: usage logs and deductions without an exact partner."""
    logs, deductions, _ = pair(history)
    for row in deductions:
        yield f"{row.operation or row.kind}: {-row.credits} credits deducted for {row.units} unit(s), and no usage log says so"
    for log in logs:
        yield f"{log.operation}: a usage log of {log.credits} credits for {log.units} unit(s), and no deduction says so"


def _balance(config: Config, account: Any) -> int:
    table = config.tables[config.ledger.account].table
    rows = _rows(f'SELECT "{config.ledger.account_credits}" AS credits FROM "{table}" WHERE id = %s', [account])
    if not rows:
        pytest.fail(f"ledger({account!r}): there is no such account in {table}", pytrace=False)
    return int(rows[0]["credits"])


def _kinds(config: Config) -> Mapping[str, tuple[str, str]]:
    """kind -> (table, column that names the account)."""
    own = config.ledger
    return {
        own.transaction: (config.tables[own.transaction].table, own.transaction_columns["account"]),
        own.usage: (config.tables[own.usage].table, own.usage_columns["account"]),
    }


def _last_ids(config: Config) -> dict[str, int]:
    return {
        kind: _rows(f'SELECT coalesce(max(id), 0) AS last FROM "{table}"', [])[0]["last"]
        for kind, (table, _) in _kinds(config).items()
    }


def _history(config: Config, account: Any, seen: Seen, last: Mapping[str, int]) -> CellHistory:
    """The block as a cell's history, made as every other one is."""
    builder = Builder({"scenario": BLOCK, "path": str(Path.DIRECT)}, config.ledger)
    told: list[dict[str, Any]] = [
        {"kind": "seeded", "refs": {}, "accounts": {NAME: {"id": account, "credits": seen.opening}}},
        {"kind": "balance", "account": NAME, "opening": seen.opening, "closing": seen.closing},
    ]
    for kind, (table, column) in _kinds(config).items():
        query = f'SELECT * FROM "{table}" WHERE id > %s AND "{column}" = %s ORDER BY id'
        told += [
            {"kind": "row", "table_kind": kind, "op": "insert", "id": row["id"], "before": None, "after": row}
            for row in _rows(query, [last[kind], account])
        ]
    for event in (*told, {"kind": "cell.end", "settled": True, "reason": "", "events": {}}):
        builder.add(event)
    return builder.build()


def _rows(query: str, values: list[Any]) -> list[dict[str, Any]]:
    """Through Django's connection: the test's transaction sees its own rows."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, values)
        columns = [(column.name, column.type_code in JSON_TYPES) for column in cursor.description]
        return [
            {name: json.loads(value) if is_json and isinstance(value, str) else json_value(value) for (name, is_json), value in zip(columns, row, strict=True)}
            for row in cursor.fetchall()
        ]  # fmt: skip
