"""What a block of a test charged an account, read through the test's own connection, and the laws that hold for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from harness.cell.block import ID, NAME, Block
from harness.core.config import Config
from harness.core.history import CellHistory, LedgerRow, UsageRow
from harness.core.ledger import Amount
from harness.core.rates import RateCard
from harness.core.scenario import Fault, Given, Path, Scenario
from harness.judge.asked import why_not
from harness.judge.checks import CELL_CHECKERS, result_of
from harness.judge.context import Context
from harness.judge.facts import target_of
from harness.judge.laws.charges import pair
from harness.stack.database.capture import json_value

LAWS = ("law-1", "law-2", "law-3", "law-6", "law-14")
"""Those that hold for a ledger alone, whatever was asked for."""
JSON_TYPES = (114, 3802)
"""PostgreSQL's type numbers of json and jsonb, which Django hands over as text."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """Empty until the block is left. `ledger` and `usage` are the account's new rows, in order."""

    opening: Amount
    closing: Amount = 0
    ledger: tuple[LedgerRow, ...] = ()
    usage: tuple[UsageRow, ...] = field(default=())

    @property
    def charged_credits(self) -> Amount:
        return self.opening - self.closing


@contextmanager
def spending(config: Config, rates: RateCard, account: Any) -> Iterator[Seen]:
    """Yields `Seen`; fails when leaving the block breaks a law. The test fails too when there is no such account."""
    block = Block(config, account, _rows)
    seen = Seen(opening=_there(config, account, block.opening))
    yield seen
    history = block.history()
    seen.closing = _there(config, account, history.accounts.get(NAME, (0, None))[1])
    seen.ledger, seen.usage = history.ledger, history.usage
    context = bare_context(config, rates=rates)
    unpaired = [] if why_not("law-4", config.ledger, rates) else _unpaired(history)
    wrong = [f"  law-4: {line}" for line in unpaired]
    for name in LAWS:
        claim, _ = CELL_CHECKERS[name]
        result = result_of(name, history, context)
        if result.status.bad:
            wrong += [f"  {name}: {claim}", *(f"    {line}" for line in result.evidence)]
    if wrong:
        pytest.fail("the ledger breaks its laws:\n" + "\n".join(wrong), pytrace=False)


def _there(config: Config, account: Any, credits: Any) -> Amount:
    """0 for a ledger that keeps no balance."""
    if config.ledger.balance is None:
        return 0
    if credits is None:
        kind = config.ledger.balance.kind
        table = config.tables[kind].table if kind in config.tables else f"[{kind}]"
        pytest.fail(f"ledger({account!r}): there is no such account in {table}", pytrace=False)
    return config.ledger.amount(credits) if not isinstance(credits, Decimal) else credits


def bare_context(config: Config, *, rates: RateCard | None = None, faults: tuple[Fault, ...] = ()) -> Context:
    """What checks may know of a test: no scenario of the project, no golden."""
    return Context(
        scenario=Scenario(id=ID, title="", given=Given(rows=()), when=(), paths=(Path.DIRECT,), faults=faults),
        golden=None,
        target=target_of(config),
        rates=rates or RateCard(rules=(), prices={}),
        phase=config.phase,
        path=str(Path.DIRECT),
    )


def bare_history(**seen: Any) -> CellHistory:
    """What was seen of a test, as a cell's history."""
    return CellHistory(cell=f"{ID}@{Path.DIRECT}", scenario=ID, path=str(Path.DIRECT), accounts={}, **seen)


def _unpaired(history: CellHistory) -> Iterator[str]:
    """The half of law 4 that needs no provider calls: usage logs and deductions without an exact partner."""
    logs, deductions, _ = pair(history)
    for row in deductions:
        yield f"{row.operation or row.kind}: {-row.credits} credits deducted for {row.units} unit(s), and no usage log says so"
    for log in logs:
        yield f"{log.operation}: a usage log of {log.credits} credits for {log.units} unit(s), and no deduction says so"


def _rows(query: str, values: Sequence[Any], alias: str) -> list[dict[str, Any]]:
    """Through Django's connection: the test's transaction sees its own rows."""
    from django.db import DEFAULT_DB_ALIAS, connections

    with connections[alias or DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(query, values)
        columns = [(column.name, column.type_code in JSON_TYPES) for column in cursor.description]
        return [
            {name: json.loads(value) if is_json and isinstance(value, str) else json_value(value) for (name, is_json), value in zip(columns, row, strict=True)}
            for row in cursor.fetchall()
        ]  # fmt: skip
