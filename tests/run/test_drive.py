"""How a run is told, from its start to its end, also where it ends early."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.core.errors import StackError
from harness.run import drive
from harness.run.drive import told_run
from harness.stack.roles.trace import OFF
from harness.store.history import events

START = {"phase": 0, "cells": ["writer/one@manual", "writer/two@manual"]}


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """The folder of a stack whose worker said something."""
    (tmp_path / "stack" / "logs").mkdir(parents=True)
    (tmp_path / "stack" / "logs" / "worker.log").write_text("ready\n")
    return tmp_path / "stack"


def test_a_run_is_told_from_start_to_end(tmp_path: Path, stack: Path):
    """Claim: history and listener hear the same; run.end counts the planned cells and says the seconds as they became."""
    heard, seconds = [], {"boot": 1.0}
    with told_run(tmp_path, lambda *told: heard.append(told), START, run_dir=stack, seconds=seconds) as tell:
        tell("note", {"text": "between"})
        seconds["total"] = 2.0
    assert heard == [
        ("run.start", START),
        ("note", {"text": "between"}),
        ("run.end", {"seconds": {"boot": 1.0, "total": 2.0}, "cells": 2}),
    ]
    kept = list(events(tmp_path / "history.ndjson"))
    assert [event["kind"] for event in kept] == ["run.start", "note", "run.end"]
    assert (tmp_path / "logs" / "worker.log").read_text() == "ready\n"


def test_a_run_that_breaks_has_no_end_but_its_logs(tmp_path: Path, stack: Path):
    """Claim: what a broken stack leaves says that it was cut off, and what its programs said last."""

    def broken() -> None:
        with told_run(tmp_path, lambda *_: None, START, run_dir=stack, seconds={}):
            (stack / "logs" / "worker.log").write_text("ready\nout of memory\n")
            raise StackError("worker ended", hint="read its log", code="role-died")

    with pytest.raises(StackError, match="worker ended"):
        broken()
    assert [event["kind"] for event in events(tmp_path / "history.ndjson")] == ["run.start"]
    assert (tmp_path / "logs" / "worker.log").read_text() == "ready\nout of memory\n"


class Live:
    """A stack on which each cell of a plan ends as `ends` says: "" well, a code, or what a cell left for the next one ("left CODE")."""

    def __init__(self, ends: dict[str, str]) -> None:
        self.ends = ends
        self.late: list[Any] = []
        self.spoilt, self.cold, self.driven = "", "", list[str]()
        self.seen: Any = None
        self.left: StackError | None = None
        self.stack = SimpleNamespace(run_dir=None, timings={}, trace=OFF, memory_bytes=lambda: 1, alive=lambda: True)


def driving(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ends: dict[str, str], tier: str = "processes") -> Any:
    """drive_plan with its stacks played: (the stacks that were booted, the history)."""
    booted: list[Live] = []
    cells = [SimpleNamespace(id=name) for name in ends]
    start = {"phase": 0, "cells": list(ends)}

    @contextmanager
    def boot(*_: Any, **__: Any) -> Iterator[Live]:
        booted.append(Live(ends))
        yield booted[-1]

    def run_cell(_: Any, cell: Any, live: Live, tell: Any) -> None:
        if live.left is not None:
            raise live.left
        scenario, _, path = cell.id.partition("@")
        tell("cell.start", {"scenario": scenario, "path": path, "title": ""})
        for fields in live.late:
            tell("late", fields)
        live.late = []
        live.driven.append(cell.id)
        end = live.ends[cell.id]
        code = end.removeprefix("left ")
        broken = bool(end) and code == end and end != "unsettled"
        tell("cell.end", {"settled": not broken and end != "unsettled", "broken": broken, "seconds": {"drive": 1.0}})
        error = StackError(f"it is {code}", hint="mend it", code=code)
        if broken:
            raise error
        live.left = error if code != end else None

    for name, value in (("boot", boot), ("run_cell", run_cell), ("start_event", lambda *_, **__: start)):
        monkeypatch.setattr(drive, name, value)
    monkeypatch.setattr(drive, "workers_of", lambda *_: 1)
    monkeypatch.setattr(drive, "needs_shell", lambda *_: False)
    monkeypatch.setattr(drive, "_logs_kept", lambda *_: nullcontext())
    island: Any = SimpleNamespace(kind="namespace", why="", run_dir=tmp_path)
    plan: Any = SimpleNamespace(cells=cells, tier=tier)
    drive.drive_plan(None, plan, island, tmp_path, lambda *_: None)  # type: ignore[arg-type]
    return [one.driven for one in booted], list(events(tmp_path / "history.ndjson"))


@pytest.mark.parametrize("end", ["target-silent", "unsettled"])
def test_a_cell_that_broke_its_stack_costs_no_other(monkeypatch, tmp_path, end):
    """Claim: the next one is driven on a fresh stack, and the run comes to its end."""
    booted, told = driving(monkeypatch, tmp_path, {"a/one@manual": "", "a/two@manual": end, "a/three@manual": ""})
    assert booted == [["a/one@manual", "a/two@manual"], ["a/three@manual"]]
    assert told[-1]["kind"] == "run.end"
    assert told[-1]["seconds"]["drive"] == 3.0


def test_what_a_cell_leaves_that_nothing_can_be_put_back_is_its_own(monkeypatch, tmp_path):
    """Claim: the next cell has not begun when that shows: it is driven anew, once, and the one before fails."""
    booted, told = driving(monkeypatch, tmp_path, {"a/one@manual": "left reset-blocked", "a/two@manual": ""})
    assert booted == [["a/one@manual"], ["a/two@manual"]]
    (late,) = (event for event in told if event["kind"] == "late")
    assert (late["of"], late["code"], late["lines"]) == (
        "a/one@manual", "reset-blocked", ["when it was over: it is reset-blocked"],
    )  # fmt: skip


def test_a_stack_that_breaks_again_and_again_is_left(monkeypatch, tmp_path):
    """Claim: three in a row are enough; what was not driven is judged as missing, and what was is judged."""
    names = [f"a/n{n}@manual" for n in range(6)]
    booted, told = driving(monkeypatch, tmp_path, dict.fromkeys(names, "target-silent"))
    assert booted == [[name] for name in names[:3]]
    assert told[-1]["kind"] == "run.end"


def test_a_target_in_this_process_cannot_be_begun_anew(monkeypatch, tmp_path):
    """Claim: the cells behind one that broke are not driven."""
    ends = {"a/one@manual": "target-silent", "a/two@manual": ""}
    assert driving(monkeypatch, tmp_path, ends, "inprocess")[0] == [["a/one@manual"]]
