"""A worker and the process that keeps its stack: what each says when the other, or Redis, is not there any more."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from redis.client import Pipeline

from harness.backend.description import load
from harness.core.errors import HarnessError, StackError
from harness.jobs.worker import desk, stack
from harness.jobs.worker.run import Worker, drive
from harness.run import fingerprint
from harness.stack.isolation import island
from harness.stack.isolation.supervise import children
from tests.jobs.worker import broker

ROOT = Path(__file__).resolve().parents[3]

CELL = "w/one@manual"
JOB = {"phase": 0, "code": {"target": "a"}}


def played(path: Path, isolation: str, line: stack.Line) -> int:
    """In place of an island: what the cell's name says."""
    while True:
        what = line.job["cell"]
        if what == "fails":
            line.say(*stack.error_frame(StackError("web ended", hint="see its log", code="role-died")))
            return 1
        if what == "breaks":
            line.say(*stack.error_frame(KeyError("x")))
            return 1
        if what == "killed":
            return 137
        if what == "refused":
            line.say({"kind": "refused", "unlike": "target"})
            return 0
        if what == "stale" and not path.exists():
            path.touch()
            line.say({"kind": "stale"})
            return 0
        if what == "keeper killed":
            os.kill(os.getpid(), signal.SIGKILL)
        line.say({"kind": "cell", "isolation": isolation, "boot_s": 1.5}, what.encode() * 100_000)
        if what == "dies afterwards":
            return 137
        if not line.next(None):
            return 0


@pytest.fixture
def keeper(monkeypatch, tmp_path) -> Iterator[stack.Keeper]:
    monkeypatch.setattr(stack, "_island", played)
    kept = stack.keep(tmp_path / "was stale", "namespace")
    yield kept
    kept.close()
    assert kept.pid not in children(os.getpid())


@dataclass(frozen=True, slots=True)
class Told:
    """Both ends of a stack's socket, without a keeper between."""

    ours: socket.socket
    theirs: socket.socket

    def line(self, job: dict) -> stack.Line:
        return stack.Line(self.theirs, job)

    def said(self) -> dict:
        return stack.receive(self.ours)[0]


@pytest.fixture
def told() -> Iterator[Told]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Told(ours, theirs)


@pytest.fixture(scope="module")
def config():
    return load(ROOT / "harness.toml")


def ask(keeper: stack.Keeper, cell: str) -> stack.Frame | None:
    return keeper.drive({"run": "r", "cell": cell, **JOB}, 0.01, lambda: None)


def test_one_stack_answers_cell_after_cell(keeper):
    """Claim: with the whole history, however long it is."""
    for _ in range(3):
        head, body = ask(keeper, CELL)
        assert head == {"kind": "cell", "isolation": "namespace", "boot_s": 1.5}
        assert body == CELL.encode() * 100_000


def test_a_job_is_given_again_to_a_fresh_stack(keeper, tmp_path):
    """Claim: a stack of another phase or of older code ends, and the next one gets the same cell."""
    assert ask(keeper, "stale")[0]["kind"] == "cell"
    assert (tmp_path / "was stale").exists()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            "fails",
            {"kind": "error", "message": "web ended", "hint": "see its log", "code": "role-died", "exit_code": 3},
        ),
        ("refused", {"kind": "refused", "unlike": "target"}),
    ],
)
def test_what_ends_a_stack_does_not_end_the_worker(keeper, cell, said):
    """Claim: it is told, and the next cell is driven."""
    assert ask(keeper, cell)[0] == said
    assert ask(keeper, CELL)[0]["kind"] == "cell"


def test_what_nobody_foresaw_is_told_as_the_harness_own(keeper):
    """Claim: exit code 3, never a difference."""
    told = ask(keeper, "breaks")[0]
    assert (told["code"], told["exit_code"]) == ("internal", 3)
    assert told["message"] == "the harness itself broke: KeyError: 'x'"


def test_a_killed_stack_has_no_answer(keeper):
    """Claim: nothing is told, and the next cell is driven."""
    assert ask(keeper, "killed") is None
    assert ask(keeper, CELL)[0]["kind"] == "cell"


def test_a_stack_that_died_between_two_cells_does_not_mix_them_up(keeper):
    """Claim: the next cell may be lost, and is said to be; what comes late for it is never taken for the one after."""
    assert ask(keeper, "dies afterwards")[0]["kind"] == "cell"
    assert ask(keeper, "lost") is None
    assert ask(keeper, CELL)[1] == CELL.encode() * 100_000


