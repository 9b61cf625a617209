"""Two runs compared: every kind of difference is seen, what is declared is read narrowly, and noise hides nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as File

import pytest

from harness.core.history import CellHistory, HttpExchange, LedgerRow, LogLine
from harness.core.phase import ApiChange, Expect, GoldenChange, Phase, Rollback, RollbackKind
from harness.core.verdict import Status, worst
from harness.jobs.shadow import judge, logs
from harness.jobs.shadow.declared import declare
from harness.judge.mismatch import Mismatch, logged, reconcile, seen_by_card
from tests.judge.ledgers import (
    COMPARISON,
    MARKER,
    RATES,
    SCENARIO,
    TARGET,
    charge,
    empty_cell,
    image_call,
    lawful_images,
    lawful_text,
)

SCENARIOS = {SCENARIO.id: SCENARIO}


def phase(number: int = 4, *golden: GoldenChange, api: tuple[ApiChange, ...] = ()) -> Phase:
    return Phase(
        number=number, title="Credits by model", why="", folder=File(f"{number}_x"), adds=(), replaces=(), removes=(),
        settings={}, expect=Expect(golden=golden, api=api), verification=(),
        rollback=Rollback(kind=RollbackKind.CODE, steps=()),
    )  # fmt: skip


PRICES = GoldenChange(
    operations=("image_generation",), models=("dall-e-3",), parts=("balance", "ledger", "usage"), how="", why="",
    credits_each={"dall-e-3": 5},
)  # fmt: skip
MODELS = GoldenChange(operations=("image_generation",), models=("bria:10@1",), parts=("usage", "rows"), how="", why="")


def drawn(credits_each: int, count: int = 4, model: str = "dall-e-3") -> CellHistory:
    """`count` images of a 100-credit account, charged at once."""
    calls = tuple(image_call(n, request={"model": model, "prompt": f"a jug {n}"}) for n in range(1, count + 1))
    cell = replace(empty_cell(), calls=calls)
    return charge(cell, "image_generation", credits_each * count, model=model, units=count, cost_usd="0.160000")


def compared(old: CellHistory, new: CellHistory, *phases: Phase, backwards: bool = False):
    real = judge.compare([old], [new], SCENARIOS, TARGET)
    return replace(real, differences=declare(real.differences, phases, backwards=backwards))


def verdicts(old: CellHistory, new: CellHistory, *phases: Phase, again: CellHistory | None = None):
    noise = judge.compare([old], [again or old], SCENARIOS, TARGET)
    real = judge.compare([old], [new], SCENARIOS, TARGET)
    real = replace(real, differences=declare(judge.marked(real, noise), phases))
    return {one.checker: one for one in judge.judge(real, noise, old="old", new="new")}


def failed(found) -> set[str]:
    return {name for name, one in found.items() if one.status is not Status.PASS}


def test_equal_runs_differ_in_nothing():
    """Claim: a run compared with itself passes, and every kind of fact was compared."""
    found = verdicts(lawful_text(), lawful_text())
    assert worst(found.values()) is Status.PASS
    assert "no difference" in found["shadow-noise"].evidence[0]


def test_ids_and_times_are_no_difference():
    """Claim: the same work under other keys is the same."""
    old = lawful_text()
    moved = tuple(replace(row, id=row.id + 100, after={**row.after, "id": row.id + 100}) for row in old.rows)
    assert not failed(verdicts(old, replace(old, rows=moved)))


def test_a_price_that_nobody_declares_fails_in_charges_usage_and_balances():
    """Claim: one credit more is seen thrice, with scenario, path, operation, tokens, old and new."""
    old = charge(empty_cell(), "clustering", 4, tokens=(350, 247))
    new = charge(empty_cell(), "clustering", 5, tokens=(350, 247))
    found = verdicts(old, new)
    assert failed(found) == {"shadow-charges", "shadow-usage", "shadow-balances"}
    assert found["shadow-charges"].credits_delta == 1
    line = found["shadow-charges"].evidence[0]
    for part in ("+1 credits", "writer/generate_content@manual", "clustering", "credits -4 -> -5", "tokens=350+247"):
        assert part in line
    assert "credits 4 -> 5 (tokens 350+247, model gpt-5.1)" in found["shadow-usage"].evidence[0]


@pytest.mark.parametrize(("sides", "what"), [((4, 0), "only-old"), ((0, 4), "only-new")])
def test_a_charge_that_one_side_lacks_is_named(sides: tuple[int, int], what: str):
    """Claim: work that only one side charges fails, whichever side it is."""
    old, new = (charge(empty_cell(), "clustering", n) if n else empty_cell() for n in sides)
    found = verdicts(old, new)
    assert {"shadow-charges", "shadow-usage", "shadow-balances"} <= failed(found)
    assert what in found["shadow-charges"].evidence[0]


def test_the_wrong_customer_is_no_difference_of_an_amount():
    """Claim: the same credits taken from somebody else are a charge too many and one too few."""
    old, new = (charge(empty_cell(), "clustering", 4, account=name) for name in ("account", "bystander"))
    counts = compared(old, new).counts["charges"]
    assert (counts["only-old"], counts["only-new"], counts["same"]) == (1, 1, 0)


def test_other_requests_answers_and_rows_are_seen():
    """Claim: a prompt, a status and a row that differ fail, each in its own kind, with the JSON path."""
    old = lawful_text()
    call = replace(old.calls[0], request={"model": "gpt-5.1", "n": 2})
    assert failed(verdicts(old, replace(old, calls=(call,)))) == {"shadow-requests"}
    assert "request.n 1 -> 2" in verdicts(old, replace(old, calls=(call,)))["shadow-requests"].evidence[0]
    answer = replace(old.http[0], status=200)
    assert failed(verdicts(old, replace(old, http=(answer,)))) == {"shadow-answers"}
    row = replace(old.rows[0], after={**old.rows[0].after, "status": "published"})
    assert failed(verdicts(old, replace(old, rows=(row,)))) == {"shadow-rows"}


def test_a_balance_that_no_transaction_explains_is_seen():
    """Claim: equal ledgers and another balance differ."""
    old = lawful_text()
    opening, closing = old.accounts["account"]
    new = replace(old, accounts={**old.accounts, "account": (opening, closing - 1)})
    assert failed(verdicts(old, new)) == {"shadow-balances"}


def test_a_declared_price_passes_to_the_credit():
    """Claim: 5 credits an image, as the phase declares, pass in charges, usage and balances; 6 do not, nor 5 for another model."""
    assert not failed(verdicts(drawn(1), drawn(5), phase(4, PRICES)))
    all_three = {"shadow-charges", "shadow-usage", "shadow-balances"}
    assert failed(verdicts(drawn(1), drawn(6), phase(4, PRICES))) == all_three
    assert failed(verdicts(drawn(1, model="gpt-image"), drawn(5, model="gpt-image"), phase(4, PRICES))) == all_three
    assert failed(verdicts(drawn(1), drawn(5))) == all_three


def test_a_declared_price_declares_nothing_else():
    """Claim: another cost, or fewer images, beside the declared price is not declared."""
    new = drawn(5)
    cheaper = replace(new, usage=(replace(new.usage[0], cost_usd="0.120000"),))
    assert failed(verdicts(drawn(1), cheaper, phase(4, PRICES))) == {"shadow-usage"}
    fewer = replace(drawn(5, count=3), calls=drawn(5).calls)
    assert {"shadow-charges", "shadow-usage", "shadow-balances"} <= failed(verdicts(drawn(1), fewer, phase(4, PRICES)))


def test_a_declared_price_explains_the_balances_after_it_and_no_others():
    """Claim: a later charge at the old price may leave another balance; a credit that vanishes beside it may not."""
    old = charge(drawn(1), "clustering", 4)
    new = charge(drawn(5), "clustering", 4)
    assert not failed(verdicts(old, new, phase(4, PRICES)))
    lost = replace(new.ledger[1], balance=new.ledger[1].balance - 1)
    opening, closing = new.accounts["account"]
    wrong = replace(new, ledger=(new.ledger[0], lost), accounts={**new.accounts, "account": (opening, closing - 1)})
    assert failed(verdicts(old, wrong, phase(4, PRICES))) == {"shadow-charges", "shadow-balances"}


def test_a_lost_deduction_is_no_declared_balance():
    """Claim: where two deductions start from the same balance in the new run only, the second one is a difference."""
    old = charge(drawn(1, count=1), "image_generation", 1, model="dall-e-3", cost_usd="0.160000")
    new = charge(drawn(5, count=1), "image_generation", 5, model="dall-e-3", cost_usd="0.160000")
    raced = replace(
        new, ledger=(new.ledger[0], replace(new.ledger[1], balance=95)), accounts={**new.accounts, "account": (100, 95)}
    )
    assert not failed(verdicts(old, new, phase(4, PRICES)))
    found = verdicts(old, raced, phase(4, PRICES))
    assert "shadow-charges" in failed(found)
    assert "follows the one before -> 1 transactions back" in found["shadow-charges"].evidence[0]


def test_going_back_is_declared_by_the_same_phase():
    """Claim: from phase 4 to 3 the declared price is the old run's; at another price it is not declared."""
    back = compared(drawn(5), drawn(1), phase(4, PRICES), backwards=True)
    assert all(one.declared for one in back.differences)
    assert back.differences
    wrong = compared(drawn(6), drawn(1), phase(4, PRICES), backwards=True)
    assert not any(one.declared for one in wrong.differences)


