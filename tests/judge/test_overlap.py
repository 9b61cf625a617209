"""Lost deductions: told exactly where several workers overlapped, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.golden import Golden
from harness.core.history import RowChange
from harness.core.verdict import Status, worst
from harness.judge.checks import judge
from harness.judge.golden.outcome import outcome_of
from harness.judge.laws.journal import rows_agree
from harness.judge.overlap import CHECKER, InTurn, as_judged, in_turn
from tests.judge.ledgers import RATES, SCENARIO, TARGET, context
from tests.judge.overlapping import LOSSY, LOST, TWO, Facts, busy, changed, closing, judged, of, overlapped, row


def test_a_lost_deduction_is_known_wrong_and_the_golden_holds_on_the_rest():
    """The verdict says how many credits of how many deductions; golden and laws pass with the deductions in turn."""
    verdicts = judged([LOST])
    assert worst(verdicts) is Status.PASS, [v for v in verdicts if v.status is not Status.PASS]
    found = of(verdicts, CHECKER)
    assert found.finding == "check-then-deduct"
    assert found.evidence == ("known wrong: check-then-deduct", "account: 10 credits lost, 1 of 3 deductions")
    assert found.credits_delta == -10
    assert of(verdicts, "law-1").evidence == ("account 100000 -83 = 99917, bystander 77 +0 = 77",)
    assert as_judged([LOST], verdicts, TARGET.ledger) == [busy()]


def test_readings_of_a_balance_are_held_against_each_other_as_they_were_read():
    """Claim: with deductions in turn no row is another: a lost one is known wrong where the account's row is watched, and not where the row differs."""

    def seen(held: int):
        before, after = {"id": 1, "credits": 100_000}, {"id": 1, "credits": held}
        account = RowChange(kind="account", op="update", id=1, before=before, after=after, key="id")
        return replace(LOST, rows=(*LOST.rows, account), spans=((0.0, 1.0),))

    (own,) = (closing for name, (_, closing) in LOST.accounts.items() if name == "account")
    scenario = context()
    for held, says in ((own, []), (own + 1, [f"account: its balance is {own}, and {own + 1} by its row"])):
        assert [line for line in rows_agree(seen(held), scenario).evidence if "its balance" in line] == says
        told = of(judged([seen(held)]), "journal")
        assert [line for line in told.evidence if "its balance" in line] == says


def test_the_paths_of_a_scenario_agree_when_one_of_them_lost_a_deduction():
    """Law 12 compares what was judged, so that a lost deduction on one path is told once."""
    verdicts = judged([LOST, busy(path="automation")])
    assert of(verdicts, "law-12").status is Status.PASS
    assert [v.cell for v in verdicts if v.finding] == ["writer/generate_content@manual"]


def test_nothing_is_said_where_nothing_was_lost():
    """Four workers whose deductions came in turn are judged as one worker is."""
    assert judged([busy()]) == judged([busy()], workers=1)


@pytest.mark.parametrize(
    "facts",
    [{"workers": 1}, {"findings": ()}, {"findings": (replace(LOSSY, with_workers=None),)}, {"findings": (replace(LOSSY, with_workers=5),)},
     {"findings": (replace(LOSSY, ends_at_phase=4),), "phase": 4}],
    ids=["one worker", "no finding", "not declared for workers", "more workers declared", "the finding has ended"],
)  # fmt: skip
def test_without_an_open_finding_for_so_many_workers_it_fails_as_ever(facts):
    """Golden and laws fail on what was seen, and nobody speaks of overlapping."""
    verdicts = judged([LOST], **facts)
    assert {v.checker for v in verdicts if v.status is Status.FAIL} == {"golden", "law-1", "law-2"}
    assert of(verdicts, CHECKER) is None


def test_before_its_phase_has_come_the_finding_is_open():
    """The end of a finding is a phase, not its mention."""
    assert worst(judged([LOST], findings=(replace(LOSSY, ends_at_phase=4),), phase=3)) is Status.PASS


