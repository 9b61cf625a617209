"""A real engine for the tests marked `docker`, one booted stack for those that only look, and what a run leaves behind."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from harness.backend import scenarios
from harness.backend.description import load
from harness.cell.live import Live
from harness.cell.run import run_cell
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.run import judged
from harness.run import plan as plans
from harness.stack import docker
from harness.stack.docker import engine, naming
from harness.stack.docker.running import DockerStack
from harness.store.history import HistoryWriter
from harness.store.runs import HISTORY
from harness.verb.target import ready
from tests import signals

PROJECT = Path(__file__).resolve().parents[3]
GONE_WITHIN_S = 5.0


@pytest.fixture(scope="session")
def api() -> Any:
    try:
        return engine.connect()
    except HarnessError as error:
        pytest.skip(f"no Docker engine: {error.message} ({error.code})")


@pytest.fixture(scope="session")
def config() -> Config:
    return ready(load(PROJECT / "harness.toml"), isolation="auto")


def fake_of(config: Config) -> dict[str, Any]:
    return {
        **config.fake_hosts,
        "cassettes": str(config.cassettes),
        "contracts": str(config.contracts),
        "mode": "replay",
    }


@pytest.fixture(scope="session")
def stack(api: Any, config: Config) -> Iterator[DockerStack]:
    with docker.boot(config, fake=fake_of(config)) as up:
        yield up


@pytest.fixture
def inside(stack: DockerStack) -> Callable[[str, str], str]:
    """inside(container, code): run Python in a container of the stack with its own environment; what it printed."""

    def run(name: str, code: str) -> str:
        one = stack.services.get(name) or stack.role(name)
        made = stack.place.api.exec_create(one.id, ["python3", "-c", textwrap.dedent(code)])
        said = stack.place.api.exec_start(made["Id"]).decode()
        assert stack.place.api.exec_inspect(made["Id"])["ExitCode"] == 0, said
        return said.strip()

    return run


def drive(config: Config, stack: DockerStack, folder: Path, only: tuple[str, ...], workers: int = 1) -> judged.Judged:
    """Drive cells on a booted stack and judge them with the repository's goldens."""
    found = scenarios.load(config)
    law = judged.read_law(config, found)
    plan = plans.make(found, only=only, phase=config.phase, tier="docker")
    live = Live(config, stack)
    folder.mkdir()
    with HistoryWriter(folder / HISTORY) as history:
        history.tell(
            "run.start",
            {"target": config.name, "phase": config.phase, "tier": "docker", "isolation": "docker", "workers": workers, "seed": 0,
             "whole": plan.whole, "cells": [cell.id for cell in plan.cells], "versions": {}, "tables": [], "declared": list(config.declared)},
        )  # fmt: skip
        for cell in plan.cells:
            run_cell(config, cell, live, history.tell)
            stack.alive()
        history.tell("run.end", {"seconds": {}, "cells": len(plan.cells)})
    live.close()
    return judged.judge_run(config, law, folder)


def leftovers(api: Any, run: str) -> list[str]:
    """Whatever in the engine still carries the label of `run`."""
    by = {"label": f"{naming.RUN}={run}"}
    return [
        *(one["Names"][0] for one in api.containers(all=True, filters=by)),
        *(one["Name"] for one in api.networks(filters=by)),
        *(one["Name"] for one in api.volumes(filters=by)["Volumes"] or ()),
    ]


def await_nothing(api: Any, run: str, within_s: float = GONE_WITHIN_S) -> float:
    """Seconds until nothing of `run` is left; fails when that takes longer than `within_s`."""
    start = time.monotonic()
    while left := leftovers(api, run):
        if time.monotonic() - start > within_s:
            pytest.fail(f"still there after {within_s} s: {left}")
        time.sleep(0.05)  # between two looks
    return time.monotonic() - start


def await_no_watchdog(run: str) -> None:
    """Until the watchdog of `run` has ended: it looks several times in a row."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if run.encode() in words and b"watchdog" in words:
            try:
                pidfd = os.pidfd_open(int(folder.name))
            except ProcessLookupError:
                continue
            try:
                readable, _, _ = select.select([pidfd], [], [], 20)
                assert readable, "the watchdog ends when all is gone"
            finally:
                os.close(pidfd)


PROGRAM = """
import sys
from pathlib import Path
from harness.verb.failure import report_failure
from harness.backend.description import load
from harness.core.errors import HarnessError
from harness.stack import docker
from harness.stack.docker import container, naming, sweep, up
from harness.verb.target import ready
def say(*words):
    print(*words, flush=True)
named = naming.new_run
def new_run():
    run = named()
    say("run", run)
    return run
naming.new_run = new_run
config = ready(load(Path({config!r})), isolation="auto")
{before}
try:
    with docker.boot(config, fake={{"cassettes": str(config.cassettes), "contracts": str(config.contracts)}}) as stack:
{body}
except HarnessError as error:
    report_failure(error)
    sys.exit(error.exit_code)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture
def launch(api: Any, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """launch(body, before="", env={}): a program that boots the stack and runs `body`; it prints "run ID" first."""
    started: list[subprocess.Popen[str]] = []

    def start(body: str, *, before: str = "", env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        program = PROGRAM.format(
            config=str(PROJECT / "harness.toml"),
            before=textwrap.dedent(before),
            body=textwrap.indent(textwrap.dedent(body), " " * 8),
        )
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env={**os.environ, "TMPDIR": str(tmp_path), **(env or {})},
            start_new_session=True,
            preexec_fn=signals.usual,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


def hear(process: subprocess.Popen[str], word: str) -> str:
    """The rest of the next line that begins with `word`."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith(word):
            return line[len(word) :].strip()
    assert process.stderr is not None
    raise AssertionError(f"the program ended before it said {word!r}: {''.join(said)}{process.stderr.read()}")


class Way:
    """A socket that leads to the real engine until it is cut: a path, or a TCP port of this machine."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.real = engine.address()
        self.pairs: list[socket.socket] = []
        self.open()

    @property
    def address(self) -> str:
        return f"unix://{self.path}" if self.path else f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"

    def open(self) -> None:
        if self.path:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(self.path))
            self.listener.listen(64)
        else:
            self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self._serve, args=(self.listener,), daemon=True).start()

    def cut(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        if self.path:
            self.path.unlink()
        for one in self.pairs:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.pairs.clear()

    def _serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = _reach(self.real)
                self.pairs += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=_copy, args=(source, target), daemon=True).start()


def _reach(address: str) -> socket.socket:
    kind, _, where = address.partition("://")
    if kind == "unix":
        far = socket.socket(socket.AF_UNIX)
        far.connect(where)
        return far
    host, _, port = where.rpartition(":")
    return socket.create_connection((host, int(port)))


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
