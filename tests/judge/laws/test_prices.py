"""Law 6: credits and cost are those of the rate card."""

from __future__ import annotations

from dataclasses import replace

from harness.core.scenario import Change
from harness.core.verdict import Status
from tests.judge.laws.breaking import LAWS, broken, first_log
from tests.judge.ledgers import (
    SCENARIO,
    context,
    lawful_images,
    lawful_text,
)


def test_law_6_names_rule_and_difference():
    """A changed tokens_per_credit is shown in credits, with the rule."""
    result = LAWS["law-6"](first_log(lawful_text(), credits=15), context())
    assert result.status is Status.FAIL
    assert result.evidence == (
        "content_generation: 15 credits charged, the rate card says 22 (-7): 2130 tokens at 100 a credit, at least 3",
    )
    assert result.credits_delta == -7


def test_law_6_shows_a_wrong_cost():
    """cost_usd is compared to the micro-dollar; none at all is wrong too."""
    assert broken("law-6", first_log(lawful_images(), cost_usd="0.000000")) == [
        "image_generation: cost_usd 0.000000, the rate card says 0.160000 for dall-e-3"
    ]
    assert broken("law-6", first_log(lawful_images(), cost_usd=None))[0].startswith("image_generation: cost_usd None")


def test_law_6_knows_which_rule_holds_at_which_phase():
    """From phase 4 on DALL-E images cost five credits."""
    assert LAWS["law-6"](lawful_images(4), context(phase=3)).status is Status.PASS
    assert broken("law-6", lawful_images(4), phase=4) == [
        "image_generation: 4 credits charged, the rate card says 20 (-16): 4 x 5 per image"
    ]


def test_law_6_does_not_know_what_the_card_does_not_price():
    """A new model or operation is unknown, not right."""
    for changed in (first_log(lawful_text(), model="gpt-9"), first_log(lawful_text(), operation="tagging")):
        assert LAWS["law-6"](changed, context()).status is Status.UNKNOWN


def test_law_6_follows_a_price_that_the_scenario_itself_sets():
    """A scenario that changes tokens_per_credit is judged by its own value."""
    change = Change(
        kind="credit_cost", where={"operation_type": "content_generation"}, values={"tokens_per_credit": 50}
    )
    scenario = replace(SCENARIO, given=replace(SCENARIO.given, changes=(change,)))
    assert broken("law-6", lawful_text(), scenario=scenario)[0].startswith(
        "content_generation: 22 credits charged, the rate card says 43 (-21)"
    )
