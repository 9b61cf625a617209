"""Law 6: credits and cost equal the rate card, which no line of the backend had a hand in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from harness.core.counts import count, signed
from harness.core.fold.postings import TOKENS
from harness.core.history import Call, CellHistory, UsageRow
from harness.core.ledger import Amount, Ledger
from harness.core.rates import RateCard, Rule, account_in, as_given
from harness.core.rates.due import cost_due, credits_due, use_of
from harness.judge.context import Context
from harness.judge.laws.charges import deductions_of
from harness.judge.laws.provider import SNAPSHOT, model_of
from harness.judge.result import Result, judged


def as_the_rate_card(cell: CellHistory, context: Context) -> Result:
    """Law 6. Unknown where the card has no rule for the operation or no price for the model. A charge that is priced by
    tokens and counts none is held to a call of the cell that does: unknown where there are not as many."""
    card, ledger = as_given(context.rates, context.scenario), context.target.ledger
    problems: list[str] = []
    unclear: list[str] = []
    delta: Amount = 0
    rows = charged(cell, ledger)
    calls = _Calls(cell, context)
    for row in rows:
        rule = card.rule(row.operation, context.phase, account_in(context.scenario, row.account))
        if rule is None:
            unclear.append(f"{row.operation}: the rate card has no rule for it at phase {context.phase}")
        else:
            if by_tokens(rule) and not ledger.has("usage", "tokens_in", "tokens_out"):
                row, lacks = calls.counted(rule, row)
                if lacks:
                    unclear.append(lacks)
                    continue
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


class _Calls:
    """Calls that count tokens, for charges that do not: each is of one charge, of one that it explains if there is any."""

    def __init__(self, cell: CellHistory, context: Context) -> None:
        free = {allowed.match for allowed in context.scenario.unbilled}
        metered = [call for call in cell.calls if call.success and call.usage is not None and not call.images]
        self._left = [call for call in metered if call.route not in free]

    def counted(self, rule: Rule, row: UsageRow) -> tuple[UsageRow, str]:
        """The charge with a call's tokens; or why there is none."""
        made = [(call, _with(row, call)) for call in self._left]
        if not made:
            return (
                row,
                f"{row.operation}: the rate card prices it by tokens; the ledger counts none, and no call is left",
            )
        fitting = (one for one in made if credits_due(rule, use_of(one[1], one[1].model)) == row.credits)
        call, counted = next(fitting, made[0])
        self._left.remove(call)
        return counted, ""


def _with(row: UsageRow, call: Call) -> UsageRow:
    usage = call.usage or {}
    apart = {name: n for name in TOKENS if (n := usage.get(f"tokens_{name}")) is not None}
    return replace(
        row,
        tokens_in=usage.get("tokens_in", 0),
        tokens_out=usage.get("tokens_out", 0),
        tokens=apart,
        model=model_of(call),
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
