"""The target's interpreter is started on asked/ and its answer taken; what fails there is refused by name."""

from __future__ import annotations

import json
import os
import select
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harness.backend.look.question import SCRIPT, Question
from harness.core.errors import HarnessError, last_lines

TIMEOUT_S = 120.0
_TAIL = 3
"""Lines of a traceback that are shown."""


def document(
    asked: Question, env: Mapping[str, str], folder: Path, *, database: bool = False, begin: Callable[..., Any] = subprocess.Popen
) -> dict[str, Any]:  # fmt: skip
    """The target's answer as JSON; `folder` is where it is written, and `begin` starts it, as subprocess.Popen does. Nothing of it holds a
    password.

    `database`: a migrated one is there, and rows that a target keeps its schedule in are read.

    Raises HarnessError target-import, target-manage, no-celery-app, target-python.
    """
    job, out, log = folder / "look.json", folder / "looked.json", folder / "look.log"
    out.unlink(missing_ok=True)
    job.write_text(
        json.dumps(
            {
                "root": os.fspath(asked.root),
                "manage": asked.manage,
                "celery": asked.celery,
                "database": database,
                "out": os.fspath(out),
            }
        )
    )
    code = _ended(asked, job, env, log, begin)
    if not out.exists():
        raise HarnessError(
            f"the target's Python ended with code {code} while it was looked at",
            hint=f"its last words: {_last_words(log)}",
            code="target-import",
        )
    answer: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    if "failed" in answer:
        raise refusal(answer["failed"], asked.python)
    return answer


def _ended(asked: Question, job: Path, env: Mapping[str, str], log: Path, begin: Callable[..., Any]) -> int:
    """Start the target's interpreter and wait for its end; its exit code."""
    command = [asked.python, os.fspath(SCRIPT), os.fspath(job)]
    with log.open("wb") as said:
        try:
            process = begin(command, cwd=asked.root, env=dict(env), stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        except OSError as error:
            raise HarnessError(
                f"the target's Python cannot be started: {asked.python}: {error.strerror}",
                hint="target.python names it, or target.manage begins with it",
                code="target-python",
            ) from None
    pidfd = os.pidfd_open(process.pid)
    try:
        if not select.select([pidfd], [], [], TIMEOUT_S)[0]:
            process.kill()
            process.wait()
            raise HarnessError(
                f"importing the target took longer than {TIMEOUT_S:g} s",
                hint=f"it waits for something that is not there; its last words: {_last_words(log)}",
                code="target-import",
            )
    finally:
        os.close(pidfd)
    code: int = process.wait()
    return code


def refusal(failed: Mapping[str, Any], python: str) -> HarnessError:
    """The error of what the target's interpreter told: what failed, in which file, and what to do."""
    if failed["code"] == "no-celery-app":
        return HarnessError(failed["message"], hint=failed["hint"], code="no-celery-app")
    if failed["code"] == "target-manage":
        return HarnessError(failed["message"], hint=failed["hint"], code="target-manage")
    place = f", in {failed['file']} line {failed['line']}" if failed["file"] else ""
    tail = " | ".join(failed["tail"][-_TAIL:])
    if failed["missing"] and failed["kind"] == "ModuleNotFoundError":
        todo = f"install it for {python}"
    elif failed["refused"]:
        todo = f'it writes in its own tree: target.writes = ["{_written(failed["refused"])}"], or a folder of {{logs_dir}} in [target.env]'
    elif failed["database"]:
        todo = "it asks its database while it is imported: harness look --database gives it one"
    elif failed["kind"] == "KeyError" or failed["kind"].endswith("ImproperlyConfigured"):
        todo = "what the target reads from its environment stands in [target.env]"
    else:
        todo = "mend it, or give it what it needs in [target.env]"
    return HarnessError(
        f"{failed['stage']} failed: {failed['kind']}: {failed['message']}{place}",
        hint=f"{todo}; its traceback ends: {tail}" if tail else todo,
        code="target-import",
    )


def _written(path: str) -> str:
    """The folder of it; itself where it stands in the root."""
    return path.rpartition("/")[0] or path


def _last_words(log: Path) -> str:
    return last_lines(log.read_text(encoding="utf-8", errors="replace"), _TAIL)
