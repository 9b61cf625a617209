"""Law 15: a movement, its usage log and the balance come in one transaction."""

from dataclasses import replace

import pytest

from harness.core.config import Table
from harness.core.history import Change, Transaction
from harness.core.ledger import Ledger, Part
from harness.core.verdict import Status
from harness.judge.facts import Target
from harness.judge.laws.atomic import charge_is_one_transaction
from tests.judge.ledgers import SCENARIO, lawful_text

CELL = lawful_text(((820, 1310),))
LEDGER = Ledger(
    accounts="account",
    balance=Part(kind="account", columns={"column": "credits", "account": "id"}),
    movements=Part(kind="entry", columns={"amount": "amount"}),
    usage=Part(kind="log", columns={"credits": "credits"}),
)
TARGET_OF = Target(
    tables={kind: Table(kind=kind, table=f"shop_{kind}") for kind in ("account", "entry", "log")}, ledger=LEDGER
)

BALANCE = Change(table="shop_account", op="update", id="1", before={"credits": "100"}, after={"credits": "80"})
MOVED = Change(table="shop_entry", op="insert", id=str(CELL.ledger[0].id), before=None, after={"amount": "-20"})
LOGGED = Change(table="shop_log", op="insert", id=str(CELL.usage[0].id), before=None, after={"credits": "20"})
TOUCHED = replace(BALANCE, before={"updated_at": "1"}, after={"updated_at": "2"})


def result(*transactions):
    class Asked:
        target, scenario = TARGET_OF, SCENARIO

    journal = tuple(Transaction(role="worker", changes=changes) for changes in transactions)
    return charge_is_one_transaction(replace(CELL, transactions=journal), Asked())


def test_in_one_transaction():
    assert result((BALANCE, LOGGED, MOVED)).status is Status.PASS


def test_of_two_writers_at_a_time_the_second_may_leave_the_balance_as_it_is():
    assert result((BALANCE, LOGGED, MOVED), (TOUCHED,)).status is Status.PASS
    assert result((TOUCHED, LOGGED, MOVED)).status is Status.PASS


@pytest.mark.parametrize(
    ("transactions", "said"),
    [
        (((BALANCE,), (LOGGED, MOVED)), "changes no balance"),
        (((BALANCE,), (LOGGED, MOVED)), "a balance is changed in a transaction that writes no movement: 100 -> 80"),
        (((BALANCE, MOVED), (LOGGED,)), "usage log of"),
        (((LOGGED,), (BALANCE, MOVED)), "usage log of"),
    ],
)
def test_split_over_two(transactions, said):
    found = result(*transactions)
    assert found.status is Status.FAIL
    assert any(said in line for line in found.evidence), found.evidence


def test_without_a_journal_nobody_can_tell_and_of_a_stack_that_keeps_none_nothing_is_asked():
    class Asked:
        target, scenario = TARGET_OF, SCENARIO

    none = replace(CELL, transactions=())
    assert charge_is_one_transaction(replace(none, spans=((1.0, 2.0),)), Asked()).status is Status.UNKNOWN
    assert charge_is_one_transaction(none, Asked()).status is Status.NOT_ASKED
