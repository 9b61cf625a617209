"""What only one target says, or says in its own way: read as the laws need it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal

import pytest

from harness.core.rates import RateCard, Rule
from harness.core.verdict import Status
from harness.judge.golden.outcome import outcome_of
from tests.judge.shapes import BARE, COLUMN, POSTED, SCENARIO, SHAPES, SINGLE, WALLET, call, changed, row, without


@pytest.mark.parametrize(
    ("of", "ledger", "balance"),
    [
        (COLUMN, {"operation": "article", "units": 1, "credits": -22, "balance": 78}, (100, 78)),
        (WALLET, {"operation": "article", "credits": Decimal("-0.0606"), "balance": Decimal("99.9394")}, (Decimal(100), Decimal("99.9394"))),
        (BARE, {"operation": "article", "credits": -22, "balance": 78}, (100, 78)),
        (POSTED, {"operation": "article", "credits": Decimal("-0.0604"), "balance": Decimal("99.9396")}, (Decimal(100), Decimal("99.9396"))),
        (SINGLE, {"operation": "article", "credits": Decimal("-0.15")}, (Decimal(100), Decimal("99.85"))),
    ],
    ids=list(SHAPES),
)  # fmt: skip
def test_an_outcome_says_what_the_target_says_and_no_more(of, ledger, balance):
    """In the money that it is: of a movement without operation the log's is said."""
    outcome = outcome_of(of.folded(of.sold()), SCENARIO, of.context().target)
    assert outcome.ledger == (ledger,)
    assert outcome.balance == {"account": {"opening": balance[0], "closing": balance[1]}}


def test_tokens_that_are_null_are_no_zero():
    """An image's log without tokens is priced by the image; the outcome does not say zero for null."""
    events = changed(BARE.sold(), "usage", tokens_input=None, tokens_output=None, model_used="gpt-5.1")
    log = BARE.folded(events).usage[0]
    assert (log.tokens_in, log.tokens_out, log.token_total) == (None, None, 0)
    outcome = outcome_of(BARE.folded(events), SCENARIO, BARE.context().target)
    assert outcome.usage == ({"operation": "article", "credits": 22, "model": "gpt-5.1", "cost_usd": "0.014125"},)
    assert BARE.judged("law-14", events).status is Status.PASS


def test_a_movement_that_names_a_log_is_of_no_other():
    """Two charges of one price whose logs are crossed: the key says what the amounts cannot."""
    events = WALLET.sold()
    at = next(n for n, event in enumerate(events) if event.get("table_kind") == "usage")
    other = deepcopy(events[at])
    other["id"] = other["after"]["id"] = 52
    other["after"]["feature"] = "letter"
    events.insert(at, other)
    events = WALLET.more(events, -WALLET.credits, "spend")
    rows = [event for event in events if event.get("table_kind") == "entry"]
    rows[1]["after"]["usage_id"] = 52
    assert [r.operation for r in WALLET.folded(events).ledger] == ["article", "letter"]
    rows[1]["after"]["usage_id"] = 99
    assert WALLET.judged("law-4", events).evidence[1:] == (
        "deduction: 0.0606 credits deducted from account without a usage log: it names 99",
        "letter: a usage log of 0.0606 credits for account without a deduction",
    )


def test_a_type_that_is_mapped_to_nothing_is_told_where_a_deduction_is_missing():
    """A target's own word for a deduction costs one key, and the failure names it."""
    events = changed(BARE.sold(), "entry", transaction_type="usage")
    assert BARE.judged("law-4", events).evidence[-1] == (
        "article: a usage log of 22 credits for account without a deduction "
        "(a movement of type 'usage' takes as much: is it a deduction? [ledger.movements] types)"
    )


