"""What a cell leaves elsewhere is told once, with what was there before."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from harness.cell.after import side


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stack whose stores the test sets."""
    at: dict[str, Any] = {"redis": {}, "file": {}, "process": [{"web": 1}], "made": (), "open": {}, "shape": []}

    def counted() -> dict[str, int]:
        return at["process"].pop(0) if len(at["process"]) > 1 else at["process"][0]

    monkeypatch.setattr("harness.stack.broker.beside.contents", lambda client, queues: dict(at["redis"]))
    monkeypatch.setattr("harness.stack.database.reset.made", lambda *dbs: at["made"])
    monkeypatch.setattr("harness.stack.database.leftover.left_open", lambda *dbs: at["open"])
    monkeypatch.setattr("harness.stack.database.leftover.reshaped", lambda *dbs: at["shape"])
    stack = SimpleNamespace(written=lambda: dict(at["file"]), counted=counted)
    db = SimpleNamespace(execute=lambda query: None)
    return SimpleNamespace(at=at, stack=stack, db=db, beside=(), redis=None, broker=SimpleNamespace(queues=tuple))


def test_nothing_left_is_nothing_told(live: Any) -> None:
    """Claim: what was there and is the same is no event."""
    live.at["redis"] = {"0 a": 1}
    assert list(side.changed(live, side.stores(live))) == []


def test_what_came_changed_and_went_is_told(live: Any) -> None:
    """Claim: each store has its events, in order."""
    live.at.update(redis={"0 a": 1, "0 b": 2}, file={"x": {}})
    before = side.stores(live)
    live.at.update(
        redis={"0 b": 3},
        file={"x": {}, "y": {}},
        made=("audit",),
        open={"a transaction 1": "SELECT 1"},
        process=[{"web": 2}],
        shape=[("orders column note", None, "text"), ("orders trigger harness_journal", "always", "off")],
    )
    assert [tuple(one.values()) for one in side.changed(live, before)] == [
        ("redis", "0 a", 1, None),
        ("redis", "0 b", 2, 3),
        ("file", "y", None, {}),
        ("process", "web", 1, 2),
        ("made", "audit", None, "there"),
        ("left open", "a transaction 1", None, "SELECT 1"),
        ("schema", "orders column note", None, "text"),
        ("schema", "orders trigger harness_journal", "always", "off"),
    ]


def test_a_process_that_only_ends_is_waited_for(live: Any) -> None:
    """Claim: a pool that puts one process in another's place leaves nothing."""
    before = side.stores(live)
    live.at["process"] = [{"web": 2}, {"web": 2}, {"web": 1}]
    assert list(side.changed(live, before)) == []
