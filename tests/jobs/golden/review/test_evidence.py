"""Beside a change stands each charge that is another one, the call that it pays for, and who can have written it."""

from __future__ import annotations

from dataclasses import replace

from harness.core.history import HttpExchange, TaskRun
from harness.jobs.golden.review.evidence import changed
from tests.jobs.golden.stored_runs import outcome
from tests.judge.ledgers import SCENARIO, TARGET, lawful_images, lawful_text

TAKING = replace(TARGET, takers=frozenset({"worker"}))


def shown(cell, locked=None, target=TAKING):
    return changed(cell, SCENARIO, target, None if locked is None else outcome(locked), outcome(cell))


def test_only_what_is_not_as_it_was_is_shown():
    """Claim: of two charges the dearer one alone, with its log and its own call; the balance that follows from it is no change of the other."""
    before, after = lawful_text(((820, 1310), (100, 200))), lawful_text(((820, 1710), (100, 200)))
    (found,) = shown(after, before)
    assert (found.row.credits, found.log.tokens_out, [call.n for call in found.calls]) == (-26, 1710, [1])
    assert shown(before, before) == ()


def test_of_what_is_new_all_is_shown():
    assert [charge.row.credits for charge in shown(lawful_text(((820, 1310), (100, 200))))] == [-22, -3]


def test_two_charges_of_the_same_tokens_pay_for_a_call_each():
    found = shown(lawful_text(((820, 1310), (820, 1310))))
    assert [[call.n for call in charge.calls] for charge in found] == [[1], [2]]


def test_a_charge_for_images_pays_for_as_many_calls_as_drew_them():
    (found,) = shown(lawful_images(4))
    assert [call.n for call in found.calls] == [1, 2, 3, 4]


def test_a_log_that_keeps_the_id_of_its_request_pays_for_that_one():
    """Claim: though another call has the same tokens."""
    cell = lawful_text(((820, 1310), (820, 1310)))
    first, second = cell.calls
    calls = (replace(first, request_ids=("two",)), replace(second, request_ids=("one",)))
    usage = tuple(replace(log, request=name) for log, name in zip(cell.usage, ("one", "two"), strict=True))
    assert [[call.n for call in charge.calls] for charge in shown(replace(cell, calls=calls, usage=usage))] == [[2], [1]]  # fmt: skip


def test_a_call_that_failed_is_paid_for_by_nothing():
    cell = lawful_text()
    (found,) = shown(replace(cell, calls=(replace(cell.calls[0], success=False),)))
    assert found.calls == ()


def test_the_journal_says_which_role_wrote_it_and_the_result_of_which_task():
    """Claim: of several tasks the one that reports these credits; where none does, all that ran."""
    cell = lawful_text()
    other, own = TaskRun(id="t2", name="tick"), TaskRun(id="t3", name="write", result={"credits_used": 22})
    never = TaskRun(id="t4", name="later", started=False)
    (found,) = shown(replace(cell, tasks=(other, own, never)))
    assert (found.role, found.tasks) == ("worker", (own,))
    (found,) = shown(replace(cell, tasks=(other, never)))
    assert found.tasks == (other,)


def test_what_a_role_wrote_that_takes_no_tasks_is_of_no_task():
    """Claim: it is of a request then; one that only reads is none."""
    asked = lawful_text().http[0]
    cell = replace(lawful_text(), http=(asked, HttpExchange(method="GET", path="/", status=200, request=None, response=None)))  # fmt: skip
    (found,) = shown(cell, target=TARGET)
    assert (found.role, found.tasks, found.requests) == ("worker", (), (asked,))


def test_without_a_journal_nobody_is_named_as_the_writer():
    (found,) = shown(replace(lawful_text(), transactions=()))
    assert (found.role, [task.name for task in found.tasks]) == ("", ["run_ai_task"])
