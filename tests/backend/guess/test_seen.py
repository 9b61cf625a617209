"""What happened says where a ledger stands that is called like none: the number that fell, and the row that says as much."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.backend.guess import money, seen, settings
from harness.backend.guess.money import Money
from harness.core.history import Change, Transaction
from harness.core.look.django import Django
from tests.backend.look import conftest

MODELS = """
from django.db import models

class Room(models.Model):
    beans = models.IntegerField(default=0)
    visits = models.IntegerField(default=0)

class BeanMove(models.Model):
    room = models.ForeignKey(Room, models.CASCADE)
    by = models.IntegerField()
    reason = models.CharField(max_length=9)

class Bill(models.Model):
    room = models.ForeignKey(Room, models.CASCADE)
    sum = models.IntegerField()
"""
UNKNOWN = Money(balance=None, movements=None, usage=None)


@pytest.fixture(scope="module")
def django(tmp_path_factory: pytest.TempPathFactory) -> Django:
    files = {
        "shop/settings.py": conftest.SETTINGS.replace("INSTALLED_APPS = []", 'INSTALLED_APPS = ["shop"]'),
        "shop/models.py": MODELS,
    }
    folder: Path = tmp_path_factory.mktemp("seen") / "target"
    return conftest.looked(conftest.write(folder, files)).django


def _did(*changes: tuple[str, Mapping[str, str] | None, Mapping[str, str] | None], called: bool = True) -> seen.Moved:
    one = Transaction(role="worker", changes=tuple(Change(table=table, op="update" if before else "insert", id="7", before=before, after=after) for table, before, after in changes))  # fmt: skip
    return seen.Moved(*seen.numbers_of([one]), called)


ROOM = ("shop_room", {"beans": "1000", "visits": "4"}, {"beans": "997", "visits": "5"})
TAKEN = ("shop_beanmove", None, {"id": "7", "room_id": "1", "by": "-3", "reason": "x"})
BILLED = ("shop_bill", None, {"id": "9", "room_id": "1", "sum": "3"})


def test_the_number_that_fell_is_the_balance(django: Django):
    """Claim: of ways that asked a provider, whatever it is called; what rose is none, and who asked nobody counts only where nobody did."""
    assert money.guess(django).balance is None  # no name says it
    idle = _did(("shop_room", {"visits": "9"}, {"visits": "1"}), called=False)
    found = seen.better(UNKNOWN, django, [idle, idle, _did(ROOM)])
    assert found is not None
    assert settings.ledger(found, django) == {
        "accounts": "room",
        "balance": {"table": "room", "column": "beans", "account": "id"},
    }
    assert found.balance is not None
    assert found.balance.by_fall
    assert seen.better(UNKNOWN, django, [_did(("shop_room", {"beans": "1"}, {"beans": "2"}))]) is None


def test_of_two_numbers_that_fell_it_is_the_one_that_a_row_speaks_of(django: Django):
    """Claim: how long something took may fall, too; no row says so."""
    both = ("shop_room", {"beans": "1000", "visits": "90"}, {"beans": "900", "visits": "87"})
    found = seen.better(UNKNOWN, django, [_did(both, TAKEN)])
    assert found is not None
    assert found.balance is not None
    assert found.balance.columns["column"] == "visits"


def test_a_row_that_says_what_fell_is_a_movement_or_a_log(django: Django):
    """Claim: with its sign it is a movement, without it a log of what was used; one that agrees by chance in one way alone is neither."""
    known = seen.better(UNKNOWN, django, [_did(ROOM)])
    assert known is not None
    moved = seen.better(known, django, [_did(ROOM, TAKEN), _did(ROOM, TAKEN, BILLED)])
    assert moved is not None
    assert settings.ledger(moved, django)["movements"] == {"table": "bean_move", "amount": "by", "type": "reason", "account": "room_id"}  # fmt: skip
    assert seen.better(moved, django, [_did(ROOM, TAKEN)]) is None
    logged = seen.better(known, django, [_did(ROOM, BILLED)])
    assert logged is not None
    assert settings.ledger(logged, django)["usage"] == {"table": "bill", "credits": "sum", "account": "room_id"}
    assert seen.better(known, django, [_did(ROOM, TAKEN), _did(ROOM, BILLED)]) is None


def test_numbers_are_net_of_all_that_was_committed():
    """Claim: taken and given back is no fall, taken in two parts is one, and a row that is new is written, not fallen."""
    room = [("shop_room", {"beans": a}, {"beans": b}) for a, b in (("10", "7"), ("7", "10"), ("10", "9"), ("9", "8"))]
    fell, wrote = seen.numbers_of([Transaction(role="", changes=tuple(Change(table=t, op="update", id="1", before=b, after=a) for t, b, a in room))])  # fmt: skip
    assert (fell, wrote) == ((("shop_room", "beans", "2"),), ())
    new = Change(table="public.shop_bill", op="insert", id="2", before=None, after={"sum": "5", "why": "five"})
    less = Change(table="public.shop_bill", op="update", id="2", before={"sum": "5"}, after={"sum": "4"})
    assert seen.numbers_of([Transaction(role="", changes=(new, less))]) == ((), (("shop_bill", "sum", "4"),))
