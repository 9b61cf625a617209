"""Each law of the ledger, seen to hold, seen to break with its message, and seen not to know."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from harness.core.finding import Finding
from harness.core.history import HttpExchange, LedgerRow, RowChange
from harness.core.rates import Price, Rule
from harness.core.scenario import Change, Row, Unbilled
from harness.core.verdict import Status
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
    laws,
    text_call,
)

LAWS = laws()


def broken(law, cell, **facts):
    """The evidence of a law that must fail."""
    result = LAWS[law](cell, context(**facts))
    assert result.status is Status.FAIL, result.evidence
    return list(result.evidence)


def first(cell, **changes):
    """The cell with its first transaction changed."""
    return replace(cell, ledger=(replace(cell.ledger[0], **changes), *cell.ledger[1:]))


def first_log(cell, **changes):
    return replace(cell, usage=(replace(cell.usage[0], **changes), *cell.usage[1:]))


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    "cell",
    [lawful_text(), lawful_text(((10, 5), (400, 800))), lawful_images(), empty_cell()],
    ids=["text", "two", "images", "nothing"],
)
def test_a_lawful_cell_breaks_no_law(law, cell):
    """No law cries wolf."""
    assert LAWS[law](cell, context()).status is Status.PASS


def test_law_1_shows_credits_that_no_transaction_explains():
    """A balance that moved without a row fails, with the gap in credits."""
    cell = replace(lawful_text(), accounts={"account": (100_000, 99_970), "bystander": (77, 77)})
    assert broken("law-1", cell) == [
        "account: the balance is 99970, its 1 transaction says 99978 (-8 credits unexplained)"
    ]
    assert LAWS["law-1"](cell, context()).credits_delta == 8


def test_law_1_fails_on_a_transaction_of_an_account_nobody_watched():
    """Money cannot move to where nobody looks."""
    assert broken("law-1", first(lawful_images(), account="account#9"))[-1] == (
        "transaction of -4 credits on account#9, whose balance was not observed"
    )


@pytest.mark.parametrize("law", ["law-1", "law-2", "law-3"])
def test_without_balances_the_balance_laws_are_unknown(law):
    """A balance that was not observed is not a balance that is right."""
    assert LAWS[law](replace(empty_cell(), accounts={}), context()).status is Status.UNKNOWN


def test_law_2_shows_the_broken_link_of_the_chain():
    """A lost update is seen in balance_after even where the sums agree."""
    cell = lawful_text(((10, 5), (400, 800)))
    cell = replace(cell, ledger=(cell.ledger[0], replace(cell.ledger[1], balance=99_988)))
    assert broken("law-2", cell) == [
        "account: transaction 2 (content_generation -12) leaves 99988, but 99997 -12 = 99985",
        "account: the last transaction leaves 99988, the account holds 99985",
    ]


def test_law_3_names_the_charge_that_went_below_zero():
    """An overdraft is a failure even when all sums agree."""
    assert broken("law-3", charge(empty_cell(opening=2), "content_generation", 5)) == [
        "account: the balance is -3",
        "account: content_generation -5 left a balance of -3",
    ]


def test_law_4_shows_a_log_without_deduction():
    """Work that was logged and not paid for fails."""
    cell = replace(lawful_text(), ledger=())
    assert broken("law-4", cell) == ["content_generation: a usage log of 22 credits for account without a deduction"]


def test_law_4_shows_a_deduction_without_log():
    """A charge that the usage page does not explain fails, with its credits."""
    result = LAWS["law-4"](replace(lawful_images(), usage=()), context())
    assert result.evidence == (
        "4 billable images drawn by dall-e-3, no usage log of it",
        "image_generation: 4 credits deducted from account without a usage log",
    )
    assert result.credits_delta == 4


def test_law_4_shows_different_amounts():
    """The usage log must say what was taken."""
    assert broken("law-4", first_log(lawful_text(), credits=21)) == [
        "content_generation: 22 credits deducted for 1 unit(s), the usage log says 21 for 1"
    ]


def test_law_4_counts_operations_that_left_no_trace():
    """A fulfilled operation with neither log nor deduction breaks the one-to-one."""
    cell = replace(empty_cell(), calls=(text_call(1, 820, 1310),))
    assert broken("law-4", cell) == ["1 billable text operations fulfilled, 0 usage logs of text"]


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


@pytest.mark.parametrize("kind", ["transaction", "usage_log"])
def test_law_7_shows_rewritten_history(kind):
    """Neither transactions nor usage logs are changed or deleted later."""
    changed = RowChange(kind=kind, op="update", id=3, before={"amount": -5}, after={"amount": -4})
    deleted = RowChange(kind=kind, op="delete", id=4, before={"amount": -5}, after=None)
    assert broken("law-7", replace(empty_cell(), rows=(changed, deleted))) == [
        f"{kind} 3 changed: amount -5 -> -4",
        f"{kind} 4 was deleted",
    ]


def refund(cell, credits, n, operation="content_generation"):
    opening, closing = cell.accounts["account"]
    row = LedgerRow(id=n, account="account", kind="refund", operation=operation, credits=credits, balance=closing + credits)  # fmt: skip
    return replace(
        cell, ledger=(*cell.ledger, row), accounts={**cell.accounts, "account": (opening, closing + credits)}
    )


def test_law_4_needs_no_log_of_what_a_refund_names_and_gives_back_whole():
    """Claim: taken when ordered and given back when it failed is lawful; a part of it, or a refund of nothing named, is not."""
    taken = lawful_text()
    failed = replace(taken, usage=(), calls=())
    for back, reverses, status in ((22, 1, Status.PASS), (21, 1, Status.FAIL), (22, None, Status.FAIL)):
        cell = refund(failed, back, 2)
        named = replace(cell.ledger[-1], reverses=taken.ledger[0].id if reverses else None)
        cell = replace(cell, ledger=(*cell.ledger[:-1], named))
        assert LAWS["law-4"](cell, context()).status is status


def test_law_8_allows_a_refund_once_and_up_to_the_original():
    """Whole and partial refunds hold; a bigger one, or a second one, fails with the excess."""
    assert LAWS["law-8"](refund(lawful_text(), 22, 2), context()).status is Status.PASS
    assert LAWS["law-8"](refund(lawful_text(), 5, 2), context()).status is Status.PASS
    assert broken("law-8", refund(lawful_text(), 23, 2)) == [
        "account: 23 credits refunded for content_generation, 22 were taken"
    ]
    twice = refund(refund(lawful_text(), 5, 2), 5, 3)
    assert broken("law-8", twice) == ["account: 5 credits refunded for content_generation a second time"]
    assert LAWS["law-8"](twice, context()).credits_delta == -5


def test_law_8_does_not_know_a_deduction_older_than_the_history():
    """A refund of last month's charge cannot be weighed here."""
    assert LAWS["law-8"](refund(empty_cell(), 5, 1), context()).status is Status.UNKNOWN


