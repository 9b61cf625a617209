"""Programs beside the target: with its environment, in its folder, and able to import this package."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import harness
from harness.backend.python.interpreter import together
from harness.core.config import Config
from harness.core.errors import StackError, last_lines
from harness.stack.processes.beside import run
from harness.stack.processes.running import Stack
from harness.stack.roles import environment

PACKAGE = Path(harness.__file__).resolve().parents[1]
"""What must be importable where a program runs."""


def in_target(stack: Stack, config: Config, words: Iterable[str], extra: Mapping[str, str] = {}) -> Any:
    """Run a program with the target's environment and folder, this package importable; the finished process.

    Raises HarnessError target-apart where the target's interpreter has not what this package needs.
    """
    together(config, "what is asked in the target's own process")
    found = [stack.env.get("PYTHONPATH", ""), str(PACKAGE)]
    env = {**stack.env, **extra, "PYTHONPATH": ":".join(filter(None, found))}
    return run(stack, list(words), cwd=config.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def done_inside(
    stack: Stack, config: Config, module: str, job: Mapping[str, Any], *, name: str, what: str, extra: Mapping[str, str] = {},
) -> dict[str, Any]:  # fmt: skip
    """Have `module`.run do `job` in the target's process (harness.jobs.contracts.inside) and return what it told. Raises
    StackError fuzz-broke, and what it raised."""
    folder = stack.run_dir / "tmp"
    file, out = folder / f"{name}.json", folder / f"{name}.out.json"
    file.write_text(json.dumps({**job, "out": str(out)}))
    line = environment.command(
        ("{python}", "-m", "harness.jobs.contracts.inside", module, str(file)), stack.places, what
    )
    done = in_target(stack, config, line, extra)
    if done.returncode or not out.exists():
        raise StackError(
            f"{what} broke in the target's process (exit code {done.returncode})",
            hint=f"its last words: {last_lines(done.stderr, 2)}",
            code="fuzz-broke",
        )
    answer: dict[str, Any] = json.loads(out.read_text())
    if "error" in answer:
        message, hint, code = answer["error"]
        raise StackError(message, hint=hint, code=code)
    return answer
