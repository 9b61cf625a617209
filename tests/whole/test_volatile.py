"""What varies is left out by field, and nothing else is: a third run that differs elsewhere is seen to."""

from __future__ import annotations

import json
from typing import Any

from tests.whole import volatile


def run(*lines: dict[str, Any]) -> volatile.Cells:
    return {
        "orders/refund@manual": [json.dumps({"is": "row", "op": "insert", **line}, sort_keys=True) for line in lines]
    }


def usage(ms: int, credits: int = 5, row: str = "<usage:1>") -> dict[str, Any]:
    return {"table": "usage", "row": row, "after": {"ms": ms, "credits": credits, "steps": [{"ms": ms}, {"ms": 0}]}}


MS = {("row usage insert", ".after.ms"), ("row usage insert", ".after.steps.*.ms")}


def same(third: volatile.Cells, first: volatile.Cells, fields: frozenset[volatile.Field]) -> bool:
    return volatile.without(third, fields) == volatile.without(first, fields)


def test_a_field_that_differs_between_two_runs_is_left_out_by_its_kind():
    """Claim: with any value, also in a list; the numbers of rows in that cell with it."""
    first, other = run(usage(12), usage(0, 7, "<usage:2>")), run(usage(13), usage(0, 7, "<usage:2>"))
    fields = volatile.learned(first, other)
    assert fields == MS
    assert same(run(usage(900, 7), usage(4, 5, "<usage:2>")), first, fields)


def test_a_third_run_that_did_something_else_is_seen():
    """Claim: another charge, an event more, an event less, the same field of another kind."""
    first, other = (
        run(usage(12), {"table": "order", "after": {"ms": 1}}),
        run(usage(13), {"table": "order", "after": {"ms": 1}}),
    )
    fields = volatile.learned(first, other)
    assert fields == MS
    more = {"table": "order", "after": {"ms": 1}}
    for third in (
        run(usage(14, 6), more),
        run(usage(14), usage(14), more),
        run(usage(14)),
        run(usage(14), {"table": "order", "after": {"ms": 2}}),
    ):
        assert not same(third, first, fields)


def test_two_runs_that_are_alike_leave_nothing_out():
    """Claim: then the order of lines and the numbers count, too."""
    first = run(usage(1), usage(2, row="<usage:2>"))
    assert volatile.learned(first, first) == frozenset()
    assert not same(run(usage(2, row="<usage:2>"), usage(1)), first, frozenset())
