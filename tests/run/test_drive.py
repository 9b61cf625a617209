"""How a run is told, from its start to its end, also where it ends early."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.errors import StackError
from harness.run.drive import told_run
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
