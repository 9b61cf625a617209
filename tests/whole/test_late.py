"""Settled is seen late, too: what goes on behind an answer is waited for, or is one named failure of the cell that began it.

Each request of `late/` is followed by a calm one in the same run, which is driven as if nothing had been. What the requests do,
`late/target/late/views.py` says; the waiting is theirs.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.stack.isolation.supervise import descendants
from tests import preloaded
from tests.looking import LIMIT_S, eventually
from tests.whole import workshop
from tests.whole.workshop import Told, Workshop

HERE = Path(__file__).parent / "late"
pytestmark = pytest.mark.stack


@dataclass(slots=True)
class Seen:
    """What a history says of a cell: rows that were written, task messages, provider calls, and how it ended."""

    rows: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    end: dict[str, Any] = field(default_factory=dict)
    late: list[dict[str, Any]] = field(default_factory=list)

    @property
    def code(self) -> str:
        """Of its failure; "" where it came to rest."""
        if not self.end["settled"]:
            return str(self.end.get("code") or "not-settled")
        return str(self.late[0]["code"]) if self.late else ""

    @property
    def reason(self) -> str:
        return " ".join([str(self.end["reason"]), *(line for late in self.late for line in late["lines"])]).strip()


@pytest.fixture
def late(tmp_path: Path, cache: Path) -> Callable[..., tuple[Told, dict[str, Seen]]]:
    """late(what, ...): drive these requests, each with the calm one behind it; what was told, and what was seen of each cell by what
    it asks for ("late/daemon", "late/daemon then calm")."""

    def drive(*whats: str, words: tuple[str, ...] = ()) -> tuple[Told, dict[str, Seen]]:
        shutil.copytree(HERE, tmp_path / "late", ignore=shutil.ignore_patterns("__pycache__"))
        (tmp_path / "late" / "scenarios" / "asked.txt").write_text("\n".join(whats))
        shop = Workshop(folder=tmp_path / "late", cache=cache)
        stopped = [program for what, program in STOPPED.items() if what in whats]
        told = with_stopped(shop, words, stopped) if stopped else shop.harness("verify", *words)
        found: dict[str, Seen] = {}
        of: dict[str, list[dict[str, Any]]] = {}
        for line in (shop.runs / "latest" / "history.ndjson").read_text().splitlines():
            event = json.loads(line)
            seen = found.setdefault(event["cell"], Seen()) if "cell" in event else Seen()
            match event["kind"]:
                case "row" if event["op"] == "insert":
                    seen.rows.append(event["after"]["said"])
                case "task":
                    seen.tasks.append(event["name"])
                case "call":
                    seen.calls.append(event["path"])
                case "note":
                    seen.notes.append(event["text"])
                case "cell.end":
                    seen.end = event
                case "late":
                    of.setdefault(event["of"], []).append(event)
        for cell, events in of.items():
            found[cell].late = events
        return told, {name.partition("@")[0].removeprefix("late/")[4:]: seen for name, seen in found.items()}

    return drive


def with_stopped(shop: Workshop, words: tuple[str, ...], programs: list[str]) -> Told:
    """Drive while these programs of the stack are stopped from outside, each once the target has asked for it."""
    with preloaded.Program(
        [*workshop.COMMAND, "verify", *workshop.plainly(["verify", *words])[1:]], cwd=shop.folder, env=shop.environment(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as process, ThreadPoolExecutor() as pool:  # fmt: skip
        done = [pool.submit(stop, process, program, shop.folder / "target") for program in programs]
        out, err = process.communicate()
        for one in done:
            one.result()
    return Told(code=process.returncode, out=out, err=err)


def stop(process: subprocess.Popen[str], program: str, target: Path) -> None:
    def asked() -> bool:
        for pid in descendants(process.pid):
            with suppress(OSError):
                if f"stop {program}, please" in Path("/proc", str(pid), "root", LOG).read_text():
                    return True
        return process.poll() is not None

    eventually(asked, f"nobody asked to stop {program}", limit_s=10 * LIMIT_S)
    for pid in descendants(process.pid):
        with suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text().strip() == program:
                os.kill(pid, signal.SIGSTOP)
    (target / f"{program}.stopped").touch()


def calm(seen: dict[str, Seen]) -> None:
    """Nothing of any request met the calm one behind it."""
    behind = {name: one for name, one in seen.items() if name.endswith("_then_calm")}
    assert behind
    for name, one in behind.items():
        assert (one.rows, one.tasks, one.calls, one.code) == (["calm"], [], [], ""), (name, one.reason)


def failing(told: Told) -> set[str]:
    """Cells of which the report says that they did not come to rest."""
    lines, found, about = told.out.splitlines(), set(), ""
    for line in lines:
        if line.startswith("FAIL "):
            about = line.removeprefix("FAIL ").partition("@")[0].removeprefix("late/")[4:]
        if line.startswith("  settle: "):
            found.add(about)
    return found


def test_work_behind_an_answer_is_waited_for(late):
    """Claim: a thread, a pool that was there and one that was not, the end of a request and of a task, a message and a provider call that
    come late: all of it is of the cell that began it."""
    told, seen = late("thread", "pool", "pool_again", "finished", "message", "call", "handled")
    assert told.code == 1, told.out + told.err  # no golden is there; but nothing did not come to rest
    assert failing(told) == set()
    assert {name: one.rows for name, one in seen.items() if not name.endswith("calm")} == {
        "thread": ["thread", "by a thread"],
        "pool": ["pool", "by a pool"],
        "pool_again": ["pool", "by a pool"],
        "finished": ["finished", "when the request was over"],
        "message": ["message", "by a late message"],
        "call": ["call"],
        "handled": ["handled", "in the task", "behind the task"],
    }
    assert (seen["message"].tasks, seen["call"].calls) == (["late.plain"], ["/v1/models"])
    calm(seen)


FAILURES = {
    "idle_transaction": ("left-open", "never committed"),
    "locked": ("reset-blocked", "LOCK TABLE late_thing"),
    "kill_web": ("role-died", "web ended (killed by SIGKILL)"),
    "stop_valkey": ("broker-gone", "valkey is stopped (SIGSTOP)"),
    "stop_postgres": ("database-silent", "postgres is stopped (SIGSTOP)"),
}
LOG = "dev/shm/harness/logs/web.log"
STOPPED = {"stop_valkey": "valkey-server", "stop_postgres": "postgres"}
"""What the target asks for, and the program that is stopped then: behind its wall it sees none of them."""
SLOW_FAILURES = {
    "never": ("target-silent", "has not answered POST /do/never/"),
    "drips": ("target-silent", "has not ended it"),
    "stop_web": ("target-silent", "web is stopped (SIGSTOP)"),
    "stop_worker": ("not-settled", "late.stopped: worker is stopped (SIGSTOP)"),
    "busy": ("left-running", "a thread of web that is at work"),
    "child": ("left-running", "/bin/sleep 1000 (begun by web)"),
    "daemon": ("left-running", "late.wsgi"),
}
"""Told by a time-out: of the request, of settling, or of a thread that only sleeps."""


def hold(late: Any, failures: dict[str, tuple[str, str]], *, words: tuple[str, ...] = ()) -> dict[str, Seen]:
    told, seen = late(*failures, words=words)
    assert told.code == 1, told.out + told.err
    assert failing(told) == set(failures)
    assert {name: seen[name].code for name in failures} == {name: code for name, (code, _) in failures.items()}
    for name, (_, says) in failures.items():
        assert says in seen[name].reason
    calm(seen)
    return seen


@pytest.mark.slow
def test_what_does_not_come_to_rest_is_one_failure_and_the_run_goes_on(late):
    """Claim: a transaction, a lock, a dead web server, a stopped broker and a stopped database are each told by name, within
    seconds, of the cell that did it, and the next one is driven on a fresh stack."""
    hold(late, FAILURES)


@pytest.mark.slow
def test_so_it_is_where_only_a_hook_isolates(late):
    """Claim: a daemon is found, ended and told where there is no namespace that ends it."""
    seen = hold(late, {"daemon": SLOW_FAILURES["daemon"]}, words=("--isolation", "hook"))
    assert set(seen["daemon"].rows) == {"daemon", "by a daemon"}


def test_so_it_is_in_one_interpreter(late):
    """Claim: threads of the interpreter are waited for, and what was left open is ended: it cannot begin anew, and goes on."""
    told, seen = late("thread", "idle_transaction", words=("--tier", "inprocess"))
    assert failing(told) == {"idle_transaction"}, told.out + told.err
    assert (seen["thread"].rows, seen["idle_transaction"].code) == (["thread", "by a thread"], "left-open")
    calm(seen)


@pytest.mark.proof
def test_what_hangs_is_one_failure_and_the_run_goes_on(late):
    """Claim: a view that never answers, one that answers for ever, a stopped web server and worker, a thread and processes that
    go on."""
    hold(late, SLOW_FAILURES)


@pytest.mark.proof
def test_whose_late_work_it_is_where_nobody_knows_both_are_suspect(late):
    """Claim: a thread that only sleeps is not waited for for ever; once it ends, the cell that began it fails, and the one in which it
    ended is said to be suspect; nobody else."""
    told, seen = late("resident", "slow_thread")
    assert told.code == 1, told.out + told.err
    assert failing(told) == {"resident", "slow_thread"}
    assert "ended only when it was over" in seen["resident"].reason
    assert "what it did may stand here" in seen["slow_thread"].reason
    assert any("not waited for any longer" in note for note in seen["resident"].notes)
    calm(seen)
