"""More than one machine: whoever drives the cells, and whoever dies over them, it is the run that one machine makes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from harness.backend import description
from harness.jobs.worker import desk
from harness.judge.golden import canonical
from harness.run.judged import as_driven
from harness.stack.isolation.supervise import descendants
from harness.store import history
from tests import preloaded
from tests.jobs.worker import broker
from tests.looking import LIMIT_S, eventually
from tests.whole import workshop
from tests.whole.workshop import Workshop

pytestmark = [pytest.mark.slow, pytest.mark.stack]

SLOW = "writer/content_provider_timeout"
"""Each of its cells waits three quarters of a second for a provider that does not answer: long enough to be killed in."""
CELLS = ("linker/generate_links", "planner/cluster_keywords", SLOW)
WORDS = [word for cell in CELLS for word in ("--only", cell)]


@dataclass(slots=True, kw_only=True)
class Team:
    """Two workers on one Redis; `workers` by the name under which they take cells."""

    shop: Workshop
    url: str
    client: redis.Redis
    workers: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def verify(self, *words: str) -> subprocess.Popen[str]:
        return started(self.shop, "verify", "--on", self.url, *words)

    def taken(self) -> dict[str, str]:
        """cell -> worker, of the run that is going on."""
        runs = [key.decode().split(":")[2] for key in self.client.keys("igny8-harness:run:*:claims")]
        return {
            cell: worker for run in runs for cell, (_, worker, held) in desk.claims(self.client, run).items() if held
        }


def started(shop: Workshop, *words: str) -> subprocess.Popen[str]:
    return preloaded.Program(
        [*workshop.COMMAND, *workshop.plainly(words)], cwd=shop.folder, env=shop.environment(), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip


def gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, warm: Workshop) -> Iterator[Team]:
    with ExitStack() as cleanup:
        url = cleanup.enter_context(broker.serving(tmp_path_factory.mktemp("valkey")))
        made = Team(shop=warm, url=url, client=desk.connect(url))
        for _ in range(2):
            process = started(warm, "worker", "--broker", url)
            cleanup.callback(process.communicate)
            cleanup.callback(process.kill)
            line = process.stdout.readline()
            name = re.fullmatch(rf"worker (\S+) waits for cells at {re.escape(url)}\n", line)
            assert name, line + process.stdout.read()
            made.workers[name[1]] = process
        yield made


@pytest.fixture(scope="module")
def local(warm: Workshop) -> Path:
    """The same plan, driven by one machine."""
    told = warm.harness("verify", *WORDS, "--runs", "local")
    assert told.code == 0, told.out + told.err
    return (warm.folder / "local" / "latest").resolve()


def same(shop: Workshop, one: Path, two: Path) -> None:
    """Both runs have the same canonical history, byte for byte, and the same verdicts."""
    ledger = as_driven(description.load(shop.config), one).ledger
    left, right = (canonical.canonical_bytes(history.events(run / "history.ndjson"), ledger) for run in (one, two))
    assert left.decode().splitlines() == right.decode().splitlines()
    found = [json.loads((run / "verdict.json").read_text()) for run in (one, two)]
    assert found[0]["canonical_sha256"] == found[1]["canonical_sha256"]
    assert verdicts(found[0]) == verdicts(found[1])


def verdicts(body: dict) -> list[tuple[str, str, str, list[str]]]:
    return sorted((one["cell"], one["checker"], one["status"], one["evidence"]) for one in body["verdicts"])


def test_two_shards_merged_are_one_run(warm: Workshop, local: Path):
    """Claim: neither says that the whole passed; the merge does, with the canonical history of an unsharded run."""
    for n in ("1/2", "2/2"):
        told = warm.harness("verify", *WORDS, "--shard", n, "--runs", f"shard{n[0]}")
        assert told.code == 0, told.out + told.err
        assert told.out.splitlines()[-1] == f"SHARD {n} PASS: a part, harness report merge judges the whole"
    told = warm.harness("report", "merge", "shard2/latest", "shard1/latest", "--runs", "merged")
    assert told.code == 0, told.out + told.err
    assert told.out.splitlines()[-1].startswith("PASS: a part, ")
    same(warm, local, warm.folder / "merged" / "latest")
    alone = warm.harness("report", "merge", "shard1/latest", "--runs", "alone")
    assert alone.code == 2
    assert "shard 2/2 is missing" in alone.err
    assert warm.harness("report", "merge", "shard1/latest", "--partial", "--runs", "alone").code == 1


def test_a_worker_with_other_code_is_refused(team: Team, tmp_path: Path, cache: Path):
    """Claim: before a cell is sent, naming the worker and what differs."""
    other = workshop.set_up(tmp_path / "other", cache, backend=False, copies=("scenarios",))
    with (other.folder / "scenarios" / "planner" / "create_tasks.py").open("a") as file:
        file.write("\n# changed\n")
    told = other.harness("verify", "--on", team.url, *WORDS)
    assert told.code == 2, told.out + told.err
    assert re.search(r"error: worker \S+ has other code than this machine: harness.toml, scenarios\n", told.err)
    assert " code: remote-code" in told.err
    assert team.client.llen("igny8-harness:cells") == 0


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_verify_takes_its_cells_back(team: Team, number: signal.Signals, exit_code: int):
    """Claim: Ctrl-C ends it with 130, SIGTERM with 143; nothing of the run is left in Redis, and its queued cells are not driven."""
    verify = team.verify(*WORDS)
    eventually(team.taken, "no worker took a cell")
    verify.send_signal(number)
    out, _ = verify.communicate(timeout=LIMIT_S)
    assert verify.returncode == exit_code, out
    eventually(lambda: not team.client.keys("igny8-harness:run:*"), "something of the run is left")
    eventually(lambda: not team.client.llen("igny8-harness:cells"), "cells of a run that is gone stay queued")


def test_a_worker_killed_in_a_cell_costs_only_that_cell(team: Team, local: Path):
    """Claim: the other worker drives it again; verdict and canonical history are those of one machine, no cell is lost
    or counted twice, and nothing of the killed worker's stack is left."""
    verify = team.verify(*WORDS, "--runs", "remote")
    seen: dict[str, set[str]] = {name: set() for name in team.workers}

    def in_a_slow_cell() -> tuple[str, str] | None:
        for cell, worker in team.taken().items():
            seen[worker].add(cell)
            if cell.startswith(SLOW) and len(seen[worker]) > 1:
                return worker, cell
        return None

    victim, cell = eventually(in_a_slow_cell, "no worker came to a slow cell")
    process = team.workers.pop(victim)
    below = descendants(process.pid)
    process.kill()
    assert len(below) > 8, "the victim had no stack"
    eventually(lambda: gone(below), "the killed worker's stack lives on")
    out, _ = verify.communicate(timeout=LIMIT_S)
    assert verify.returncode == 0, out
    assert out.splitlines()[-1].startswith("PASS: a part, ")
    run = (team.shop.folder / "remote" / "latest").resolve()
    same(team.shop, local, run)
    events = list(history.events(run / "history.ndjson"))
    remote = events[-1]["remote"]
    assert remote["lost"] == [{"cell": cell, "worker": victim, "attempt": 1}]
    assert (remote["workers"], remote["late"]) == (2, 0)
    driven = [f"{event['scenario']}@{event['path']}" for event in events if event["kind"] == "cell.end"]
    assert driven == events[0]["cells"]
    parts = {event["name"]: event["cells"] for event in events if event["kind"] == "part"}
    assert sorted(cell for cells in parts.values() for cell in cells) == sorted(driven)
    assert cell not in parts[victim]


def test_a_worker_that_is_told_to_end_ends_its_cell_first(team: Team):
    """Claim: SIGTERM in the middle of a cell: verify gets it, the worker exits with 0 and leaves nothing."""
    (process,) = team.workers.values()
    verify = team.verify("--only", f"{SLOW}@manual", "--runs", "last")
    eventually(team.taken, "the worker did not take the cell")
    below = descendants(process.pid)
    process.terminate()
    out, _ = verify.communicate(timeout=LIMIT_S)
    assert verify.returncode == 0, out
    assert "sent again 0, late answers 0" in out
    process.wait(LIMIT_S)
    assert process.returncode == 0
    eventually(lambda: gone(below), "the worker left something")
