"""Names instead of ids, whatever the keys are called and made of."""

from __future__ import annotations

from dataclasses import replace

from harness.core.history import RowChange
from harness.judge.golden.aliases import content, name_rows, named

WALLET, OTHER = "6f1c2f0e-6e0b-4c53-9c1f-0d4f2a2a4a10", "00000000-6e0b-4c53-9c1f-0d4f2a2a4a10"


def movement(uid, wallet, **values):
    after = {"uid": uid, "belongs_to": wallet, **values}
    return RowChange(
        kind="movement", op="insert", id=uid, before=None, after=after, key="uid", links={"belongs_to": "wallet"}
    )


def test_a_column_points_where_the_database_says():
    """Claim: what points at a seeded row by a key of any make is called by the row's name, and its own key is left out."""
    names = name_rows((), {"purse": {"kind": "wallet", "id": WALLET}})
    assert content(movement("x", WALLET, n=1), names) == '{"belongs_to": "<purse>", "n": 1}'
    assert content(movement("x", OTHER, n=1), names) == '{"belongs_to": "<uuid>", "n": 1}'
    assert content(replace(movement("x", WALLET), links={}), names) == '{"belongs_to": "<uuid>"}'
    assert named({"wallet_id": WALLET, "note_id": WALLET}, names) == {"wallet_id": "<purse>", "note_id": "<uuid>"}


def test_equal_rows_are_numbered_as_they_were_written():
    """Claim: random keys do not decide which of two equal rows is the first."""
    for first, second in ((WALLET, OTHER), (OTHER, WALLET)):
        names = name_rows((movement(first, None), movement(second, None)), {})
        assert names == {("movement", first): "<movement:1>", ("movement", second): "<movement:2>"}
