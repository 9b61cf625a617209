"""What no cell visited is counted and named; what was visited is not."""

from __future__ import annotations

from dataclasses import replace

from harness.core.config import Table
from harness.core.history import Change, HttpExchange, Read, RowChange, TaskRun, Transaction
from harness.judge.reach import reach
from tests.judge.ledgers import lawful_text

START = {
    "whole": True,
    "routes": ["GET /parcels/", "POST /parcels/", "GET /parcels/{pk}/", "PUT /parcels/{pk}/", "GET /{a}/by/{b}/"],
    "tasks": ["shop.send", "shop.count"],
}
TABLES = {
    "parcel": Table(kind="parcel", table="parcels", choices={"state": ("new", "sent", "lost")}),
    "price": Table(kind="price", table="prices", choices={"unit": ("kg", "piece")}),
}


def exchange(method: str, path: str, status: int = 200) -> HttpExchange:
    return HttpExchange(method=method, path=path, status=status, request=None, response=None)


CELL = replace(
    lawful_text(((820, 1310),)),
    http=(exchange("POST", "/parcels/?draft=1", 404), exchange("PUT", "/parcels/7/", 405)),
    reads=(Read(caller="owner", path="/parcels/7/", status=401), Read(caller="", path="/parcels/", status=0)),
    tasks=(TaskRun(id="1", name="shop.send"), TaskRun(id="2", name="shop.count", started=False)),
    rows=(RowChange(kind="parcel", op="insert", id=7, before=None, after={"state": "sent"}),),
    transactions=(
        Transaction(
            role="web", changes=(Change(table="parcels", op="insert", id="7", before=None, after={"state": "new"}),)
        ),
    ),
)


def test_what_was_asked_run_and_gone_through_is_reached_and_all_else_is_named():
    """Claim: a refusal is an answer of its route, 405 is none; a message that nobody took ran nothing; a state that a row only went
    through counts; a table that no cell changes has no states."""
    found = reach(START, [CELL], TABLES)
    assert found["routes"].missing == ("GET /parcels/", "PUT /parcels/{pk}/", "GET /{a}/by/{b}/")
    assert found["routes"].share == "2 of 5"
    assert found["tasks"].missing == ("shop.count",)
    assert (found["states"].share, found["states"].missing) == ("2 of 3", ("parcel.state=lost",))


def test_a_part_of_a_run_says_nothing_of_the_whole():
    assert reach({**START, "whole": False}, [CELL], TABLES) == {}
    assert set(reach({"whole": True}, [CELL], TABLES)) == {"states"}
