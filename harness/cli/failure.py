"""How every error is shown: one line of what, one line of what to do, and a stable code."""

from __future__ import annotations

import json
import sys

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


def _line(text: str) -> str:
    return " ".join(text.split())
