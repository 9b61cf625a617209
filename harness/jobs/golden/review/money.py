"""What 1,000 operations are charged, and what they cost by the usage log. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from harness.core.ledger import Ledger
from harness.jobs.golden.review.values import PerThousand, Rate

NEEDED = ("operation", "credits", "tokens_in", "tokens_out", "cost")
"""What [ledger.usage] must say, else money is not spoken of."""
CENT = Decimal("0.01")


def rates(ledger: Ledger, before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> tuple[Rate, ...]:
    """A rate for each operation of which the price or the cost is another one; `before` and `after` are rows of `Outcome.usage`. None where the
    ledger does not say tokens and cost."""
    if not ledger.has("usage", *NEEDED):
        return ()
    was, now = _by_operation(before), _by_operation(after)
    found = (
        Rate(operation=name, before=_per_thousand(was.get(name, ())), after=_per_thousand(now.get(name, ())))
        for name in dict.fromkeys((*was, *now))
    )
    return tuple(rate for rate in found if rate.before != rate.after)


def _by_operation(usage: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in usage:
        found.setdefault(str(row.get("operation", "")), []).append(row)
    return found


def _per_thousand(rows: Iterable[Mapping[str, Any]]) -> PerThousand | None:
    """None of no rows, and where one says no cost: the others alone would say too little."""
    rows = list(rows)
    costs = [row.get("cost_usd") for row in rows]
    if not rows or None in costs:
        return None
    credits = sum((Decimal(str(row["credits"])) for row in rows), Decimal(0))
    cost = sum((Decimal(str(one)) for one in costs), Decimal(0))
    return PerThousand(
        credits=(credits * 1000 / len(rows)).quantize(CENT), cost_usd=(cost * 1000 / len(rows)).quantize(CENT)
    )
