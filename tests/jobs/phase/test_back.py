"""What a phase leaves behind for the code before it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from harness.cell.observe import leave
from harness.core.config import Role
from harness.core.errors import HarnessError, StackError
from harness.core.scenario import Path, Scenario
from harness.jobs.phase import back
from harness.jobs.phase.values import STILL_LIVING, scenario_of
from harness.stack.roles.trace import OFF
from tests.cell.surface import GIVEN, IDS, REFS, Config, Fake, Session, cluster

QUEUED = Scenario(
    id="migration/queued",
    title="x",
    given=replace(GIVEN, tokens={"owner": "token"}),
    when=(cluster(**IDS),),
    paths=(Path.MANUAL,),
)

ROLES = {"web": "http", "slow": "celery", "beat": "line:x", "quick": "celery"}


def queued(monkeypatch: pytest.MonkeyPatch, status: int) -> Fake:
    """The task asked for on a stack that answers `status`."""
    live = Fake()
    monkeypatch.setattr(live, "seed", lambda _: REFS, raising=False)
    live.session, live.db = Session([(status, {"error": "no credits"})]), None
    live.timed = SimpleNamespace(begin=lambda at: None)
    live.stack = SimpleNamespace(kill=lambda role: live.asked.append(("kill", role)), log_mark=lambda: None, trace=OFF)
    live.resting = SimpleNamespace(begin=lambda cell: None)
    roles = {name: Role(name=name, command=("x",), ready=ready, boot="always") for name, ready in ROLES.items()}
    config: Any = SimpleNamespace(auth=Config.auth, tables={}, phase=5, roles=roles)
    leave(live, back._Queued(config, QUEUED, live))
    return live


def test_a_task_is_left_in_the_queue(monkeypatch: pytest.MonkeyPatch):
    """Claim: every worker is gone before anything is asked, and nobody waits for the task."""
    live = queued(monkeypatch, 202)
    assert live.asked == [("kill", "slow"), ("kill", "quick"), ("reset",), ("load", "migration/queued", (), (), None)]
    assert live.session.sent == [("POST", "http://target/cluster/7/", {"ids": [11]}, "Bearer token")]


def test_a_task_that_is_refused_is_no_queued_task(monkeypatch: pytest.MonkeyPatch):
    """Claim: exit code 3 with the answer, so that no rollback passes without a task to serve."""
    with pytest.raises(StackError, match="phase 5 refused to queue a task: 402") as caught:
        queued(monkeypatch, 402)
    assert (caught.value.code, "no credits" in caught.value.hint) == ("phase-queue", True)


def test_a_scenario_that_must_leave_rows_and_is_not_there_is_named():
    """Claim: a phase is not begun without what it is proved on."""
    assert scenario_of({QUEUED.id: QUEUED}, QUEUED.id) is QUEUED
    with pytest.raises(HarnessError, match="there is no scenario migration/still_living") as caught:
        scenario_of({QUEUED.id: QUEUED}, STILL_LIVING)
    assert caught.value.code == "phase-scenario"
