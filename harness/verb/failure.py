"""How every error is shown: one line of what, one line of what to do, and a stable code."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from harness.core.errors import HarnessError, StackError
from harness.report.printable import shown

SIGNALLED = 128
"""Exit codes above it say which signal ended a program."""


OF_SETTINGS = (
    "ledger-",
    "auth-",
    "target-",
    "table-",
    "placeholder-",
    "webhook-secret",
    "no-celery-app",
    "contracts-missing",
    "contracts-settings",
    "config-",
    "free-money",
    "migrate-failed",
    "role-died",
    "role-not-",
    "task-not-sent",
    "inprocess-import",
    "docker-requirements",
    "trace-empty",
    "no-postgres",
    "no-valkey",
)
"""How codes begin whose mend is a setting: what else is missing is told by the doctor, all at once."""
DOCTOR = "harness doctor"


def report_failure(error: HarnessError, *, as_json: bool = False) -> None:
    """Write to stderr; with --json one object on stdout: {"error": {"message", "hint", "code", "exit_code"}}."""
    if error.code.startswith(OF_SETTINGS) and DOCTOR not in error.hint:
        error = type(error)(error.message, hint=f"{error.hint}; {DOCTOR} tells all that is missing", code=error.code)
    if as_json:
        with suppress(OSError):  # stdout takes nothing: it is said on stderr then
            print(json.dumps({"error": error.document()}), flush=True)
            return
    print(
        f"error: {_line(error.message)}\n hint: {_line(error.hint)}\n code: {error.code}", file=sys.stderr, flush=True
    )


def report_failure_of_ours(error: BaseException, *, as_json: bool = False) -> int:
    """Show an error that nobody foresaw, with its traceback. The exit code is never 1: no difference was found."""
    traceback.print_exception(error, file=sys.stderr)
    broken = StackError(
        f"the harness itself broke: {type(error).__name__}: {error}",
        hint="nothing is shown to be right or wrong; please report the traceback above",
        code="internal",
    )
    report_failure(broken, as_json=as_json)
    return broken.exit_code


def guarded(inside: Callable[[Any], int], as_json: bool) -> Callable[[Any], int]:
    """`inside` runs in a process of its own: its errors are shown there, and only the exit code comes back."""

    def run(place: Any) -> int:
        try:
            return inside(place)
        except HarnessError as error:
            report_failure(error, as_json=as_json)
            return error.exit_code
        except SystemExit as left:
            if isinstance(left.code, int) and left.code > SIGNALLED:
                raise  # SIGTERM leaves so
            return report_failure_of_ours(left, as_json=as_json)
        except Exception as error:
            return report_failure_of_ours(error, as_json=as_json)
        finally:
            sys.stdout.flush()

    return run


def _line(text: str) -> str:
    return shown(" ".join(text.split()))
