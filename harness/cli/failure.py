"""How every error is shown: one line of what, one line of what to do, and a stable code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from harness.core.errors import HarnessError


def report_failure(error: HarnessError, *, as_json: bool = False) -> None:
    """Write to stderr; with --json one object on stdout: {"error": {"message", "hint", "code", "exit_code"}}."""
    if as_json:
        body = {"message": error.message, "hint": error.hint, "code": error.code, "exit_code": error.exit_code}
        print(json.dumps({"error": body}), flush=True)
        return
    print(
        f"error: {_line(error.message)}\n hint: {_line(error.hint)}\n code: {error.code}", file=sys.stderr, flush=True
    )


def guarded(inside: Callable[[Any], int], as_json: bool) -> Callable[[Any], int]:
    """`inside` runs in a process of its own: its errors are shown there, and only the exit code comes back."""

    def run(place: Any) -> int:
        try:
            return inside(place)
        except HarnessError as error:
            report_failure(error, as_json=as_json)
            return error.exit_code
        finally:
            sys.stdout.flush()

    return run


def _line(text: str) -> str:
    return " ".join(text.split())
