"""What is due by the rate card: each kind of rule, each kind of token."""

from __future__ import annotations

from decimal import Decimal

import pytest

from harness.core.rates import Configured, Price, RateCard, Rule, Use, as_given, cost_due, credits_due
from harness.core.scenario import Change, Given, Row, Scenario


def rule(kind: str, **values) -> Rule:
    return Rule(operation="x", kind=kind, **values)


RATES = {"input": Decimal(10), "output": Decimal(40), "cached": Decimal(1), "reasoning": Decimal(60)}
TIERS = ((10, 5), (100, 4), (None, 3))


@pytest.mark.parametrize(
    ("priced", "use", "due"),
    [
        (rule("tokens", tokens_per_credit=150, min_credits=2), Use(tokens_in=100, tokens_out=51), 2),
        (rule("tokens", tokens_per_credit=150, min_credits=2), Use(tokens_in=1), 2),
        (rule("flat", credits=3), Use(units=4), 12),
        (rule("flat", credits=3, of_n=10), Use(units=10), 3),
        (rule("flat", credits=3, of_n=10), Use(units=11), 6),
        (rule("flat", credits=1, min_credits=5), Use(units=2), 5),
        (rule("call", credits=7), Use(units=4), 7),
        (rule("call", credits=7, models={"big": 9}), Use(model="big", units=4), 9),
        (rule("image", credits=1, models={"big": 5}), Use(model="big", units=4), 20),
        (rule("call", credits=Decimal("0.15")), Use(), Decimal("0.15")),
        (rule("rates", credits_per_1m=RATES), Use(tokens_in=1_000_000, tokens_out=1_000_000), 50),
        (rule("rates", credits_per_1m=RATES), Use(tokens_in=1), 1),
        (rule("rates", credits_per_1m=RATES, rounding="down"), Use(tokens_in=1), 0),
        (rule("rates", credits_per_1m=RATES, decimals=4, rounding="half even"), Use(tokens_in=5), Decimal("0.0000")),
        (rule("rates", credits_per_1m=RATES, decimals=4, rounding="half up"), Use(tokens_in=5), Decimal("0.0001")),
        (rule("rates", credits_per_1m=RATES, decimals=2, min_credits=Decimal("0.05")), Use(tokens_in=5), Decimal("0.05")),
        (
            rule("rates", credits_per_1m=RATES),
            Use(tokens_in=2_000_000, tokens_out=3_000_000, tokens={"cached": 1_000_000, "reasoning": 2_000_000}),
            10 + 1 + 40 + 120,
        ),
        (rule("rates", credits_per_1m=RATES), Use(tokens_out=1_000_000, tokens={"image": 1_000_000}), 40),
        (rule("tiers", tiers=TIERS), Use(units=10), 50),
        (rule("tiers", tiers=TIERS), Use(units=11), 44),
        (rule("tiers", tiers=TIERS, tier="graduated"), Use(units=11), 54),
        (rule("tiers", tiers=TIERS, tier="graduated"), Use(units=102), 50 + 360 + 6),
        (rule("tiers", tiers=TIERS, tier="whole"), Use(units=11), 4),
        (rule("tiers", tiers=TIERS, tier="whole", counts="tokens"), Use(tokens_in=60, tokens_out=50), 3),
    ],
)  # fmt: skip
def test_credits_due(priced, use, due):
    """To the credit, or to the last decimal."""
    assert credits_due(priced, use) == due


@pytest.mark.parametrize(
    ("price", "use", "usd"),
    [
        ({"input_usd_per_1m": 1, "output_usd_per_1m": 10}, Use(tokens_in=100, tokens_out=10), "0.000200"),
        ({"input_usd_per_1m": 1, "output_usd_per_1m": 10, "cached_usd_per_1m": "0.1"}, Use(tokens_in=100, tokens={"cached": 50}), "0.000055"),
        ({"input_usd_per_1m": 1, "output_usd_per_1m": 10}, Use(tokens_in=100, tokens={"cached": 50}), "0.000100"),
        ({"input_usd_per_1m": 5, "output_usd_per_1m": 10, "image_usd_per_1m": 40}, Use(tokens_in=50, tokens_out=4160, tokens={"image": 4160}), "0.166650"),
        ({"image_usd": "0.04"}, Use(units=3), "0.120000"),
        ({"image_usd": "0.04"}, Use(tokens_in=50, tokens_out=4160), "0.040000"),
        ({"input_usd_per_1m": 1, "output_usd_per_1m": 10}, Use(), None),
    ],
)  # fmt: skip
def test_cost_due(price, use, usd):
    """A kind of token without its own price counts as what it is a part of; an image may be priced by tokens or by the image."""
    due = cost_due(Price(model="m", **{key: Decimal(value) for key, value in price.items()}), use)
    assert (None if due is None else f"{due:.6f}") == usd


CARD = RateCard(
    prices={"m": Price(model="m", image_usd=Decimal("0.04"))},
    rules=(rule("tokens", tokens_per_credit=100, min_credits=1), Rule(operation="y", kind="flat", credits=1)),
    configured=(
        Configured(kind="tariff", of="operation", column="feature", columns={"tokens_per_credit": "ratio", "credits": "least", "min_credits": "least"}),
        Configured(kind="engine", of="model", column="name", columns={"image_usd": "per_picture"}),
    ),
)  # fmt: skip


def priced(*rows: Row, changes: tuple[Change, ...] = ()) -> RateCard:
    return as_given(CARD, Scenario(id="a/b", title="", given=Given(rows=rows, changes=changes), when=(), paths=()))


def test_what_a_scenario_sets_is_what_is_due():
    """In rows and in changes of the kinds that the card names, each rule taking what it has anyway."""
    card = priced(
        Row(kind="tariff", name="t", values={"feature": "x", "ratio": 50, "least": 4}),
        changes=(
            Change(kind="tariff", where={"feature": "y"}, values={"ratio": 9, "least": 3}),
            Change(kind="engine", where={"name": "m"}, values={"per_picture": "0.05"}),
        ),
    )
    x, y = card.rules
    assert (x.tokens_per_credit, x.min_credits, x.credits) == (50, 4, 0)
    assert (y.credits, y.tokens_per_credit) == (3, 0)
    assert card.prices["m"].image_usd == Decimal("0.05")


def test_rows_of_other_kinds_price_nothing():
    """A word that happens to be the operation's is not its price."""
    assert priced(Row(kind="page", name="p", values={"feature": "x", "ratio": 50})) == CARD