def test_a_killed_keeper_is_noticed(keeper):
    """Claim: not a wait without end."""
    with pytest.raises(stack.KeeperGone):
        ask(keeper, "keeper killed")


def test_an_island_that_cannot_be_made_is_told(monkeypatch, tmp_path):
    """Claim: a worker without its harness.toml says so."""
    kept = stack.keep(tmp_path / "none.toml", "auto")
    try:
        assert ask(kept, CELL)[0]["code"] == "config-missing"
    finally:
        kept.close()


def test_a_harness_that_changed_on_the_disk_is_refused(monkeypatch, config, told):
    """Claim: before anything is booted, because the fake and the target's roles would start from the new files."""
    job = {"job": 1, "run": "r", "cell": CELL, "phase": config.phase, "code": fingerprint.fingerprint(config)}
    monkeypatch.setattr(fingerprint, "_on_disk", lambda: "0.2 new")
    assert stack._serve(config, island.Island(kind="none", why="", run_dir=Path(), hosts={}), told.line(job)) == 0
    assert told.said() == {"kind": "refused", "unlike": "harness", "job": 1}


def test_a_stack_ends_when_the_harness_changed_between_two_runs(monkeypatch, config, told):
    """Claim: the first cell of another run finds it stale; within a run it goes on."""
    code = fingerprint.fingerprint(config)
    cell = "planner/create_tasks@manual"
    job = {"job": 1, "run": "r", "cell": cell, "phase": config.phase, "code": code}
    live = SimpleNamespace(stack=SimpleNamespace(timings={}), broker=None)
    monkeypatch.setattr(stack, "boot", lambda *_: nullcontext(live))
    line = told.line(job)
    stack.send(told.ours, {**job, "job": 2})
    stack.send(told.ours, {**job, "job": 3, "run": "another"})
    real, seen = fingerprint._on_disk, []

    def driven(*_):
        seen.append(cell)
        monkeypatch.setattr(fingerprint, "_on_disk", lambda: "0.2 new")
        return b"driven", True

    monkeypatch.setattr(stack, "_drive", driven)
    assert stack._serve(config, island.Island(kind="none", why="", run_dir=Path(), hosts={}), line) == 0
    assert [told.said()["kind"] for _ in range(3)] == ["cell", "cell", "stale"]
    assert (len(seen), fingerprint.loaded()) == (2, real())


@pytest.mark.parametrize(("broken", "settled"), [(True, False), (False, False)])
def test_a_stack_ends_with_a_cell_that_broke_it_or_did_not_settle(monkeypatch, config, told, broken, settled):
    """Claim: the cell is answered as it ended; the next one finds the stack stale, and is driven on another."""
    cell = "planner/create_tasks@manual"
    code = fingerprint.fingerprint(config)
    job = {"job": 1, "run": "r", "cell": cell, "phase": config.phase, "code": code}
    live = SimpleNamespace(stack=SimpleNamespace(timings={}, alive=lambda: True), broker=None, spoilt="")
    monkeypatch.setattr(stack, "boot", lambda *_: nullcontext(live))
    line = told.line(job)
    stack.send(told.ours, {**job, "job": 2})

    def run_cell(*words):
        words[-1]("cell.start", {"scenario": "planner/create_tasks", "path": "manual"})
        words[-1]("cell.end", {"settled": settled, "broken": broken})
        if broken:
            raise StackError("web is silent", hint="its log", code="target-silent")

    monkeypatch.setattr(stack, "run_cell", run_cell)
    assert stack._serve(config, island.Island(kind="none", why="", run_dir=Path(), hosts={}), line) == 0
    assert [told.said()["kind"] for _ in range(2)] == ["cell", "stale"]


def test_a_stack_that_waits_reads_what_its_broker_saw(monkeypatch, told):
    """Claim: as often as it waits in vain, and a broker that is gone does not end it."""
    monkeypatch.setattr(stack, "IDLE_S", 0.01)
    line, times = told.line({"job": 1}), []

    def settle(timeout_s):
        times.append(timeout_s)
        if len(times) == 2:
            stack.send(told.ours, {"job": 2})
        raise OSError("gone")

    assert line.next(SimpleNamespace(settle=settle))
    assert (times, line.job) == ([0, 0], {"job": 2})
    told.ours.close()
    assert not line.next(None)