@pytest.mark.parametrize(
    ("of", "values", "message"),
    [
        (COLUMN, {"amount": "-22.00"}, "entry 71 cannot be read: '-22.00' is no whole number"),
        (WALLET, {"money": "0.06O6"}, "entry 71 cannot be read: '0.06O6' is no amount"),
        (WALLET, {"money": "-0.0606"}, "entry 71 cannot be read: the amount -0.0606 has a sign, and harness.toml says that it has none"),
        (WALLET, {"direction": "away"}, "entry 71 cannot be read: its direction 'away' is neither out nor in"),
        (SINGLE, {"cents": 1.5}, "ledger.movements 71 cannot be read: 1.5 is no whole number"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_breaks_law_14_and_is_missed(of, values, message):
    """It is no posting, so the sum does not hold either."""
    events = changed(of.sold(), of.movement_kind, **values)
    assert message in of.judged("law-14", events).evidence
    assert of.judged("law-1", events).status is Status.FAIL


def test_an_amount_of_another_scale_breaks_law_14():
    """Of a decimal whose scale is declared; of cents the scale is that of cents."""
    result = WALLET.judged("law-14", changed(WALLET.sold(), "usage", price="0.06060"))
    assert result.evidence == (
        "usage log of article: credits, tokens and units are not all amounts of decimal with 4 decimals",
    )


def test_a_request_id_finds_the_call_that_tokens_cannot_tell_apart():
    """Two calls with equal tokens: the log of the one cannot stand for the other."""
    toml = {**BARE.toml, "usage": {**BARE.toml["usage"], "request": "request_id"}}
    of = replace(BARE, toml=toml)
    events = changed(of.sold(), "usage", request_id="chatcmpl-1")
    assert of.judged("law-5", events).status is Status.PASS
    other = [event if event["kind"] != "call" else {**event, "response": {"id": "chatcmpl-2"}} for event in events]
    assert of.judged("law-5", [*other[:-1], call(n=2), other[-1]]).evidence == (
        "openai POST /v1/chat/completions call 1 (gpt-5.1, 820+1310 tokens) succeeded and was never charged",
    )


def test_tokens_that_are_counted_apart_must_be_the_providers():
    """Cached tokens are cheaper: a log that counts fewer of them than the provider did charges too much."""
    events = changed(POSTED.sold(), "call", usage={"tokens_in": 820, "tokens_out": 1310, "tokens_cached": 25})
    assert POSTED.judged("law-5", events).evidence == ("article: call 1 used 25 cached tokens, the usage log says 20",)


def test_a_request_is_known_by_the_head_of_its_answer_too():
    """x-request-id stands in no body."""
    events = changed(POSTED.sold(), "call", response={"id": "another"}, request_ids=("chatcmpl-1",))
    assert POSTED.judged("law-5", events).status is Status.PASS


def test_a_log_without_an_account_is_of_whoever_paid():
    """And of nobody where nobody did."""
    assert POSTED.folded(POSTED.sold()).usage[0].account == "account"
    alone = without(POSTED.sold(), "entry")
    assert POSTED.folded(alone).usage[0].account == "an unnamed account"
    assert POSTED.judged("law-4", alone).status is Status.FAIL


def test_work_given_for_free_needs_no_deduction():
    """A log of no credits and no tokens is the target's note that it remembered."""
    free = POSTED.log(key=52, credits=Decimal(0), raw=str) | {"ref": "", "meters": {}}
    assert POSTED.judged("law-4", [*POSTED.sold(), row("usage", free)]).status is Status.PASS
    sold = free | {"meters": {"in": 1, "out": 1}}
    assert POSTED.judged("law-4", [*POSTED.sold(), row("usage", sold)]).status is Status.FAIL


def test_a_refund_is_of_what_it_says_that_it_reverses():
    """Not of another charge that would fit better."""
    events = POSTED.more(POSTED.sold(), Decimal("-0.9000"), "spend", key=80)
    events = POSTED.more(events, Decimal("0.5000"), "refund", key=81)
    assert POSTED.judged("law-8", events).evidence == (
        "account: 0.5000 credits refunded for article, 0.0604 were taken",
    )


def test_another_account_is_found_by_whatever_column_names_it():
    """A domain row of the bystander, in the column in which this target names its accounts."""
    events = [*BARE.sold(), row("page", {"id": 3, "tenant_id": 2})]
    assert BARE.judged("law-9", events).evidence == ("bystander: page insert x1",)


def test_accounts_of_a_plan_have_their_own_prices():
    """A rule for accounts whose given row says so."""
    cheap = Rule(operation="article", kind="call", credits=22, account={"plan": "basic"})
    dear = Rule(operation="article", kind="call", credits=99, account={"plan": "pro"})
    card = RateCard(prices=COLUMN.context().rates.prices, rules=(COLUMN.rule, cheap, dear))
    assert COLUMN.judged("law-6", COLUMN.sold(), rates=card).status is Status.PASS
    rows = tuple(replace(one, values={**one.values, "plan": "pro"}) for one in SCENARIO.given.rows)
    pro = replace(SCENARIO, given=replace(SCENARIO.given, rows=rows))
    assert COLUMN.judged("law-6", COLUMN.sold(), rates=card, scenario=pro).evidence == (
        "article: 22 credits charged, the rate card says 99 (-77): 99 a call",
    )


BY_TOKENS = Rule(
    operation="article", kind="rates", credits_per_1m={"input": Decimal(3), "output": Decimal(120)}, decimals=2
)


def test_a_ledger_without_tokens_is_held_to_the_calls():
    """820 tokens at 3 a million and 1310 at 120 are 0.16, by the provider's own count; which call it is of is found."""
    card = RateCard(rules=(BY_TOKENS,))
    small = call(n=2, usage={"tokens_in": 1, "tokens_out": 1})
    events = changed(SINGLE.sold(), "ledger.movements", cents=-16)
    assert SINGLE.judged("law-6", events, rates=card).status is Status.PASS
    assert SINGLE.judged("law-6", [small, *events], rates=card).status is Status.PASS
    assert SINGLE.judged("law-6", SINGLE.sold(), rates=card).evidence == (
        "article: 0.15 credits charged, the rate card says 0.16 (-0.01): 2130 tokens at input 3, output 120 a million",
    )
    silent = SINGLE.judged("law-6", without(events, "call"), rates=card)
    assert (silent.status, silent.evidence) == (
        Status.UNKNOWN,
        ("article: the rate card prices it by tokens; the ledger counts none, and no call is left",),
    )


def test_a_query_names_no_column_of_other_tables():
    """What a SELECT calls the account is its own word."""
    toml = {**COLUMN.toml, "movements": {"sql": "SELECT 1", "amount": "n", "account": "who"}}
    assert replace(COLUMN, toml=toml).ledger.owner == "account_id"