def test_another_model_is_declared_with_its_requests_and_without_their_prompts():
    """Claim: a declared change of model covers model and size of the request; another prompt stays a difference."""
    old, new = drawn(1, model="bria:10@1"), drawn(1, model="runware:97@1")
    assert not failed(verdicts(old, new, phase(7, MODELS)))
    other = replace(new.calls[0], request={**new.calls[0].request, "prompt": "a cat"})
    changed = replace(new, calls=(other, *new.calls[1:]))
    assert failed(verdicts(old, changed, phase(7, MODELS))) == {"shadow-requests"}
    dearer = drawn(2, model="runware:97@1")
    assert {"shadow-charges", "shadow-usage", "shadow-balances"} <= failed(verdicts(old, dearer, phase(7, MODELS)))


def test_a_declared_endpoint_may_answer_otherwise():
    """Claim: expect.api declares an answer by method and path, and no other."""
    old, new = (replace(empty_cell(), http=(HttpExchange(method="GET", path="/m/", status=status, request=None, response=None),)) for status in (404, 200))  # fmt: skip
    assert failed(verdicts(old, new)) == {"shadow-answers"}
    added = ApiChange(change="added", method="GET", path="/m/", why="the page")
    assert not failed(verdicts(old, new, phase(5, api=(added,))))
    assert failed(verdicts(old, new, phase(5, api=(replace(added, path="/other/"),)))) == {"shadow-answers"}


