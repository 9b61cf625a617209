"""The target's own shell, kept open: direct services are called as the plan's own commands call them.

`manage.py shell -c LOOP` boots once; each call is one line of JSON in and one out, on a pipe of its own, so that
whatever the target prints cannot be mistaken for an answer.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from subprocess import PIPE, TimeoutExpired
from typing import Any

from harness.core.errors import StackError
from harness.stack.roles import forker
from harness.stack.roles.child import Process

CLOSE_S = 2.0

LOOP = """
import json, os, sys
out = os.fdopen(int(os.environ["HARNESS_CONSOLE_FD"]), "w")
print(json.dumps({"ok": True, "value": "ready"}), file=out, flush=True)
for line in sys.stdin:
    scope = {"__name__": "console"}
    if "harness_clock" in sys.modules:
        sys.modules["harness_clock"].follow()
    try:
        exec(json.loads(line)["code"], scope)
        answer = {"ok": True, "value": scope.get("result")}
    except Exception as error:
        answer = {"ok": False, "error": type(error).__name__, "message": str(error)}
    print(json.dumps(answer, default=str), file=out, flush=True)
"""


class Console:
    """One `manage.py shell` process. `call` runs code in it and returns {"ok", "value"} or {"ok", "error", "message"}."""

    def __init__(self, spawn: Callable[..., Process], manage: Sequence[str]) -> None:
        """`spawn(name, command, env, **popen)` starts a process of the stack with the target's environment."""
        reader, low = os.pipe()
        # out of the way of what a process that has loaded the target holds already
        writer = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, forker.HIGH)
        os.close(low)
        self._process = spawn(
            "console", [*manage, "shell", "-c", LOOP],
            {"HARNESS_CONSOLE_FD": str(writer)}, stdin=PIPE, pass_fds=(writer,),
        )  # fmt: skip
        os.close(writer)
        self._answers = os.fdopen(reader, "rb", buffering=0)
        self._rest = b""
        self._ready = False

    def call(self, code: str, timeout_s: float = 60) -> Mapping[str, Any]:
        """Run `code`; its variable `result` is the value. Exceptions of the target come back as data."""
        if not self._ready:
            self._read(timeout_s)
            self._ready = True
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"code": code}).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._gone() from None
        return self._read(timeout_s)

    def close(self) -> None:
        """One that does not end by itself, because it is stopped or something hangs in it, ends with the stack."""
        if self._process.stdin:
            self._process.stdin.close()
        with suppress(TimeoutExpired):
            self._process.wait(CLOSE_S)
        self._answers.close()

    def _read(self, timeout_s: float) -> Mapping[str, Any]:
        while b"\n" not in self._rest:
            readable, _, _ = select.select([self._answers], [], [], timeout_s)
            if not readable:
                raise StackError(
                    f"the target's shell gave no answer within {timeout_s:g} s",
                    hint="see logs/console.log of this run",
                    code="console-timeout",
                )
            chunk = self._answers.read(1 << 16)
            if not chunk:
                raise self._gone()
            self._rest += chunk
        line, self._rest = self._rest.split(b"\n", 1)
        answer: Mapping[str, Any] = json.loads(line)
        return answer

    def _gone(self) -> StackError:
        return StackError(
            "the target's shell ended: manage.py shell did not stay up",
            hint="see logs/console.log of this run",
            code="console-gone",
        )
