"""Laws 7, 9 and 11: old rows stay, others are left alone, nothing is left in progress."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.finding import Finding
from harness.core.history import RowChange
from harness.core.scenario import Row
from harness.core.verdict import Status
from tests.judge.laws.breaking import LAWS, broken
from tests.judge.ledgers import (
    SCENARIO,
    charge,
    context,
    empty_cell,
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


def test_law_9_lets_an_account_come_that_was_not_there():
    """What comes with an account that came in the cell is nobody else's; a bystander's is told beside it."""
    rows = (
        RowChange(kind="account", op="insert", id=7, before=None, after={"id": 7}),
        RowChange(kind="task", op="insert", id=9, before=None, after={"account_id": 7, "status": "queued"}),
    )
    there = {**empty_cell().accounts, "account+1": (0, 9)}
    cell = charge(replace(empty_cell(), rows=rows, accounts=there), "content_generation", 5, account="account+1")
    assert "account+1: a transaction of -5 credits (content_generation)" in broken("law-9", cell)
    came = replace(cell, born={"7": "account+1"})
    assert LAWS["law-9"](came, context()).status is Status.PASS
    other = RowChange(kind="task", op="update", id=9, before={"account_id": 2}, after={"account_id": 2})
    assert broken("law-9", replace(came, rows=(*rows, other))) == ["bystander: task update x1"]


def test_law_9_does_not_know_who_acts_when_nothing_says_so():
    """With several accounts and no token in the scenario the law cannot tell them apart."""
    nobody = replace(SCENARIO, given=replace(SCENARIO.given, rows=(), actor="nobody"))
    assert LAWS["law-9"](empty_cell(), context(nobody)).status is Status.UNKNOWN


def test_law_9_shows_who_paid_for_a_request_of_nobody():
    """Where a request carries no credential no account may change, and when none did, that is known."""
    nobody = replace(empty_cell(), variation="nobody")
    assert LAWS["law-9"](nobody, context()).status is Status.PASS
    owner = next(name for name in nobody.accounts if name != "bystander")
    charged = charge(nobody, "content_generation", 5, account=owner)
    assert broken("law-9", charged)[0].startswith(f"{owner}: balance ")


def test_law_9_takes_a_schedule_for_a_wish():
    """On the scheduled path the account of a schedule row is an actor too."""
    rows = (*SCENARIO.given.rows, Row(kind="schedule", name="due", values={"account_id": SCENARIO.given.rows[3].values["account_id"]}, asks=True))  # fmt: skip
    scenario = replace(SCENARIO, given=replace(SCENARIO.given, rows=rows))
    cell = charge(empty_cell("scheduled"), "content_generation", 5, account="bystander")
    assert LAWS["law-9"](cell, context(scenario)).status is Status.PASS
    assert LAWS["law-9"](replace(cell, path="manual"), context(scenario)).status is Status.FAIL


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
    finding = Finding(id="f", title="", laws={"law-11": ("* left *",)}, scenarios=(SCENARIO.id,), evidence="")
    assert broken("law-11", stuck(), scenario=scenario, findings=(finding,)) == ["task left in_progress x2"]