def test_noise_is_unknown_and_subtracts_nothing():
    """Claim: a run that differs from itself makes the comparison unknown, and its real difference is still listed."""
    old, new = lawful_text(), charge(lawful_text(), "clustering", 4)
    again = charge(lawful_text(), "clustering", 2)
    found = verdicts(old, new, again=again)
    assert found["shadow-noise"].status is Status.UNKNOWN
    assert found["shadow-charges"].status is Status.FAIL
    assert "noisy: the old run differs from itself here" in found["shadow-charges"].evidence[0]
    assert worst(verdicts(old, old, again=again).values()) is not Status.PASS


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"settled": False, "settle_reason": "1 task open"}, "did not come to rest: 1 task open"),
        ({"calls": (image_call(1, disposition="unmatched", success=False),)}, "no recording answers"),
    ],
)
def test_equal_failures_are_no_agreement(change: dict, says: str):
    """Claim: two runs that break in the same way are unknown, not the same."""
    broken = replace(lawful_text(), **change)
    found = verdicts(broken, broken)
    assert found["shadow-complete"].status is Status.UNKNOWN
    assert says in found["shadow-complete"].evidence[0]


def test_a_missing_cell_and_an_empty_comparison_are_unknown():
    """Claim: what was not compared does not pass."""
    for old, new in (([lawful_text()], []), ([], [lawful_text()]), ([], [])):
        real = judge.compare(old, new, SCENARIOS, TARGET)
        assert real.unclear
        found = judge.judge(real, real, old="old", new="new")
        assert worst(found) is Status.UNKNOWN


