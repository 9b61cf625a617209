"""The stack boots in containers and has the abilities of the processes tier; cells hold their goldens on it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import requests

from harness.core.config import Config
from harness.core.verdict import Status
from harness.judge import overlap
from harness.stack import docker
from harness.stack.docker.running import DockerStack
from harness.stack.roles.console import Console
from tests.stack.docker.conftest import await_nothing, drive, fake_of

pytestmark = pytest.mark.docker

CELLS = ("planner/cluster_keywords", "writer/generate_images_default@manual", "linker/generate_links@direct")
OVERLAPPING = ("automation/full_run@automation", "automation/pause_resume@automation")
"""Their image queues are paid by one account."""


def test_cells_hold_the_same_goldens_as_in_the_processes_tier(
    config: Config, stack: DockerStack, tmp_path: Path
) -> None:
    """Claim: HTTP, Celery and direct calls driven on containers give exactly the locked outcomes."""
    result = drive(config, stack, tmp_path / "run", CELLS)
    assert len(result.history.cells) >= 3
    assert all(cell.calls for cell in result.history.cells), "these scenarios call a provider"
    assert [verdict for verdict in result.verdicts if verdict.status not in (Status.PASS, Status.NOT_ASKED)] == []


@pytest.mark.timeout(900)
def test_four_workers_give_the_same_goldens_as_one(api: Any, config: Config, tmp_path: Path) -> None:
    """Claim: four worker containers, each up, and the goldens hold, also where one account pays for tasks that overlap:
    a deduction that was lost there is told as known wrong, and nothing else may differ.
    """
    with docker.boot(config, fake=fake_of(config), workers=4) as stack:
        assert [one.name for one in stack.roles["worker"]] == ["worker-1", "worker-2", "worker-3", "worker-4"]
        result = drive(config, stack, tmp_path / "run", (*CELLS, *OVERLAPPING), workers=4)
        run = stack.place.run
        begun = time.monotonic()
    took_s = time.monotonic() - begun
    assert result.history.workers == 4
    beyond = [verdict for verdict in result.verdicts if verdict.checker == "surface"]
    assert {verdict.status for verdict in beyond} == {Status.NOT_ASKED}, "several workers have no order"
    assert [
        verdict
        for verdict in result.verdicts
        if verdict not in beyond and verdict.status not in (Status.PASS, Status.NOT_ASKED)
    ] == []
    lost = {verdict.cell for verdict in result.verdicts if verdict.checker == overlap.CHECKER}
    assert lost <= set(OVERLAPPING), "one task at a time loses nothing"
    await_nothing(api, run, 0)
    print(f"teardown of four workers: {took_s:.2f} s")


def test_a_killed_role_is_started_again(stack: DockerStack) -> None:
    """Claim: kill ends the role's container at once, start brings another that is ready; the stack counts as alive."""
    before = stack.role("worker").id
    stack.kill("worker")
    assert "worker" not in stack.roles
    after = stack.start("worker")
    assert after.id != before
    assert stack.alive()
    assert stack.children("worker"), "the pool of the new worker"


def test_the_targets_shell_answers_over_its_pipe(config: Config, stack: DockerStack) -> None:
    """Claim: what the shell prints is its log and never an answer; its end is noticed."""
    console = Console(stack.spawn, config.manage)
    answer = console.call("print('noise')\nimport os\nresult = os.environ['DB_HOST']")
    assert answer == {"ok": True, "value": "postgres"}
    console.close()
    assert "noise" in stack.log("console").read_text()


def test_the_door_carries_much_and_says_no_when_nobody_listens(stack: DockerStack) -> None:
    """Claim: eight megabytes arrive whole in both directions; a connection to nowhere is closed, and the door lives on."""
    text = "x" * (8 << 20)
    (back,) = stack.db.execute("SELECT %s::text", [text]).fetchone()
    assert back == text
    port = stack.door.tcp("tcp:valkey:1")
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{port}/", timeout=10)
    assert stack.db.execute("SELECT 1").fetchone() == (1,)


def test_logs_and_memory_are_those_of_the_containers(stack: DockerStack) -> None:
    """Claim: each role's words are in its own file as lines with a level; memory is above what any of them needs alone."""
    lines = stack.logs_since({})
    assert any(line.role == "worker" and line.level == "INFO" for line in lines)
    assert {"door", "fake", "postgres", "valkey", "web", "worker"} <= {
        path.stem for path in stack.log("web").parent.glob("*.log")
    }
    assert stack.memory_bytes() > 100 << 20


def test_the_fake_s_authority_is_there_for_the_asking(stack: DockerStack) -> None:
    """Claim: the bundle on this side is the one certificate that the roles trust."""
    text = stack.ca_bundle.read_text()
    assert text.count("BEGIN CERTIFICATE") == 1
