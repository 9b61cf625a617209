"""Law 6: credits and cost equal the rate card, which no line of the backend had a hand in."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from harness.core.counts import count, signed
from harness.core.history import CellHistory, UsageRow
from harness.core.ledger import Amount, Ledger
from harness.core.rates import RateCard, Rule, account_in, as_given
from harness.core.rates.due import cost_due, credits_due, use_of
from harness.judge.context import Context
from harness.judge.laws.charges import deductions_of
from harness.judge.laws.provider import SNAPSHOT
from harness.judge.result import Result, judged


def as_the_rate_card(cell: CellHistory, context: Context) -> Result:
    """Law 6. Unknown where the card has no rule for the operation or no price for the model, or where a price by tokens is
    asked of a charge that counts none."""
    card, ledger = as_given(context.rates, context.scenario), context.target.ledger
    problems: list[str] = []
    unclear: list[str] = []
    delta: Amount = 0
    rows = charged(cell, ledger)
    for row in rows:
        rule = card.rule(row.operation, context.phase, account_in(context.scenario, row.account))
        if rule is None:
            unclear.append(f"{row.operation}: the rate card has no rule for it at phase {context.phase}")
        elif (
            by_tokens(rule)
            and row.tokens_in is None
            and row.tokens_out is None
            and not ledger.has("usage", "tokens_in")
        ):
            unclear.append(f"{row.operation}: the rate card prices it by tokens, and the ledger counts none")
        else:
            due = credits_due(rule, use_of(row, SNAPSHOT.sub("", row.model)))
            if due != row.credits:
                delta += row.credits - due
                problems.append(
                    f"{row.operation}: {count(row.credits, 'credit')} charged, the rate card says {due} "
                    f"({signed(row.credits - due)}): {how(rule, row)}"
                )
        if ledger.has("usage", "cost"):
            _cost(row, card, ledger, problems, unclear)
    total = sum(row.credits for row in rows)
    return judged(
        problems, unclear, f"{len(rows)} charges, {count(total, 'credit')}, as priced", credits_delta=delta or None
    )


def charged(cell: CellHistory, ledger: Ledger) -> list[UsageRow]:
    """What was charged: the usage logs; where the target keeps none, its deductions, which count no tokens."""
    return list(cell.usage) if ledger.usage is not None else list(_of_movements(cell))


def _of_movements(cell: CellHistory) -> Iterable[UsageRow]:
    for row in deductions_of(cell):
        yield UsageRow(
            id=row.id,
            account=row.account,
            operation=row.operation,
            credits=-row.credits,
            model="",
            tokens_in=None,
            tokens_out=None,
            cost_usd=None,
            units=row.units,
        )


def by_tokens(rule: Rule) -> bool:
    return rule.kind in ("tokens", "rates") or (rule.kind == "tiers" and rule.counts == "tokens")


def _cost(row: UsageRow, card: RateCard, ledger: Ledger, problems: list[str], unclear: list[str]) -> None:
    """A cost is right within half a step of its scale: how an exact half is rounded is nobody's price."""
    model = SNAPSHOT.sub("", row.model)
    price = card.prices.get(model)
    due = price and cost_due(price, use_of(row, model))
    if due is None:
        unclear.append(f"{row.operation}: the rate card has no price for {row.model or 'an unnamed model'}")
        return
    try:
        cost = None if row.cost_usd is None else Decimal(row.cost_usd)
    except InvalidOperation:
        cost = None
    step = _step(cost, ledger)
    if cost is None or not cost.is_finite() or abs(cost - due) > step / 2:
        problems.append(f"{row.operation}: cost_usd {row.cost_usd}, the rate card says {due:.6f} for {row.model}")


def _step(cost: Decimal | None, ledger: Ledger) -> Decimal:
    """The declared scale's, else that with which the cost is written."""
    if ledger.cost_decimals is not None or cost is None or not cost.is_finite():
        return Decimal(1).scaleb(-(ledger.cost_decimals or 0))
    return Decimal(1).scaleb(min(0, int(cost.as_tuple().exponent)))


def how(rule: Rule, row: UsageRow) -> str:
    """The rule in words, as it prices this charge."""
    least = f", at least {rule.min_credits}" if rule.min_credits else ""
    match rule.kind:
        case "tokens":
            return f"{row.token_total} tokens at {rule.tokens_per_credit} a credit, at least {rule.min_credits}"
        case "rates":
            rates = ", ".join(f"{kind} {rate}" for kind, rate in rule.credits_per_1m.items())
            return f"{row.token_total} tokens at {rates} a million{least}"
        case "tiers":
            return f"{row.token_total if rule.counts == 'tokens' else row.units} {rule.counts} in tiers, {rule.tier}{least}"
    each = rule.models.get(SNAPSHOT.sub("", row.model), rule.credits)
    if rule.kind == "call":
        return f"{each} a call{least}"
    of = f" {rule.of_n}" if rule.of_n > 1 else ""
    return f"{row.units} x {each} per{of} {rule.per or rule.kind}{least}"
