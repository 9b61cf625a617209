"""The independent rate card: what a model costs in USD and an operation in credits, from no line of the backend.

Money is Decimal USD; credits are int. harness.store.rates reads contracts/rates.toml into these values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from harness.core.scenario import Scenario

MILLION = Decimal(1_000_000)
COST_STEP = Decimal("0.000001")
"""The scale of cost_usd. A logged cost is right within half a step: how an exact half is rounded is nobody's price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """USD of one model: per million tokens, or per image."""

    model: str
    input_usd_per_1m: Decimal | None = None
    output_usd_per_1m: Decimal | None = None
    image_usd: Decimal | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Credits of one operation. `kind`: tokens (max(min, ceil(tokens / tokens_per_credit))), flat (credits a unit of
    `per`), image (credits an image, of `models` where that model has its own price). `phases` is inclusive."""

    operation: str
    kind: str
    tokens_per_credit: int = 0
    min_credits: int = 0
    credits: int = 0
    per: str = ""
    models: Mapping[str, int] = field(default_factory=dict)
    phases: tuple[int, int] = (0, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCard:
    prices: Mapping[str, Price] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()

    def rule(self, operation: str, phase: int) -> Rule | None:
        """The rule in force; where several are, the last one given."""
        fitting = [r for r in self.rules if r.operation == operation and r.phases[0] <= phase <= r.phases[1]]
        return fitting[-1] if fitting else None


def credits_due(rule: Rule, *, model: str, tokens: int, units: int) -> int:
    """Credits that one charge must have."""
    if rule.kind == "tokens":
        return max(rule.min_credits, -(-tokens // rule.tokens_per_credit)) * max(units, 1)
    if rule.kind == "image":
        return rule.models.get(model, rule.credits) * units
    return rule.credits * units


def cost_due(price: Price, *, tokens_in: int, tokens_out: int, images: int) -> Decimal | None:
    """Exact USD of one charge, None when the card has no price for that kind of use."""
    if tokens_in or tokens_out:
        if price.input_usd_per_1m is None or price.output_usd_per_1m is None:
            return None
        return (price.input_usd_per_1m * tokens_in + price.output_usd_per_1m * tokens_out) / MILLION
    return None if price.image_usd is None else price.image_usd * images


def as_given(card: RateCard, scenario: Scenario) -> RateCard:
    """The card with the configuration that the scenario itself sets in `given.changes`.

    A scenario that changes a configured price says so in its own value, which is not the backend's word either.
    """
    for change in scenario.given.changes:
        names = {value for value in change.where.values() if isinstance(value, str)}
        card = replace(
            card,
            rules=tuple(_changed_rule(r, change.values) if r.operation in names else r for r in card.rules),
            prices={m: _changed_price(p, change.values) if m in names else p for m, p in card.prices.items()},
        )
    return card


def _changed_rule(rule: Rule, values: Mapping[str, Any]) -> Rule:
    if rule.kind == "tokens":
        known = {key: int(values[key]) for key in ("tokens_per_credit", "min_credits") if key in values}
        return replace(rule, **known)
    return replace(rule, credits=int(values["min_credits"])) if "min_credits" in values else rule


def _changed_price(price: Price, values: Mapping[str, Any]) -> Price:
    columns = {
        "input_cost_per_1m": "input_usd_per_1m",
        "output_cost_per_1m": "output_usd_per_1m",
        "cost_per_image": "image_usd",
    }
    known = {ours: Decimal(str(values[theirs])) for theirs, ours in columns.items() if values.get(theirs) is not None}
    return replace(price, **known)