# --- with Redis -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Played:
    """A keeper that returns, or raises, what it was given, after letting the worker renew its lease."""

    gives: object
    jobs: list[dict] = field(default_factory=list)

    def drive(self, job, every_s, tick):
        self.jobs.append(job)
        tick()
        if isinstance(self.gives, Exception):
            raise self.gives
        return self.gives


@pytest.fixture(scope="module")
def url(tmp_path_factory) -> Iterator[str]:
    with broker.serving(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
def client(url):
    client = desk.connect(url)
    client.flushall()
    desk.open_run(client, "r", [CELL], JOB)
    yield client
    client.close()


def worker(client, gives) -> Worker:
    return Worker(name="one", client=client, keeper=Played(gives))


WHOLE = ({"kind": "cell", "isolation": "namespace", "boot_s": 1.5}, b"lines")


def test_a_wanted_cell_is_driven_and_answered(client):
    """Claim: with the run's phase and code; the answer is there before the lease is gone."""
    one = worker(client, WHOLE)
    drive(one, run="r", cell=CELL, attempt=1)
    assert one.keeper.jobs == [{**JOB, "run": "r", "cell": CELL}]
    told = desk.opened(desk.take(client, "r", 0))
    assert (told.kind, told.cell, told.worker, told.body) == ("cell", CELL, "one", b"lines")
    assert told.about == {"isolation": "namespace", "boot_s": 1.5}
    assert desk.claims(client, "r") == {CELL: (1, "one", False)}


@pytest.mark.parametrize("why", ["attempt", "counted", "run"])
def test_a_cell_that_nobody_wants_any_more_is_not_driven(client, why):
    """Claim: a message that comes again, after the cell was sent again, counted, or its verify ended."""
    if why == "attempt":
        desk.want(client, "r", CELL, 2)
    elif why == "counted":
        desk.counted(client, "r", CELL)
    else:
        desk.close_run(client, "r")
    one = worker(client, WHOLE)
    drive(one, run="r", cell=CELL, attempt=1)
    assert one.keeper.jobs == []
    assert desk.claims(client, "r") == {}


@pytest.mark.parametrize("at", ["claim", "answer"])
def test_a_run_that_is_closed_meanwhile_keeps_nothing_in_redis(client, url, monkeypatch, at):
    """Claim: also where verify ends between a worker's looking and its writing, when it takes a cell and when it answers."""
    multi, moments = Pipeline.multi, iter(["claim", "answer"])

    def closed_first(pipe: Pipeline) -> None:
        if next(moments, "") == at:
            with desk.connect(url) as verify:
                desk.close_run(verify, "r")
        multi(pipe)

    monkeypatch.setattr(Pipeline, "multi", closed_first)
    one = worker(client, WHOLE)
    drive(one, run="r", cell=CELL, attempt=1)
    assert len(one.keeper.jobs) == (0 if at == "claim" else 1)
    assert client.keys("*") == []


def test_a_cell_whose_stack_was_killed_is_let_go_at_once(client):
    """Claim: no answer and no lease: verify sends it again without waiting for the lease to run out."""
    drive(worker(client, None), run="r", cell=CELL, attempt=1)
    assert desk.take(client, "r", 0) is None
    assert desk.claims(client, "r") == {CELL: (1, "one", False)}
    with pytest.raises(stack.KeeperGone):
        drive(worker(client, stack.KeeperGone()), run="r", cell=CELL, attempt=1)
    assert desk.claims(client, "r") == {CELL: (1, "one", False)}


def test_a_lease_holds_while_the_cell_runs(client):
    """Claim: as verify sees it; a Redis that does not answer in between does not disturb the cell."""
    seen = []

    class Looking(Played):
        def drive(self, job, every_s, tick):
            tick()
            seen.append(desk.claims(client, "r"))
            return self.gives

    drive(Worker(name="one", client=client, keeper=Looking(WHOLE)), run="r", cell=CELL, attempt=1)
    assert seen == [{CELL: (1, "one", True)}]


def test_an_unforeseen_end_of_the_socket_is_no_frame():
    """Claim: half a frame is none."""
    ours, theirs = socket.socketpair()
    theirs.sendall(b"\0\0\0\2\0\0\0\xff{}")
    theirs.close()
    assert stack.receive(ours) is None
    ours.close()


def test_an_error_keeps_its_exit_code():
    """Claim: usage stays usage."""
    assert stack.error_frame(HarnessError("m", hint="h", code="c"))[0]["exit_code"] == 2
