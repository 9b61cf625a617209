"""Whatever ends the harness, nothing of its run is in the engine five seconds later, nor on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.stack.docker.conftest import GONE_WITHIN_S, await_no_watchdog, await_nothing, hear, leftovers

pytestmark = pytest.mark.docker

Launch = Callable[..., "subprocess.Popen[str]"]

# Each says where it is and goes on at once: the kill arrives while the engine is at work on it.
MOMENTS = {
    "network": (
        """
        real = up._network
        def told(*arguments):
            say("moment")
            real(*arguments)
        up._network = told
        """,
        "say('up')",
    ),
    "containers": (
        """
        real = container.create
        def told(place, service):
            if service.role == "worker":
                say("moment")
            return real(place, service)
        container.create = told
        """,
        "say('up')",
    ),
    "run": ("", "say('moment'); sys.stdin.read()"),
    "teardown": (
        """
        real = sweep.run
        def told(*arguments, **more):
            say("moment")
            return real(*arguments, **more)
        sweep.run = told
        """,
        "pass",
    ),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_kill_9_leaves_nothing(api: Any, launch: Launch, tmp_path: Path, moment: str) -> None:
    """Claim: killed outright at boot, in the run or while it cleans up, the watchdog removes containers, networks,
    volumes and the run's folder within five seconds."""
    before, body = MOMENTS[moment]
    process = launch(body, before=before)
    run = hear(process, "run")
    hear(process, "moment")
    process.kill()
    process.wait()
    took_s = await_nothing(api, run)
    await_no_watchdog(run)
    assert leftovers(api, run) == [], "nothing that was on its way arrived later"
    assert list(tmp_path.glob("igny8-*")) == []
    print(f"killed at {moment}: gone after {took_s:.2f} s")


def test_kill_9_while_the_image_is_built_leaves_nothing(api: Any, launch: Launch) -> None:
    """Claim: the engine ends a build whose harness is gone, and the container in which it was at work goes with it."""
    before = {one["Id"] for one in api.containers(all=True)}
    process = launch(
        "pass",
        before="""
        from harness.stack.docker.image import build
        build._STACK += "RUN echo harness-is-killed-here && python3 -c 'import time; time.sleep(600)'\\n"
        """,
    )
    started = time.monotonic()
    while not [one for one in api.containers() if "harness-is-killed-here" in one["Command"]]:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() - started < 60, "the build came to the step that waits"
        time.sleep(0.05)  # between two looks
    process.kill()
    process.wait()
    started = time.monotonic()
    while {one["Id"] for one in api.containers(all=True)} - before:
        assert time.monotonic() - started < GONE_WITHIN_S
        time.sleep(0.05)  # between two looks


@pytest.mark.parametrize("moment", ["containers", "run", "teardown"])
def test_ctrl_c_takes_the_stack_down(api: Any, launch: Launch, tmp_path: Path, moment: str) -> None:
    """Claim: an interrupt of the whole terminal group, at boot, in the run or in the middle of the clean-up, ends the run
    with 130 and nothing left when it has ended."""
    before, body = MOMENTS[moment]
    process = launch(body, before=before)
    run = hear(process, "run")
    hear(process, "moment")
    os.killpg(process.pid, signal.SIGINT)
    process.wait(30)
    assert process.returncode == 130
    assert leftovers(api, run) == []
    assert list(tmp_path.glob("igny8-*")) == []
