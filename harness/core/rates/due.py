"""What is due by the rate card: credits of a charge by its rule, USD of a use by its model's price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from harness.core.history import UsageRow
from harness.core.ledger import Amount
from harness.core.rates.card import Price, Rule

MILLION = Decimal(1_000_000)
MODES = {"up": ROUND_CEILING, "down": ROUND_DOWN, "half up": ROUND_HALF_UP, "half even": ROUND_HALF_EVEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What one charge is for. `tokens` are those counted apart (cached, reasoning, image), parts of those in and out."""

    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    tokens: Mapping[str, int] = field(default_factory=dict)
    units: int = 1

    @property
    def kinds(self) -> dict[str, int]:
        """How many tokens there are of each kind that can have a rate, none counted twice."""
        apart = {name: self.tokens.get(name, 0) for name in ("cached", "reasoning", "image")}
        return {
            "input": self.tokens_in - apart["cached"],
            "output": self.tokens_out - apart["reasoning"] - apart["image"],
            **apart,
        }


def use_of(log: UsageRow, model: str) -> Use:
    """What a usage log says was used, of the `model` as the card names it."""
    return Use(
        model=model, tokens_in=log.tokens_in or 0, tokens_out=log.tokens_out or 0, tokens=log.tokens, units=log.units
    )


def credits_due(rule: Rule, use: Use) -> Amount:
    """Credits that one charge must have."""
    return max(rule.min_credits, _due(rule, use)) if rule.kind != "tokens" else _due(rule, use)


def _due(rule: Rule, use: Use) -> Amount:
    tokens = use.tokens_in + use.tokens_out
    match rule.kind:
        case "tokens":
            return max(rule.min_credits, -(-tokens // rule.tokens_per_credit)) * max(use.units, 1)
        case "rates":
            return _rounded(rule, sum(_at(rule.credits_per_1m, use).values(), Decimal(0)) / MILLION)
        case "call":
            return rule.models.get(use.model, rule.credits)
        case "tiers":
            return _rounded(rule, _tiered(rule, tokens if rule.counts == "tokens" else use.units))
    return rule.models.get(use.model, rule.credits) * -(-use.units // rule.of_n)


def _at(rates: Mapping[str, Decimal], use: Use) -> dict[str, Decimal]:
    """Each kind of token times its rate, or that of what it is a part of."""
    whole = {"cached": "input", "reasoning": "output", "image": "output"}
    return {
        kind: n * rates.get(kind, rates.get(whole.get(kind, kind), Decimal(0))) for kind, n in use.kinds.items() if n
    }


def _tiered(rule: Rule, n: int) -> Decimal:
    reached = next((credits for upto, credits in rule.tiers if upto is None or n <= upto), rule.tiers[-1][1])
    if rule.tier == "whole":
        return Decimal(reached)
    if rule.tier == "each":
        return Decimal(reached) * n
    total, below = Decimal(0), 0
    for upto, credits in rule.tiers:
        top = n if upto is None else min(n, upto)
        total += Decimal(credits) * max(0, top - below)
        below = max(below, top)
    return total


def _rounded(rule: Rule, exact: Decimal) -> Amount:
    rounded = exact.quantize(Decimal(1).scaleb(-rule.decimals), MODES[rule.rounding])
    return int(rounded) if rule.decimals == 0 else rounded


def cost_due(price: Price, use: Use) -> Decimal | None:
    """Exact USD of one use, None when the card has no price for that kind of use. Tokens are priced as tokens where the
    model has a price of them, else what was drawn is priced by the image."""
    rates = {
        "input": price.input_usd_per_1m,
        "output": price.output_usd_per_1m,
        "cached": price.cached_usd_per_1m,
        "reasoning": price.reasoning_usd_per_1m,
        "image": price.image_usd_per_1m,
    }
    if (use.tokens_in or use.tokens_out) and price.input_usd_per_1m is not None:
        said = {kind: rate for kind, rate in rates.items() if rate is not None}
        return sum(_at(said, use).values(), Decimal(0)) / MILLION
    return None if price.image_usd is None else price.image_usd * use.units