def log(text: str) -> CellHistory:
    line = LogLine(role="worker", level="WARNING", logger="credit_service", message=text)
    return replace(drawn(1), logs=(line,))


SAID = f"{MARKER}: image_generation old=4 new=20 model=dall-e-3 units=4 tokens=0+0"


def seen(old: CellHistory, new: CellHistory) -> list[Mismatch]:
    return logs.seen_between(judge.compare([old], [new], SCENARIOS, TARGET))


def test_what_was_logged_and_seen_agrees_and_names_everything():
    """Claim: operation, model, tokens, old and new stand in the evidence, by difference and by rate card alike."""
    said, unread = logged([log(SAID)], COMPARISON)
    by_card, unclear = seen_by_card([drawn(1)], RATES, 4)
    assert seen(drawn(1), drawn(5)) == by_card == said
    verdict = reconcile(said, by_card, by="here", unread=unread, unclear=unclear)
    assert verdict.status is Status.PASS
    for part in ("+16 credits", "image_generation by dall-e-3", "tokens 0+0", "old=4 new=20"):
        assert part in verdict.evidence[1]


def test_the_plans_own_line_says_less_and_is_enough():
    """Claim: a line with operation, old and new alone finds its partner."""
    said, _ = logged([log(f"{MARKER}: image_generation old=4 new=20")], COMPARISON)
    assert reconcile(said, seen(drawn(1), drawn(5)), by="here").status is Status.PASS


@pytest.mark.parametrize(
    ("text", "new", "says"),
    [
        (SAID, 1, "logged but not seen: +16 credits"),
        ("nothing to report", 5, "seen but not logged: +16 credits"),
        (SAID.replace("new=20", "new=19"), 5, "logged but not seen: +15 credits"),
        (SAID.replace("dall-e-3", "google:4@2"), 5, "logged but not seen: +16 credits"),
        (SAID.replace("0+0", "7+0"), 5, "logged but not seen: +16 credits"),
        (f"{MARKER}: all is well", 1, "logged what cannot be read"),
    ],
)
def test_a_log_that_says_something_else_fails(text: str, new: int, says: str):
    """Claim: logged and not seen, seen and not logged, another price, model or token count, and an unreadable line: each fails."""
    said, unread = logged([log(text)], COMPARISON)
    verdict = reconcile(said, seen(drawn(1), drawn(new)), by="here", unread=unread)
    assert verdict.status is Status.FAIL
    assert says in verdict.evidence[0]


def test_each_target_has_its_own_words_for_it():
    """Claim: the form of harness.toml says what is read; with another, or none, the same line is nobody's."""
    line = log("prices differ for image_generation (was 4, is 20) units=4")
    (one,), unread = logged([line], "prices differ for {operation} (was {old}, is {new})")
    assert (one.operation, one.old, one.new, one.units, unread) == ("image_generation", 4, 20, 4, [])
    assert logged([line], COMPARISON) == logged([line], "") == ([], [])


def test_a_mismatch_logged_twice_is_seen_once():
    """Claim: partners are consumed."""
    cell = log(SAID)
    said, _ = logged([replace(cell, logs=cell.logs * 2)], COMPARISON)
    assert reconcile(said, seen(drawn(1), drawn(5)), by="here").status is Status.FAIL


def test_a_charge_without_a_rule_is_unknown():
    """Claim: what the rate card cannot price does not pass for priced."""
    cell = charge(empty_cell(), "site_structure", 3)
    found, unclear = seen_by_card([cell], RATES, 4)
    assert reconcile([], found, by="here", unclear=unclear).status is Status.UNKNOWN


def test_grants_are_charges_too():
    """Claim: a transaction that is no deduction is compared as well."""
    grant = LedgerRow(id=1, account="account", kind="purchase", operation="", credits=50, balance=150)
    old = replace(empty_cell(), ledger=(grant,), accounts={"account": (100, 150)})
    new = replace(old, ledger=(replace(grant, credits=60, balance=160),), accounts={"account": (100, 160)})
    assert {"shadow-charges", "shadow-balances"} <= failed(verdicts(old, new))
    assert not failed(verdicts(lawful_images(), lawful_images()))
