"""What a phase leaves behind for the code before it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from harness.cell.observe import leave
from harness.core.errors import StackError
from harness.core.scenario import Path, Scenario
from harness.jobs.phase import back
from tests.cell.surface import GIVEN, IDS, REFS, Config, Fake, Session, cluster

QUEUED = Scenario(
    id="migration/queued",
    title="x",
    given=replace(GIVEN, tokens={"owner": "token"}),
    when=(cluster(**IDS),),
    paths=(Path.MANUAL,),
)


def queued(monkeypatch: pytest.MonkeyPatch, status: int) -> Fake:
    """The task asked for on a stack that answers `status`."""
    live = Fake()
    monkeypatch.setattr(live, "seed", lambda _: REFS, raising=False)
    live.session, live.db = Session([(status, {"error": "no credits"})]), None
    live.stack = SimpleNamespace(kill=lambda role: live.asked.append(("kill", role)), log_mark=lambda: None)
    config: Any = SimpleNamespace(auth=Config.auth, tables={}, phase=5)
    leave(live, back._Queued(config, QUEUED, live))
    return live


def test_a_task_is_left_in_the_queue(monkeypatch: pytest.MonkeyPatch):
    """Claim: the worker is gone before anything is asked, and nobody waits for the task."""
    live = queued(monkeypatch, 202)
    assert live.asked == [("kill", "worker"), ("reset",), ("load", "migration/queued", (), ())]
    assert live.session.sent == [("POST", "http://target/cluster/7/", {"ids": [11]}, "Bearer token")]


def test_a_task_that_is_refused_is_no_queued_task(monkeypatch: pytest.MonkeyPatch):
    """Claim: exit code 3 with the answer, so that no rollback passes without a task to serve."""
    with pytest.raises(StackError, match="phase 5 refused to queue a task: 402") as caught:
        queued(monkeypatch, 402)
    assert (caught.value.code, "no credits" in caught.value.hint) == ("phase-queue", True)
