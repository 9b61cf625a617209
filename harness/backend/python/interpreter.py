"""Which interpreter runs the target, and what is installed for it; asked of itself, with nothing but its standard library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.backend.look.asked import packages
from harness.backend.python import venv
from harness.core.config import Config
from harness.core.errors import HarnessError

OWN = "the harness's own"
TIMEOUT_S = 60.0
_heard: dict[str, tuple[Any, dict[str, Any]]] = {}
"""Interpreter -> the state of its folders when it was asked, and its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """`said_by` is what harness.toml says of it, or OWN; `prefix` is the environment that it installs into. `packages`
    maps every installed distribution to its version, names as PyPI folds them."""

    executable: str
    version: str
    prefix: str
    said_by: str
    packages: Mapping[str, str]

    @property
    def shared(self) -> bool:
        """Whether the harness lives in the same environment, so that one process can be both."""
        return os.path.realpath(self.prefix) == os.path.realpath(sys.prefix)


def executable(config: Config) -> str:
    """The interpreter that runs the target; a venv is made of requirements files where there is none yet.

    Raises HarnessError target-requirements, target-python, target-install.
    """
    if config.requirements:
        return os.fspath(venv.provide(config, _base(config.requires), told))
    return sys.executable if config.python is None else os.fspath(config.python)


def of(config: Config) -> Interpreter:
    """The interpreter that runs the target, as it is now. Raises as `executable` does."""
    said = [config.python] if config.python is not None else list(config.requirements)
    base = config.source.parent
    names = [os.fspath(path.relative_to(base) if path.is_relative_to(base) else path) for path in said]
    return _interpreter(executable(config), ", ".join(names) or OWN)


def together(config: Config, what: str) -> None:
    """Raises HarnessError target-apart where `what`, which is harness and target in one process, cannot be had."""
    one = of(config)
    if not one.shared:
        raise HarnessError(
            f"{what} is harness and target in one process, and the target has an environment of its own: "
            f"{one.said_by}, Python {one.version}",
            hint="use the processes tier; or install the harness into the target's environment and run it from there",
            code="target-apart",
        )


def own() -> Interpreter:
    """The one that runs the harness."""
    return _interpreter(sys.executable, OWN)


def told(python: str) -> dict[str, Any]:
    """What an interpreter says of itself (packages.told); asked again once something was installed there.

    Raises HarnessError target-python.
    """
    if python == sys.executable:
        return packages.told()
    stamp, answer = _heard.get(python, (None, {}))
    if not answer or stamp != _state(python, answer):
        answer = _asked(python)
        _heard[python] = (_state(python, answer), answer)
    return answer


def _interpreter(python: str, said_by: str) -> Interpreter:
    answer = told(python)
    return Interpreter(
        executable=python,
        version=answer["python"],
        prefix=answer["prefix"],
        said_by=said_by,
        packages=answer["packages"],
    )


def _asked(python: str) -> dict[str, Any]:
    # the harness's own paths are not the target's
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        done = subprocess.run(
            [python, packages.__file__], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=TIMEOUT_S,
        )  # fmt: skip
        if done.returncode == 0:
            answer: dict[str, Any] = json.loads(done.stdout)
            return answer
        why = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    except OSError as error:
        why = error.strerror or str(error)
    except (subprocess.TimeoutExpired, ValueError):
        why = f"it did not say its version within {TIMEOUT_S:g} s"
    raise HarnessError(
        f"the target's Python cannot be started: {python}: {why}",
        hint="target.python in harness.toml names an interpreter, a venv or requirements files",
        code="target-python",
    )


def _state(python: str, answer: Mapping[str, Any]) -> list[int]:
    """Of the folders that it installs into, and of the venv itself: what changes there changes their time."""
    found = []
    for path in (*answer["searched"], python, os.fspath(Path(answer["prefix"], "pyvenv.cfg"))):
        with suppress(OSError):
            found.append(Path(path).stat().st_mtime_ns)
    return found


def _base(requires: str) -> str:
    """The interpreter that requirements are installed for: the harness's, or the first on PATH of another version."""
    if not requires or sys.version.startswith(f"{requires}."):
        return sys.executable
    name = f"python{requires}"
    why = "there is none"
    for folder in os.get_exec_path():
        candidate = Path(folder, name)
        if not candidate.is_file() or not os.access(candidate, os.X_OK):
            continue
        try:
            # a shim stands for another file, which may be away when it is switched
            return str(told(os.fspath(candidate))["executable"])
        except HarnessError as error:
            why = error.message
    raise HarnessError(
        f'target.requires = "{requires}" asks for a {name} on PATH: {why}',
        hint=f"install Python {requires}, or name its interpreter or a venv of it in target.python",
        code="target-python",
    )
