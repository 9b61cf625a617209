"""The target's own tests, run in a stack of their own before the run ends: what came of them is told to its history.

Django's runner and pytest are read by what they print at the end; whoever prints nothing has shown nothing, whatever its exit code.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.backend import own
from harness.cell.observe import Tell
from harness.core.config import Config
from harness.stack.isolation.island import Island
from harness.stack.processes import boot
from harness.stack.roles import environment
from harness.stack.roles.files import TMP

LOG = "own-tests.log"
PATIENCE_S = 1800.0
"""After which a suite that does not end is ended."""
MOST_NAMES = 20
TAIL = 2000
"""Characters of what was said at the end that a history keeps; the log has all."""

DJANGO = re.compile(r"^Ran (\d+) tests? in [\d.]+s\s+^(OK|FAILED|NO TESTS RAN)\b(?: \(([^)]*)\))?", re.MULTILINE)
PYTEST = re.compile(r"^(?:=+ )?((?:\d+ [a-z]+(?:, )?)+|no tests ran) in [\d.]+s[^\n]*\s*\Z", re.MULTILINE)
NAMED = re.compile(r"^(?:FAIL|ERROR): (.+)$|^(?:FAILED|ERROR) (\S+::\S+)", re.MULTILINE)
SKIPPED = ("skipped", "deselected", "expected failures", "xfailed")
BAD = ("failures", "errors", "unexpected successes", "failed", "error")


def tell_own(config: Config, place: Island, folder: Path, tell: Tell) -> str:
    """Run them and tell an `own` event; a sentence of what came of them."""
    with boot.boot(config, place, fake=None, roles=False) as stack:
        words = environment.command(own.command(config), stack.places, "target.tests")
        begun = time.perf_counter()
        # what measures coverage writes beside the code unless it is told otherwise, and the tree can only be read
        env = {**stack.env, "COVERAGE_FILE": os.fspath(stack.run_dir / TMP / "coverage")}
        code, said = _said(stack.behind().popen, words, config.root, env, folder / LOG)
    fields = {"command": words, "code": code, **read(said), "seconds": round(time.perf_counter() - begun, 3)}
    tell("own", fields)
    return f"{fields['ran']} ran, {fields['failed']} failed, {fields['skipped']} skipped in {fields['seconds']:.1f} s"


def read(said: str) -> dict[str, Any]:
    """{ran, failed, skipped, names, said, ended}: what a suite said at its end. `ended` False: it said nothing that ends one."""
    found = _of_django(said) or _of_pytest(said)
    names = [one or other for one, other in NAMED.findall(said)]
    return {
        **(found or {"ran": 0, "failed": 0, "skipped": 0}),
        "ended": found is not None,
        "names": list(dict.fromkeys(names))[:MOST_NAMES],
        "said": said[-TAIL:],
    }


def _of_django(said: str) -> dict[str, int] | None:
    ends = DJANGO.findall(said)
    if not ends:
        return None
    ran, _, told = ends[-1]
    counts = {name: int(n) for name, n in re.findall(r"([a-z ]+)=(\d+)", told)}
    return _counted(int(ran), {name.strip(): n for name, n in counts.items()})


def _of_pytest(said: str) -> dict[str, int] | None:
    end = PYTEST.search(said)
    if end is None:
        return None
    counts = {name: int(n) for n, name in re.findall(r"(\d+) ([a-z]+)", end[1])}
    counts = {name.removesuffix("s") if name == "errors" else name: n for name, n in counts.items()}
    ran = sum(n for name, n in counts.items() if name not in ("warnings", "warning", "deselected"))
    return _counted(ran, counts)


def _counted(ran: int, counts: Mapping[str, int]) -> dict[str, int]:
    return {
        "ran": ran,
        "failed": sum(counts.get(name, 0) for name in BAD),
        "skipped": sum(counts.get(name, 0) for name in SKIPPED),
    }


def _said(
    begin: Callable[..., subprocess.Popen[bytes]], words: list[str], root: Path, env: Mapping[str, str], log: Path
) -> tuple[int | None, str]:
    """The exit code, None where it did not end in time, and all that it said; whoever it began is ended with it."""
    with log.open("w+", encoding="utf-8", errors="replace") as out:
        begun = begin(
            words, cwd=root, env=dict(env), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )  # fmt: skip
        try:
            code: int | None = begun.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end(begun)
        out.flush()
        return code, log.read_text(encoding="utf-8", errors="replace")


def _end(begun: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):  # nobody of its session is left
        os.killpg(begun.pid, signal.SIGKILL)
    begun.wait()
