"""Law 5: each provider success is charged once, with the numbers of the provider."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from harness.core.rates import Price, Rule
from harness.core.scenario import Unbilled
from harness.core.verdict import Status
from tests.judge.laws.breaking import LAWS, broken, first_log
from tests.judge.ledgers import (
    CHAT,
    DRAW,
    RATES,
    SCENARIO,
    charge,
    context,
    empty_cell,
    image_call,
    lawful_images,
    lawful_text,
    text_call,
)


def test_law_5_shows_work_that_was_never_charged():
    """A success without any charge fails, naming call, model and tokens."""
    cell = replace(empty_cell(), calls=(text_call(1, 820, 1310),))
    assert broken("law-5", cell) == [f"{CHAT} call 1 (gpt-5.1, 820+1310 tokens) succeeded and was never charged"]


def test_law_5_shows_a_charge_without_a_success():
    """Charged for a call that failed: the credits are named."""
    cell = lawful_text()
    cell = replace(cell, calls=(replace(cell.calls[0], success=False, status=500),))
    result = LAWS["law-5"](cell, context())
    assert result.evidence == (
        "content_generation: 22 credits charged to account (820+1310 tokens) without a provider success, or a second time",
    )
    assert result.credits_delta == 22


def test_law_5_shows_a_double_charge():
    """Two charges for one call: one of them has no success."""
    cell = charge(lawful_text(), "content_generation", 22, tokens=(820, 1310), cost_usd="0.014125")
    assert "a second time" in broken("law-5", cell)[0]


def test_law_5_shows_tokens_that_are_not_the_providers():
    """One token off is off."""
    assert broken("law-5", first_log(lawful_text(), tokens_in=821)) == [
        "content_generation: call 1 used 820+1310 tokens, the usage log says 821+1310"
    ]


def test_law_5_shows_the_wrong_model():
    """The log must name the model that worked; a dated snapshot of it is the same model."""
    assert broken("law-5", first_log(lawful_text(), model="gpt-4o-mini")) == [
        "call 1 ran gpt-5.1, the usage log of content_generation says gpt-4o-mini"
    ]
    assert LAWS["law-5"](first_log(lawful_text(), model="gpt-5.1-2025-11-13"), context()).status is Status.PASS


def test_law_5_counts_images():
    """Four drawn, three charged."""
    cell = replace(lawful_images(3), calls=tuple(image_call(n) for n in range(1, 5)))
    assert broken("law-5", cell) == ["dall-e-3: 4 image(s) drawn, 3 charged (-1)"]


def test_law_5_tells_a_text_log_without_tokens_from_an_image():
    """What was charged for neither tokens nor an image is named by its operation, and by its model where it has one."""
    lost = first_log(lawful_text(), tokens_in=0, tokens_out=0)
    assert broken("law-5", lost) == [
        f"{CHAT} call 1 (gpt-5.1, 820+1310 tokens) succeeded and was never charged",
        "content_generation: 22 credits charged to account for gpt-5.1, which drew no image; "
        "the usage log has no tokens either",
    ]
    extra = charge(lawful_text(), "content_generation", 3, model="")
    (line,) = broken("law-5", extra)
    assert line.startswith("content_generation: 3 credits charged to account for an unnamed model")


def test_law_5_accepts_what_the_scenario_lists_as_unbilled_and_nothing_more():
    """An answer that could not be used is not charged, if the scenario says so; one more than listed fails."""
    scenario = replace(SCENARIO, unbilled=(Unbilled(match=CHAT, count=1, why="the answer is not JSON"),))
    one = replace(empty_cell(), calls=(text_call(1, 10, 5),))
    two = replace(empty_cell(), calls=(text_call(1, 10, 5), text_call(2, 20, 5)))
    assert LAWS["law-5"](one, context(scenario)).status is Status.PASS
    assert broken("law-5", two, scenario=scenario) == [
        f"{CHAT} call 2 (gpt-5.1, 20+5 tokens) succeeded and was never charged"
    ]
    assert broken("law-5", lawful_text(), scenario=scenario) == [
        f"the scenario lists 1 unbilled {CHAT} (the answer is not JSON), 0 were left uncharged"
    ]


def test_law_5_accepts_unbilled_images():
    """Images drawn after the money ran out, as listed."""
    scenario = replace(SCENARIO, unbilled=(Unbilled(match=DRAW, count=2, why="drawn when the balance was spent"),))
    cell = replace(lawful_images(2), calls=tuple(image_call(n) for n in range(1, 5)))
    assert LAWS["law-5"](cell, context(scenario)).status is Status.PASS


def test_law_5_does_not_know_when_usage_was_not_sent():
    """A stream cut before its usage says nothing of what is due."""
    result = LAWS["law-5"](replace(empty_cell(), calls=(text_call(1, 0, 0, usage=None),)), context())
    assert result.status is Status.UNKNOWN
    assert result.evidence == (f"{CHAT} call 1 succeeded but reports no usage",)


def test_law_5_ignores_providers_that_sell_nothing():
    """A WordPress post is a success that nobody is charged for."""
    post = text_call(1, 0, 0, provider="wordpress", host="blog", path="/wp-json/wp/v2/posts", request={}, model="", usage=None)  # fmt: skip
    assert LAWS["law-5"](replace(empty_cell(), calls=(post,)), context()).status is Status.PASS


def drawn_with_tokens(**charged):
    """One gpt-image picture with 50 + 4160 tokens, and a charge for it."""
    call = image_call(
        1, request={"model": "gpt-image-1"}, model="gpt-image-1", usage={"tokens_in": 50, "tokens_out": 4160}
    )
    cell = replace(empty_cell(opening=1000), calls=(call,))
    return charge(cell, "image_generation", model="gpt-image-1", **charged)


def image_rates(rule, **price):
    return replace(RATES, prices={"gpt-image-1": Price(model="gpt-image-1", **price)}, rules=(rule,))


BY_TOKEN = image_rates(
    Rule(operation="image_generation", kind="tokens", tokens_per_credit=100, min_credits=1),
    input_usd_per_1m=Decimal(10), output_usd_per_1m=Decimal(40),
)  # fmt: skip


BY_IMAGE = image_rates(Rule(operation="image_generation", kind="image", credits=7), image_usd=Decimal("0.04"))


@pytest.mark.parametrize("law", LAWS)
def test_an_image_with_tokens_may_be_charged_by_either(law):
    """By its tokens where the usage log has them, else by the image; the rate card prices both."""
    by_tokens = drawn_with_tokens(credits=43, tokens=(50, 4160), cost_usd="0.166900")
    by_image = drawn_with_tokens(credits=7, cost_usd="0.040000")
    both = drawn_with_tokens(credits=7, tokens=(50, 4160), cost_usd="0.040000")
    assert LAWS[law](by_tokens, context(rates=BY_TOKEN)).status is Status.PASS
    assert LAWS[law](by_image, context(rates=BY_IMAGE)).status is Status.PASS
    assert LAWS[law](both, context(rates=BY_IMAGE)).status is Status.PASS, "tokens logged, priced by the image"


def test_an_image_with_tokens_that_is_charged_wrongly_breaks_law_5():
    """Other tokens than the provider's, twice, or not at all."""
    wrong = drawn_with_tokens(credits=43, tokens=(50, 4000), cost_usd="0.160500")
    assert "(50+4000 tokens) without a provider success" in broken("law-5", wrong, rates=BY_TOKEN)[0]
    twice = charge(
        drawn_with_tokens(credits=43, tokens=(50, 4160)), "image_generation", 43, model="gpt-image-1", tokens=(50, 4160)
    )
    assert "without a provider success, or a second time" in broken("law-5", twice, rates=BY_TOKEN)[0]
    never = replace(drawn_with_tokens(credits=7), usage=(), ledger=())
    assert broken("law-5", never, rates=BY_IMAGE) == ["gpt-image-1: 1 image(s) drawn, 0 charged (-1)"]
