"""What a cell came to, as the value that a golden locks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from harness.core.golden import Outcome
from harness.core.history import CellHistory, LedgerRow, UsageRow
from harness.core.ledger import DEDUCTION, ONLY_ACCOUNT, Ledger
from harness.core.scenario import Scenario
from harness.judge.actors import in_play
from harness.judge.facts import Target
from harness.judge.golden.ordering import ledger_in_order, together, usage_in_order
from harness.judge.golden.rowlines import row_lines


def outcome_of(cell: CellHistory, scenario: Scenario, target: Target) -> Outcome:
    """The outcome of one cell: independent of ids, times, order of parallel work, phase, path and tier.

    It speaks of the accounts that the scenario works for and of any other that was touched. An account that stands by
    untouched is not in it, and ledger law 9 holds it to that.
    """
    names = in_play(cell, scenario, target)
    mixed = together(scenario, cell.path)
    several = len(names) > 1
    return Outcome(
        balance={
            name if several else ONLY_ACCOUNT: {"opening": opening, "closing": closing}
            for name, (opening, closing) in sorted(cell.accounts.items())
            if name in names
        },
        ledger=tuple(_ledger(row, several, target.ledger) for row in ledger_in_order(cell, mixed=mixed)),
        usage=tuple(_usage(row, several, target.ledger) for row in usage_in_order(cell, mixed=mixed)),
        calls=dict(sorted(Counter(call.route for call in cell.calls).items())),
        rows=row_lines(cell, scenario, target, several=several),
    )


def _ledger(row: LedgerRow, several: bool, ledger: Ledger) -> Mapping[str, Any]:
    """What no column of the target says is left out."""
    operation = ledger.column("movements", "operation") or ledger.column("usage", "operation")
    units = ledger.column("movements", "units") or ledger.column("usage", "units")
    return {
        **({"account": row.account} if several else {}),
        **({"kind": row.kind} if row.kind not in ("", DEDUCTION) else {}),
        **({"operation": row.operation} if operation else {}),
        **({"units": row.units} if units else {}),
        "credits": row.credits,
        **({"balance": row.balance} if row.balance is not None else {}),
    }


def _usage(row: UsageRow, several: bool, ledger: Ledger) -> Mapping[str, Any]:
    return {
        **({"account": row.account} if several else {}),
        **({"operation": row.operation} if ledger.column("usage", "operation") or row.operation else {}),
        **({"units": row.units} if row.units != 1 else {}),
        "credits": row.credits,
        **({"model": row.model} if ledger.column("usage", "model") else {}),
        **({"tokens_in": row.tokens_in} if row.tokens_in is not None else {}),
        **({"tokens_out": row.tokens_out} if row.tokens_out is not None else {}),
        **{f"tokens_{name}": n for name, n in row.tokens.items()},
        **({"cost_usd": row.cost_usd} if row.cost_usd is not None else {}),
    }
