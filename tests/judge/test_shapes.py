"""Each law on each shape of ledger: seen to hold, seen to break with its message, or not asked and told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.golden import Golden
from harness.core.rates import RateCard
from harness.core.verdict import Status
from harness.judge.golden.outcome import outcome_of
from tests.judge.shape_words import LAWS, ONE, WORDS
from tests.judge.shapes import POSTED, SCENARIO, SHAPES, SINGLE, WALLET, changed, row, without

NOT_ASKED = {
    ("single", "law-2"): "movements without balance_after",
    ("single", "law-4"): "no usage log",
    ("single", "law-5"): "no usage log",
    ("single", "law-9"): "a single account",
    ("single", "law-15"): "movements that are no table",
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_correct_backend_breaks_no_law(shape, law):
    """What can be asked passes; what cannot says what is missing, and is no pass."""
    result = SHAPES[shape].judged(law, SHAPES[shape].sold())
    why = NOT_ASKED.get((shape, law))
    assert (result.status, result.evidence) == (
        (Status.NOT_ASKED, (f"not asked: {why}",)) if why else (Status.PASS, result.evidence)
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_money_that_comes_in_is_judged_without_a_log_or_a_call(shape):
    """A purchase, a refund of what was charged and an expiry leave every law as it was."""
    of = SHAPES[shape]
    events = of.more(of.sold(), ONE[shape] * 5, WORDS[shape]["purchase"], operation="")
    events = of.more(events, of.credits, WORDS[shape]["refund"], key=73, operation="article" if shape != "bare" else "")
    events = of.more(events, -ONE[shape], WORDS[shape]["expiry"], key=74, operation="")
    cell = of.folded(events)
    assert [r.kind for r in cell.ledger] == ["deduction", "purchase", "refund", "expiry"]
    for law in LAWS:
        result = of.judged(law, events)
        assert not result.status.bad, (law, result.evidence)


def law_1(of):
    return changed(of.sold(), "balance", closing=of.raw(of.opening)), f"(+{of.credits} credits unexplained)"


def law_2(of):
    events = of.more(of.sold(), -of.credits, "spend" if of in (WALLET, POSTED) else "deduction")
    last = [event for event in events if event["kind"] == "row"][-1]["after"]
    last[{"wallet": "after", "posted": "left"}.get(of.name, "balance_after")] = of.raw(of.opening - of.credits)
    return events, "account: transaction 2"


def law_3(of):
    events = changed(of.sold(), "balance", opening=of.raw(of.credits - ONE[of.name]), closing=of.raw(-ONE[of.name]))
    return events, f"account: the balance is -{ONE[of.name]}"


def law_4(of):
    return without(of.sold(), "usage"), f": {of.credits} credits deducted from account without a usage log"


def law_5(of):
    twice = [*of.sold(), row("usage", of.log(key=52, credits=of.credits, raw=of.raw))]
    return twice, f"article: {of.credits} credits charged to "


def law_6(of):
    dearer = of.credits + ONE[of.name]
    key = {"wallet": "price", "posted": "credits", "single": "cents"}.get(of.name, "credits_used")
    kind = "ledger.movements" if of is SINGLE else "usage"
    return changed(of.sold(), kind, **{key: of.raw(-dearer if of is SINGLE else dearer)}), (
        f"article: {dearer} credit{'' if dearer == 1 else 's'} charged, the rate card says {of.credits} (+{ONE[of.name]})"
    )


def law_7(of):
    old = of.movement(key=9, amount=-of.credits, left=of.opening, raw=of.raw, log=None)
    new = {**old, **{key: "else" for key in ("why", "what", "type", "transaction_type", "kind") if key in old}}
    return [*of.sold(), row(of.movement_kind, new, "update", old)], "9 changed: "


def law_8(of):
    events = of.more(of.sold(), of.credits + ONE[of.name], WORDS[of.name]["refund"])
    return events, f"account: {of.credits + ONE[of.name]} credits refunded for article, {of.credits} were taken"


def law_9(of):
    theirs = of.movement(key=75, amount=-of.credits, left=of.opening, raw=of.raw, log=None, account=2)
    return [*of.sold(), row(of.movement_kind, theirs)], f"bystander: a transaction of -{of.credits} credits"


def law_10(of):
    return without(of.sold(), "call"), f"no provider was called, but {of.credits} credits were deducted from account"


def law_11(of):
    return [*of.sold(), row("job", {"id": 4, "status": "running"})], "job left running x1"


def law_14(of):
    events = of.more(
        of.sold(), ONE[of.name] * 2, {"wallet": "spend", "posted": "spend", "single": "use"}.get(of.name, "deduction")
    )
    return events, "a deduction of +2"


def law_15(of):
    moved, taken = of.journal(of.sold())[0]["changes"][0], of.journal(of.sold())[0]["changes"][-1]
    split = [{"kind": "tx", "role": "worker", "changes": [change]} for change in (moved, taken)]
    return [*split, *of.sold()], "in a transaction that changes no balance"


BROKEN = [law_1, law_2, law_3, law_4, law_5, law_6, law_7, law_8, law_9, law_10, law_11, law_14, law_15]


@pytest.mark.parametrize("breaking", BROKEN, ids=lambda one: one.__name__)
@pytest.mark.parametrize("shape", SHAPES)
def test_each_law_is_seen_to_break(shape, breaking):
    """On every shape on which it is asked, with what a customer feels in the ledger's own unit."""
    law = breaking.__name__.replace("_", "-")
    if (shape, law) in NOT_ASKED:
        assert SHAPES[shape].judged(law, SHAPES[shape].sold()).status is Status.NOT_ASKED
        return
    events, message = breaking(SHAPES[shape])
    result = SHAPES[shape].judged(law, events)
    assert result.status is Status.FAIL, result.evidence
    assert any(message in line for line in result.evidence), result.evidence


def test_every_law_is_broken_above():
    """But law 16, which reads no ledger (laws/test_strangers.py)."""
    assert sorted(one.__name__.replace("_", "-") for one in BROKEN) == sorted(set(LAWS) - {"law-16"})


@pytest.mark.parametrize("shape", SHAPES)
def test_without_a_rate_card_the_prices_are_not_asked(shape):
    """It is told, and is no pass."""
    result = SHAPES[shape].judged("law-6", SHAPES[shape].sold(), rates=RateCard(missing=True))
    assert (result.status, result.evidence) == (Status.NOT_ASKED, ("not asked: no rate card",))


def test_a_law_that_was_asked_and_no_longer_is_fails():
    """A golden stands for the laws that were asked when it was accepted, and says which were not."""
    golden = Golden(scenario=SCENARIO.id, why="as it was", outcome=outcome_of(SINGLE.folded(SINGLE.sold()), SCENARIO, SINGLE.context().target))  # fmt: skip
    result = SINGLE.judged("law-4", SINGLE.sold(), golden=golden)
    assert (result.status, result.code) == (Status.FAIL, "law-not-asked")
    assert result.evidence == ("not asked: no usage log; it was asked when the golden was accepted",)
    told = replace(golden, not_asked=("law-4",))
    assert SINGLE.judged("law-4", SINGLE.sold(), golden=told).status is Status.NOT_ASKED
