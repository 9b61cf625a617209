"""The schema's contract: every kind of difference is a line, and nothing compared is never a pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.schema import Table
from harness.core.verdict import Status
from harness.jobs.contracts.judge.schema_drift import check, difference

PRICES = Table(
    columns={"id": "bigint not null", "credits": "integer not null"},
    defaults={"credits": "1"},
    constraints=("PRIMARY KEY (id)", "CHECK ((credits > 0))"),
    indexes=("CREATE UNIQUE INDEX ON USING btree (id)",),
)


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"columns": {**PRICES.columns, "tier": "text"}}, "+ prices.tier text"),
        ({"columns": {"id": "bigint not null"}, "defaults": {}}, "- prices.credits integer not null default 1"),
        ({"columns": {**PRICES.columns, "credits": "integer"}}, "~ prices.credits integer not null default 1 -> integer default 1"),
        ({"columns": {**PRICES.columns, "credits": "bigint not null"}}, "~ prices.credits integer not null default 1 -> bigint not null default 1"),
        ({"defaults": {"credits": "0"}}, "~ prices.credits integer not null default 1 -> integer not null default 0"),
        ({"constraints": PRICES.constraints[:1]}, "- prices: CHECK ((credits > 0))"),
        ({"indexes": (*PRICES.indexes, "CREATE INDEX ON USING btree (credits)")}, "+ prices: CREATE INDEX ON USING btree (credits)"),
        ({"indexes": PRICES.indexes * 2}, "+ prices: CREATE UNIQUE INDEX ON USING btree (id)"),
    ],
)  # fmt: skip
def test_each_change_is_one_line_and_fails(changed: dict, line: str):
    """Claim: type, nullability, default, constraint and index are compared, both ways."""
    after = {"prices": replace(PRICES, **changed)}
    assert difference({"prices": PRICES}, after) == (line,)
    found = check({"prices": PRICES}, after)
    assert (found.status, found.evidence) == (Status.FAIL, (f"the database differs from its contract: {line}",))


def test_tables_come_and_go():
    assert difference({"prices": PRICES}, {})[0] == "- table prices with 2 columns"
    assert difference({}, {"prices": PRICES})[0] == "+ table prices"


def test_the_same_passes_and_nothing_is_not_a_pass():
    """Claim: an empty side shows nothing."""
    assert check({"prices": PRICES}, {"prices": PRICES}).status is Status.PASS
    assert check({}, {}).status is Status.UNKNOWN
    assert check({"prices": PRICES}, {}).status is Status.UNKNOWN
