"""The laws by name, and a cell that breaks one: what its evidence says."""

from __future__ import annotations

from dataclasses import replace

from harness.core.history import LedgerRow
from harness.core.verdict import Status
from tests.judge.ledgers import (
    context,
    laws,
)

LAWS = laws()


def broken(law, cell, **facts):
    """The evidence of a law that must fail."""
    result = LAWS[law](cell, context(**facts))
    assert result.status is Status.FAIL, result.evidence
    return list(result.evidence)


def first(cell, **changes):
    """The cell with its first transaction changed."""
    return replace(cell, ledger=(replace(cell.ledger[0], **changes), *cell.ledger[1:]))


def first_log(cell, **changes):
    return replace(cell, usage=(replace(cell.usage[0], **changes), *cell.usage[1:]))


def refund(cell, credits, n, operation="content_generation"):
    opening, closing = cell.accounts["account"]
    row = LedgerRow(id=n, account="account", kind="refund", operation=operation, credits=credits, balance=closing + credits)  # fmt: skip
    return replace(
        cell, ledger=(*cell.ledger, row), accounts={**cell.accounts, "account": (opening, closing + credits)}
    )
