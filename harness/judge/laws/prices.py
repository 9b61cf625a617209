"""Law 6: credits and cost equal the rate card, which no line of the backend had a hand in."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from harness.core.counts import count
from harness.core.history import CellHistory, UsageRow
from harness.core.rates import COST_STEP, RateCard, Rule, as_given, cost_due, credits_due
from harness.judge.context import Context
from harness.judge.laws.provider import SNAPSHOT
from harness.judge.result import Result, judged


def as_the_rate_card(cell: CellHistory, context: Context) -> Result:
    """Law 6. Unknown where the card has no rule for the operation or no price for the model."""
    card = as_given(context.rates, context.scenario)
    problems, unclear, delta = [], [], 0
    for row in cell.usage:
        rule = card.rule(row.operation, context.phase)
        if rule is None:
            unclear.append(f"{row.operation}: the rate card has no rule for it at phase {context.phase}")
        else:
            due = credits_due(
                rule, model=SNAPSHOT.sub("", row.model), tokens=row.tokens_in + row.tokens_out, units=row.units
            )
            if due != row.credits:
                delta += row.credits - due
                problems.append(
                    f"{row.operation}: {count(row.credits, 'credit')} charged, the rate card says {due} ({row.credits - due:+d}): "
                    f"{_how(rule, row)}"
                )
        _cost(row, card, problems, unclear)
    total = sum(row.credits for row in cell.usage)
    return judged(
        problems,
        unclear,
        f"{len(cell.usage)} charges, {count(total, 'credit')}, as priced",
        credits_delta=delta or None,
    )


def _cost(row: UsageRow, card: RateCard, problems: list[str], unclear: list[str]) -> None:
    price = card.prices.get(SNAPSHOT.sub("", row.model))
    due = price and cost_due(price, tokens_in=row.tokens_in, tokens_out=row.tokens_out, images=row.units)
    if due is None:
        unclear.append(f"{row.operation}: the rate card has no price for {row.model or 'an unnamed model'}")
        return
    try:
        cost = None if row.cost_usd is None else Decimal(row.cost_usd)
    except InvalidOperation:
        cost = None
    if cost is None or not cost.is_finite() or abs(cost - due) > COST_STEP / 2:
        problems.append(f"{row.operation}: cost_usd {row.cost_usd}, the rate card says {due:.6f} for {row.model}")


def _how(rule: Rule, row: UsageRow) -> str:
    if rule.kind == "tokens":
        tokens = row.tokens_in + row.tokens_out
        return f"{tokens} tokens at {rule.tokens_per_credit} a credit, at least {rule.min_credits}"
    each = rule.models.get(SNAPSHOT.sub("", row.model), rule.credits)
    return f"{row.units} x {each} per {rule.per or rule.kind}"