REFUSED = {
    "a balance that no read explains": (
        row(LOST, 1, balance=99_960),
        "transaction 2 (content_generation -10) leaves 99960, but no balance before it was 99970",
    ),
    "a balance of the future": (
        row(row(busy(), 0, balance=99_946), 1, balance=99_968),
        "transaction 1 (content_generation -22) leaves 99946, but no balance before it was 99968",
    ),
    "the account holds something else": (
        closing(LOST, -1),
        "the last transaction leaves 99927, the account holds 99926",
    ),
    "a missing transaction": (
        replace(LOST, ledger=LOST.ledger[1:]),
        "transaction 1 (content_generation -10) leaves 99968, but no balance before it was 99978",
    ),
    "the missing last transaction": (
        replace(LOST, ledger=LOST.ledger[:2]),
        "the last transaction leaves 99968, the account holds 99927",
    ),
    "no transaction at all": (
        replace(closing(busy(), -1), ledger=()),
        "the balance went from 100000 to 99916 without a transaction",
    ),
    "a purchase among them": (
        row(LOST, 1, kind="purchase"),
        "transaction 2 is no deduction (purchase -10)",
    ),
    "a refund among them": (
        overlapped(row(busy(), 1, credits=10), (0, 1, 1)),
        "transaction 2 is no deduction (deduction +10)",
    ),
    "one task": (replace(LOST, tasks=LOST.tasks[:1]), f"{TWO} at most 1 of them can be of a task of its own"),
    "more than the account had": (
        overlapped(replace(busy(), accounts={"account": (60, 60)}), (0, 0, 0)),
        "one after the other they leave -23: the last would have been refused",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_lost_deductions_do_not_explain_fails_and_says_why(name):
    """Nothing is put in turn, every law fails as it would with one worker, and one line more says why."""
    cell, why = REFUSED[name]
    assert in_turn(cell, TARGET.ledger) == f"account: {why}"
    verdicts = judged([cell])
    alone = [v for v in judged([cell], workers=1) if v.checker != CHECKER]
    assert [v for v in verdicts if v.checker != CHECKER] == alone
    found = of(verdicts, CHECKER)
    assert (found.status, found.code) == (Status.FAIL, "overlap-unexplained")
    assert found.evidence == (f"this is not (only) check-then-deduct: account: {why}",)
    assert "repeat it with one worker" in found.hint
    assert as_judged([cell], verdicts, TARGET.ledger) == [cell]


@pytest.mark.parametrize(
    ("cell", "also"),
    [
        (overlapped(row(busy(), 1, credits=-11), (0, 1, 1)), "golden, law-4"),
        (overlapped(changed(row(busy(), 1, credits=-11), 1, credits=11), (0, 1, 1)), "golden, law-6"),
        (overlapped(row(busy(), 1, units=2), (0, 1, 1)), "golden, law-4"),
        (replace(LOST, usage=LOST.usage[:2]), "golden, law-4, law-5"),
        (replace(LOST, calls=LOST.calls[:2]), "golden, law-4, law-5"),
        (replace(LOST, settled=False, settle_reason="after 30 s still open"), "settle"),
    ],
    ids=["another amount", "another price", "other units", "a missing usage log", "a missing call", "not at rest"],
)
def test_a_second_defect_beside_a_lost_deduction_fails(cell, also):
    """Balances that are explained excuse nothing that is wrong beside them: the cell fails with all that was seen."""
    assert isinstance(in_turn(cell, TARGET.ledger), InTurn)
    verdicts = judged([cell])
    assert of(verdicts, CHECKER).evidence == (
        f"this is not (only) check-then-deduct: with its deductions in turn, {also} would still not pass",
    )
    failing = {v.checker for v in verdicts if v.status is Status.FAIL}
    assert failing >= {"law-1", "law-2", "golden"}


def test_a_scenario_that_declares_the_finding_itself_stays_as_it_is():
    """Its golden locks the lost deduction: nothing is put in turn there."""
    own = replace(LOSSY, laws={"law-1": ("account: *",), "law-2": ("account: *",)}, scenarios=(SCENARIO.id,))
    locked = Golden(
        scenario=SCENARIO.id, why="", outcome=outcome_of(LOST, SCENARIO, TARGET), known_wrong=("check-then-deduct",)
    )
    scenario = replace(SCENARIO, findings=("check-then-deduct",))
    verdicts = judge(
        [LOST], {SCENARIO.id: scenario}, {SCENARIO.id: locked}, RATES, {own.id: own}, Facts, 0,
        planned=[LOST.cell], workers=4,
    )  # fmt: skip
    assert worst(verdicts) is Status.PASS
    assert {v.checker for v in verdicts if v.finding} == {"law-1", "law-2"}


def test_where_somebody_holds_rows_a_lost_deduction_is_the_finding_that_says_so():
    """Claim: with one worker, in the world in which somebody writes beside the target, and in no other one."""

    def said(variation: str, **more: int) -> tuple[Status, str]:
        finding = replace(LOSSY, **more)
        lost = replace(LOST, variation=variation, cell=f"{LOST.cell}~{variation}")
        found = of(judged([lost], workers=1, findings=(finding,)), "law-1")
        return found.status, found.finding

    assert said("contended") == (Status.PASS, "check-then-deduct")
    assert said("again")[0] is Status.FAIL
    assert said("contended", ends_at_phase=-1)[0] is Status.FAIL