def test_law_9_shows_a_bystander_who_paid():
    """Charging the wrong account fails, with the credits it lost."""
    cell = charge(empty_cell(), "content_generation", 5, account="bystander")
    result = LAWS["law-9"](cell, context())
    assert result.evidence == (
        "bystander: balance 77 -> 72 (-5), but it asked for nothing",
        "bystander: a transaction of -5 credits (content_generation)",
        "bystander: a usage log of 5 credits (content_generation)",
    )
    assert result.credits_delta == 5


def test_law_9_shows_a_bystanders_row_that_changed():
    """Work done on somebody else's rows fails even when it was free."""
    row = RowChange(kind="task", op="update", id=9, before={"account_id": 2, "status": "queued"}, after={"account_id": 2, "status": "completed"})  # fmt: skip
    assert broken("law-9", replace(empty_cell(), rows=(row,))) == ["bystander: task update x1"]


def test_law_9_does_not_know_who_acts_when_nothing_says_so():
    """With several accounts and no token in the scenario the law cannot tell them apart."""
    nobody = replace(SCENARIO, given=replace(SCENARIO.given, rows=(), actor="nobody"))
    assert LAWS["law-9"](empty_cell(), context(nobody)).status is Status.UNKNOWN


def test_law_9_takes_a_schedule_for_a_wish():
    """On the scheduled path the account of a schedule row is an actor too."""
    rows = (*SCENARIO.given.rows, Row(kind="schedule", name="due", values={"account_id": SCENARIO.given.rows[3].values["account_id"]}, asks=True))  # fmt: skip
    scenario = replace(SCENARIO, given=replace(SCENARIO.given, rows=rows))
    cell = charge(empty_cell("scheduled"), "content_generation", 5, account="bystander")
    assert LAWS["law-9"](cell, context(scenario)).status is Status.PASS
    assert LAWS["law-9"](replace(cell, path="manual"), context(scenario)).status is Status.FAIL


