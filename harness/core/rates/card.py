"""The rate card as a value: prices of models, rules of operations, and which of them a scenario sets.

Money is Decimal USD; credits are int, or Decimal where the ledger's unit is. harness.store.rates reads contracts/rates.toml
into these values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from harness.core.ledger import Amount
from harness.core.scenario import Change, Ref, Row, Scenario

USD = (
    "input_usd_per_1m",
    "output_usd_per_1m",
    "cached_usd_per_1m",
    "reasoning_usd_per_1m",
    "image_usd_per_1m",
    "image_usd",
)
TOKEN_RATES = ("input", "output", "cached", "reasoning", "image")
"""Kinds of token with a rate of their own. Cached ones are a part of the input, reasoning and image ones of the output:
where a kind has no rate, it counts as what it is a part of."""

KINDS: dict[str, tuple[str, ...]] = {
    "tokens": ("tokens_per_credit", "min_credits"),
    "rates": ("credits_per_1m",),
    "call": ("credits",),
    "flat": ("credits",),
    "image": ("credits",),
    "tiers": ("tiers",),
}
"""kind of a rule -> the keys that it must have."""

ROUNDINGS = ("up", "down", "half up", "half even")
TIERS = ("each", "graduated", "whole")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """USD of one model: per million tokens of a kind, or per image."""

    model: str
    input_usd_per_1m: Decimal | None = None
    output_usd_per_1m: Decimal | None = None
    cached_usd_per_1m: Decimal | None = None
    reasoning_usd_per_1m: Decimal | None = None
    image_usd_per_1m: Decimal | None = None
    image_usd: Decimal | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Credits of one operation. `kind`:

    tokens  max(min_credits, ceil(tokens / tokens_per_credit)), for each unit
    rates   credits_per_1m of each kind of token, rounded to `decimals`
    call    credits, whatever was done
    flat    credits for each `of_n` units of `per` that were begun
    image   credits an image
    tiers   (up to, credits): "each" unit at the price of the tier that all of them reach, "graduated" each at the price of
            its own tier, or the "whole" at one price; counted in units, or in tokens (`counts`)

    `models` has other credits for some models, `min_credits` holds for every kind, `phases` is inclusive, `account` says
    of which accounts it is: those whose given row has these values (a plan, say)."""

    operation: str
    kind: str
    tokens_per_credit: int = 0
    min_credits: Amount = 0
    credits: Amount = 0
    per: str = ""
    of_n: int = 1
    models: Mapping[str, Amount] = field(default_factory=dict)
    credits_per_1m: Mapping[str, Decimal] = field(default_factory=dict)
    tiers: tuple[tuple[int | None, Amount], ...] = ()
    tier: str = TIERS[0]
    counts: str = "units"
    decimals: int = 0
    rounding: str = ROUNDINGS[0]
    phases: tuple[int, int] = (0, 7)
    account: Mapping[str, Any] = field(default_factory=dict)

    def holds(self, phase: int, account: Mapping[str, Any]) -> bool:
        """Whether the rule is in force at `phase` for an account with these values."""
        in_phase = self.phases[0] <= phase <= self.phases[1]
        return in_phase and all(account.get(name) == value for name, value in self.account.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """Which rows of the target hold prices: rows of `kind`, whose `column` names an operation (or, `of` = "model", a model).
    `columns` maps a key of a rule or a price to the target's column."""

    kind: str
    of: str
    column: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCard:
    """`missing`: there is no card, which is another thing than a card that is empty."""

    prices: Mapping[str, Price] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    configured: tuple[Configured, ...] = ()
    missing: bool = False

    def rule(self, operation: str, phase: int, account: Mapping[str, Any] | None = None) -> Rule | None:
        """The rule in force; where several are, the last one given."""
        fitting = [r for r in self.rules if r.operation == operation and r.holds(phase, account or {})]
        return fitting[-1] if fitting else None


def account_in(scenario: Scenario, name: str) -> dict[str, Any]:
    """What the scenario says of an account: its given row, references by their names."""
    row = next((row for row in scenario.given.rows if row.name == name), None)
    values = row.values.items() if row else ()
    return {column: value.name if isinstance(value, Ref) else value for column, value in values}


def as_given(card: RateCard, scenario: Scenario) -> RateCard:
    """The card with the configuration that the scenario itself gives, in rows or in changes of rows.

    A scenario that sets a configured price says so in its own value, which is not the backend's word either.
    """
    for given in (*scenario.given.rows, *scenario.given.changes):
        for configured in card.configured:
            if given.kind == configured.kind:
                card = _as_configured(card, given, configured)
    return card


def _as_configured(card: RateCard, given: Row | Change, configured: Configured) -> RateCard:
    where = given.where if isinstance(given, Change) else given.values
    name = where.get(configured.column)
    set_ = {
        ours: given.values[theirs]
        for ours, theirs in configured.columns.items()
        if given.values.get(theirs) is not None
    }
    if configured.of == "model":
        usd = {key: Decimal(str(value)) for key, value in set_.items()}
        return replace(card, prices={m: replace(p, **usd) if m == name else p for m, p in card.prices.items()})
    return replace(
        card, rules=tuple(_configured(rule, set_) if rule.operation == name else rule for rule in card.rules)
    )


def _configured(rule: Rule, values: Mapping[str, Any]) -> Rule:
    """A rule takes what it has anyway: min_credits of the target may be the credits of a flat rule."""
    own = {key: number(value) for key, value in values.items() if key in KINDS[rule.kind]}
    return replace(rule, **own)


def number(value: Any) -> Amount:
    """A whole number as int, any other as the exact decimal. Raises ArithmeticError where it is none."""
    return value if isinstance(value, int) else Decimal(str(value))
