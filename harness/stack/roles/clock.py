"""The clock of a cell: as many seconds ahead of the real one as a file says, which the target's programs follow.

What follows it there is clockhook.py. Where a cell would only wait for a task's time, the clock goes there at once; it never
goes back within a cell. The simulated week sets it to the time of each tick.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.backend.python import frozen, interpreter
from harness.core.config import JUMPS, WORKER, Config, Role
from harness.core.errors import HarnessError
from harness.stack.roles import clockhook

NEAR_S = 0.5
"""What is due this soon comes by itself in the time that telling the workers takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """`file` holds the seconds; None: the clock is the real one, and `why` says for what reason if nobody asked for it."""

    file: Path | None = None
    why: str = ""
    packages: Path | None = None
    """Where time-machine is, if it is not among the target's own packages."""


REAL = Clock()
_known: dict[str, tuple[Path | None, str]] = {}
"""Interpreter -> what is put on its path for time-machine, and why there is none: asked once a run."""


def refused(config: Config) -> str:
    """Why the clock cannot go ahead though harness.toml would have it, or ""."""
    return _packages(config)[1] if config.time == JUMPS else ""


def movable(config: Config) -> None:
    """Raises clock-none and clock-real: the clock of the cells stays the real one."""
    if config.time != JUMPS:
        raise HarnessError(
            f'harness.toml says time = "{config.time}": the clock of the cells is the real one',
            hint='write time = "jumps"',
            code="clock-real",
        )
    frozen.provide(config)


def below(config: Config, run_dir: Path) -> Clock:
    """What `install` makes, without making it."""
    if config.time != JUMPS:
        return REAL
    packages, why = _packages(config)
    return Clock(why=why) if why else Clock(file=run_dir / "clock" / "ahead", packages=packages)


def install(config: Config, run_dir: Path) -> Clock:
    """Put the start-up hook and the file below `run_dir`, where the clock is not to be the real one."""
    clock = below(config, run_dir)
    if clock.file is not None:
        clock.file.parent.mkdir(exist_ok=True)
        shutil.copyfile(str(clockhook.__file__), clock.file.with_name("sitecustomize.py"))
        go(clock, 0.0)
    return clock


def _packages(config: Config) -> tuple[Path | None, str]:
    python = interpreter.executable(config)
    if python not in _known:
        try:
            _known[python] = frozen.provide(config), ""
        except HarnessError as error:
            _known[python] = None, error.message
    return _known[python]


def environment(clock: Clock, env: Mapping[str, str]) -> dict[str, str]:
    """`env` with the hook in it, in front of any other."""
    if clock.file is None:
        return dict(env)
    path = [os.fspath(clock.file.parent), *filter(None, [env.get("PYTHONPATH")])]
    beside = {} if clock.packages is None else {"HARNESS_CLOCK_PACKAGES": os.fspath(clock.packages)}
    return {**env, "PYTHONPATH": os.pathsep.join(path), "HARNESS_CLOCK": os.fspath(clock.file), **beside}


def of_role(clock: Clock, role: Role) -> dict[str, str]:
    """What a role sees of it beside: one that serves goes by it from a request on, one that takes tasks for the length of each, any other always."""
    tasks = role.like == WORKER or role.ready == "celery" or {"celery", "worker"} <= set(role.command)
    return {} if clock.file is None or role.serves or tasks else {clockhook.FROM_THE_START: "1"}


def ahead(clock: Clock) -> float:
    return float(clock.file.read_text()) if clock.file is not None else 0.0


def real() -> float:
    """What time it is, in seconds since the epoch."""
    return clockhook.real()


def now(clock: Clock) -> float:
    """The time that the target believes it is, in seconds since the epoch."""
    return clockhook.real() + ahead(clock)


def go(clock: Clock, seconds: float) -> None:
    """Be `seconds` ahead. Whoever reads sees the old number or the new one."""
    assert clock.file is not None
    made = clock.file.with_suffix(".new")
    made.write_text(repr(seconds))
    made.replace(clock.file)


def leap(
    clock: Clock, due: float, *, going: Callable[[float], object], tell: Callable[[float], object]
) -> float | None:
    """Go ahead to `due` (seconds since the epoch); by how much it went, which `going` hears before anybody can see it.
    `tell` hears how far the clock is ahead then.

    None: it is near, and comes by itself.
    """
    now, before = clockhook.real(), ahead(clock)
    left = due - now - before
    if 0 <= left <= NEAR_S:
        return None
    if left > 0:
        going(left)
        go(clock, due - now)
    tell(ahead(clock))
    return max(left, 0.0)