def refused(cell):
    asked = HttpExchange(method="POST", path="/api/v1/optimizer/optimize/", status=402, request={}, response={}, expected=402)  # fmt: skip
    return replace(cell, http=(asked,), tasks=())


def test_law_10_shows_what_a_refused_request_left_behind():
    """402 with a charge, and 402 with a provider call, both fail."""
    assert broken("law-10", refused(charge(empty_cell(), "clustering", 2))) == [
        "no provider was called, but 2 credits were deducted from account (clustering)",
        "no provider was called, but a usage log of 2 credits was written (clustering)",
    ]
    assert broken("law-10", refused(replace(empty_cell(), calls=(text_call(1, 1, 1),)))) == [
        f"POST /api/v1/optimizer/optimize/ was refused with 402, but 1 provider call(s) were made ({CHAT})"
    ]
    assert LAWS["law-10"](refused(empty_cell()), context()).status is Status.PASS


def test_law_10_lets_a_refusal_be_written_to():
    """A mail is no provider's work; beside it, a provider that was asked still fails."""
    mail = text_call(1, 0, 0, provider="smtp", scheme="smtp", success=False, usage=None)
    assert LAWS["law-10"](refused(replace(empty_cell(), calls=(mail,))), context()).status is Status.PASS
    assert broken("law-10", refused(replace(empty_cell(), calls=(mail, text_call(2, 1, 1)))))


def test_law_10_shows_a_task_that_charged_without_asking_a_provider():
    """A task stopped by the pre-check must leave the ledger alone."""
    result = LAWS["law-10"](charge(empty_cell(), "clustering", 2), context())
    assert result.status is Status.FAIL
    assert result.credits_delta == 2


def test_law_10_beside_accepted_work_needs_every_row_to_have_its_call():
    """Then a stray row makes it unknown whose row it is."""
    cell = lawful_text()
    mixed = replace(cell, http=(*cell.http, *refused(cell).http))
    assert LAWS["law-10"](mixed, context()).status is Status.PASS
    assert LAWS["law-10"](charge(mixed, "clustering", 2), context()).status is Status.UNKNOWN


def stuck():
    row = RowChange(kind="task", op="update", id=9, before={"status": "queued"}, after={"status": "in_progress"})
    return replace(empty_cell(), rows=(row, replace(row, id=10)))


def test_law_11_counts_rows_left_in_progress():
    """Two tasks in progress at rest."""
    assert broken("law-11", stuck()) == ["task left in_progress x2"]


def test_law_11_sees_a_row_that_was_seeded_in_progress_and_never_moved():
    """A row that nothing touched is stuck as well."""
    rows = (*SCENARIO.given.rows, Row(kind="task", name="old", values={"status": "in_progress"}))
    scenario = replace(SCENARIO, given=replace(SCENARIO.given, rows=rows))
    cell = empty_cell()
    cell = replace(cell, refs={**cell.refs, "old": {"kind": "task", "id": 11}})
    assert broken("law-11", cell, scenario=scenario) == ["task left in_progress as it was seeded x1"]


def test_law_11_lets_nobody_allow_stuck_rows_without_a_finding():
    """allowed_stuck is a reason, not an excuse."""
    scenario = replace(SCENARIO, allowed_stuck="the worker was killed")
    assert broken("law-11", stuck(), scenario=scenario)[-1] == (
        "the scenario allows stuck rows (the worker was killed) without a finding"
    )
    finding = Finding(id="f", title="", laws={"law-11": ()}, scenarios=(SCENARIO.id,), evidence="")
    assert broken("law-11", stuck(), scenario=scenario, findings=(finding,)) == ["task left in_progress x2"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"credits": 22}, "content_generation of account: a deduction of +22 credits"),
        ({"kind": "refund"}, "content_generation of account: a refund of -22 credits"),
        ({"units": 0}, "content_generation of account: 0 units"),
        ({"credits": -22.5}, "content_generation of account: -22.5, 99978, 1 are not all whole numbers"),
    ],
)
def test_law_14_shows_wrong_signs_and_scales_of_transactions(change, said):
    """Deductions take, grants give, all in whole credits."""
    assert broken("law-14", first(lawful_text(), **change)) == [said]


@pytest.mark.parametrize("cost", ["0.0141", "0.01412500", "1e-3", "-0.014125", ""])
def test_law_14_shows_a_cost_of_another_scale(cost):
    """Six decimals, always."""
    assert broken("law-14", first_log(lawful_text(), cost_usd=cost)) == [
        f"usage log of content_generation: cost_usd {cost!r} does not have 6 decimals"
    ]


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
