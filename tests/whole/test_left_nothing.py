"""Ctrl-C and kill -9 of `harness verify`, at moments that are observed: nothing stays behind, and nothing passes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from harness.stack.isolation import hook
from harness.stack.isolation.supervise import descendants
from tests import preloaded, zygotes
from tests.whole.traces import DEADLINE_S, Traces, end, gone, watch
from tests.whole.workshop import MAIN, Workshop

pytestmark = pytest.mark.stack

STALLING = "writer/content_provider_timeout@manual"
QUICK = "planner/create_tasks@manual"
MARK = "HARNESS_LEFT_NOTHING"


def booting(shop: Workshop, process: subprocess.Popen[str]) -> bool:
    """The database or the broker runs, and no cell has begun."""
    return any(name in words for words in _commands(process) for name in ("valkey", "postgres", "initdb"))


def in_the_first_cell(shop: Workshop, process: subprocess.Popen[str]) -> bool:
    return '"cell.start"' in _history(shop)


def stalled(shop: Workshop, process: subprocess.Popen[str]) -> bool:
    """The worker has taken the task, and the provider does not answer it."""
    for pid in descendants(process.pid):
        for log in ("dev/shm/harness/logs/worker.log", *_hook_logs(pid)):
            with suppress(OSError):
                if "received" in Path(f"/proc/{pid}/root", log).read_text():
                    return True
    return False


def being_judged_or_torn_down(shop: Workshop, process: subprocess.Popen[str]) -> bool:
    """The logs of the roles are copied when the last cell is over and the stack still stands."""
    return any(shop.runs.glob("2*/logs/web.log"))


MOMENTS: dict[str, tuple[Callable[[Workshop, subprocess.Popen[str]], bool], str]] = {
    "boot": (booting, QUICK),
    "first cell": (in_the_first_cell, STALLING),
    "stall": (stalled, STALLING),
    "teardown": (being_judged_or_torn_down, QUICK),
}
CASES = [
    (mode, number, moment)
    for mode in ("namespace", "hook")
    for number in (signal.SIGINT, signal.SIGKILL)
    for moment in MOMENTS
    if mode == "namespace" or moment in ("boot", "stall")
]
KEPT = {
    ("namespace", signal.SIGINT, "boot"), ("namespace", signal.SIGINT, "first cell"), ("namespace", signal.SIGKILL, "teardown"),
    ("hook", signal.SIGINT, "boot"), ("hook", signal.SIGKILL, "stall"),
}  # fmt: skip
"""Each moment, each signal and each kind of island; what is left is for `nox -s proofs`."""
PROOFS = set(CASES) - KEPT


@pytest.fixture
def start(shop, tmp_path: Path, warm):
    """start(cell, mode): `harness verify` of one cell, whose providers stall for a minute."""
    made: list[subprocess.Popen[str]] = []
    place = shop(backend=False)
    # a role's own variables: those of [target.env] are part of what the prepared database is kept by
    marked = f'env = {{ AI_REQUEST_TIMEOUT_S = "60", {MARK} = "{tmp_path}" }}\n'
    place.edit("harness.toml", "[roles.web]\n", f"[roles.worker]\n{marked}[roles.web]\n{marked}")
    place.edit("harness.toml", "settle_timeout_s = 20", "settle_timeout_s = 60")
    place.edit("harness.toml", 'AI_REQUEST_TIMEOUT_S = "0.25"', 'AI_REQUEST_TIMEOUT_S = "60"')
    tmp = tmp_path / "tmp"
    tmp.mkdir()

    def launch(cell: str, mode: str, tier: str = "processes") -> tuple[Workshop, subprocess.Popen[str], Path]:
        env = {**place.environment(), "TMPDIR": str(tmp), MARK: str(tmp_path)}
        words = [
            sys.executable,
            "-c",
            f"{zygotes.ANEW}\n{MAIN}",
            "verify",
            "--only",
            cell,
            "--isolation",
            mode,
            "--tier",
            tier,
            "--vary",
            "none",
        ]
        with (tmp_path / "said").open("w") as said:
            made.append(
                preloaded.Program(
                    words, cwd=place.folder, env=env, text=True, stdout=said, stderr=said, start_new_session=True
                )
            )
        return place, made[-1], tmp

    yield launch
    for process in made:
        if process.poll() is None:
            end(process, signal.SIGKILL)


def test_every_moment_signal_and_island_is_in_the_tests():
    kept = KEPT
    assert set(CASES) > PROOFS
    assert set(CASES) > KEPT
    assert {moment for _, _, moment in kept} == set(MOMENTS)
    assert {(mode, number) for mode, number, _ in kept} == {(mode, number) for mode, number, _ in CASES}


@pytest.mark.parametrize(
    ("mode", "number", "moment"),
    [
        pytest.param(
            *case, id=f"{case[0]}-{case[1].name}-{case[2]}", marks=[pytest.mark.proof] if case in PROOFS else []
        )
        for case in CASES
    ],
)
def test_an_interrupted_verify_leaves_nothing(start, tmp_path, mode, number, moment):
    """Claim: no process, port, folder or shared memory stays; Ctrl-C exits with 130; no verdict of half a run is kept."""
    reached, cell = MOMENTS[moment]
    place, process, tmp = start(cell, mode)
    traces = Traces()
    watch(process, lambda: reached(place, process), traces, moment)
    assert len(traces.processes) > 3, f"the run was not seen {_commands(process)}"
    code = end(process, number)
    said = (tmp_path / "said").read_text()
    # a run may be over in the moment between the look and the signal; then it passed
    over = moment == "teardown" and code == 0
    assert over or code == (130 if number == signal.SIGINT else -signal.SIGKILL), said
    gone(traces, str(tmp_path), tmp)
    assert "Traceback" not in said
    if not over and moment != "teardown":
        assert [path.name for path in place.runs.glob("2*/verdict.json")] == []
        assert "PASS" not in said


@pytest.mark.parametrize(
    ("mode", "number"),
    [
        pytest.param("namespace", signal.SIGINT, id="namespace-SIGINT"),
        pytest.param("hook", signal.SIGKILL, id="hook-SIGKILL"),
        pytest.param("namespace", signal.SIGKILL, id="namespace-SIGKILL", marks=pytest.mark.proof),
        pytest.param("hook", signal.SIGINT, id="hook-SIGINT", marks=pytest.mark.proof),
    ],
)
def test_an_interrupted_interpreter_leaves_nothing(start, tmp_path, mode, number):
    """Claim: so it is where the target is in the harness's own process, a task at work in one of its threads."""
    place, process, tmp = start(STALLING, mode, "inprocess")
    traces = Traces()
    watch(process, lambda: in_the_first_cell(place, process), traces, "first cell")
    code = end(process, number)
    said = (tmp_path / "said").read_text()
    assert code == (130 if number == signal.SIGINT else -signal.SIGKILL), said
    gone(traces, str(tmp_path), tmp)
    assert "Traceback" not in said
    assert "PASS" not in said


