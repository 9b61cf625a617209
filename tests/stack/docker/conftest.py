"""A real engine for the tests marked `docker`, one booted stack for those that only look, and what a run leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.core.config import Config, load
from harness.core.errors import HarnessError
from harness.stack import docker
from harness.stack.docker import engine, naming
from harness.stack.docker.running import DockerStack

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
    return load(PROJECT / "harness.toml")


def fake_of(config: Config) -> dict[str, Any]:
    return {
        "hosts": dict(config.provider_hosts),
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


PROGRAM = """
import sys
from pathlib import Path
from harness.cli.failure import report_failure
from harness.core.config import load
from harness.core.errors import HarnessError
from harness.stack import docker
from harness.stack.docker import container, naming, sweep, up
def say(*words):
    print(*words, flush=True)
named = naming.new_run
def new_run():
    run = named()
    say("run", run)
    return run
naming.new_run = new_run
config = load(Path({config!r}))
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