TIMES = 20
HOW = {
    "one": lambda harness, n: [harness[n % len(harness)]],
    "some": lambda harness, n: random.Random(n).sample(harness, random.Random(n).randint(2, len(harness) - 1)),
    "all": lambda harness, n: harness,
}
"""Which of the harness's processes are killed, the n-th time."""


@pytest.mark.proof
@pytest.mark.parametrize("n", range(TIMES))
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("mode", ["namespace", "hook"])
def test_whichever_of_the_harness_is_killed_nothing_is_left(start, tmp_path, mode, how, n):
    """Claim: kill -9 of one, of some or of all of its processes at once, twenty times each, while it boots, in its first cell or in a stall:
    no process, port, folder or shared memory stays. Who cleans up where all are gone is none of them."""
    moment = ("boot", "first cell", "stall")[n % 3]
    reached, cell = MOMENTS[moment]
    place, process, tmp = start(cell, mode)
    traces = Traces()
    watch(process, lambda: reached(place, process), traces, moment)
    victims = HOW[how](_harness(process), n)
    for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped first: none of them can do anything about another's end
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
    assert process.wait(DEADLINE_S) != 0
    gone(traces, str(tmp_path), tmp)
    assert "PASS" not in (tmp_path / "said").read_text()


def _harness(process: subprocess.Popen[str]) -> list[int]:
    """The harness's own processes: those that were forked from the command, and its fake."""
    own = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    found = [process.pid]
    for pid in descendants(process.pid):
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            if words == own or b"\0harness.provider.fake\0" in words:
                found.append(pid)
    return found


def test_half_a_run_does_not_pass_when_it_is_judged_afterwards(start, tmp_path):
    """Claim: the history of an interrupted run is whole lines, and `harness check` refuses it."""
    place, process, tmp = start(STALLING, "namespace")
    traces = Traces()
    watch(process, lambda: stalled(place, process), traces, "the stall")
    end(process, signal.SIGKILL)
    gone(traces, str(tmp_path), tmp)
    kinds = [json.loads(line)["kind"] for line in _history(place).splitlines()]
    assert kinds[:2] == ["run.start", "cell.start"]
    assert "run.end" not in kinds
    told = place.harness("check")
    assert told.code == 1, told.out + told.err
    assert "PASS" not in told.out


def _history(shop: Workshop) -> str:
    return "".join(path.read_text() for path in shop.runs.glob("2*/history.ndjson"))


def _commands(process: subprocess.Popen[str]) -> list[str]:
    found = []
    for pid in descendants(process.pid):
        with suppress(OSError):
            found.append(Path(f"/proc/{pid}/cmdline").read_text())
    return found


def _hook_logs(pid: int) -> list[str]:
    """Logs of a hook island: its run folder is the worker's home's parent."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/environ").read_text(errors="replace").split("\0")
        homes = [word.removeprefix("HOME=") for word in words if word.startswith("HOME=") and hook.PREFIX in word]
        return [home.strip("/").removesuffix("home") + "logs/worker.log" for home in homes]
    return []
