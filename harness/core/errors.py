"""The one error of the harness: what happened, what to do, a stable code.

    HarnessError        exit 2  the request, a file or the configuration is wrong
    `- StackError       exit 3  the stack could not be booted, or failed while running

Every code is listed in docs/errors.md; a test compares the two lists.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

OK, DIFFERENCES, USAGE, STACK_FAILED = 0, 1, 2, 3


class HarnessError(Exception):
    """Something the user can mend. `str(error)` is one line; `hint` is one line; `code` never changes."""

    exit_code = USAGE

    def __init__(self, message: str, *, hint: str, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code

    def document(self) -> dict[str, Any]:
        """As JSON: {"message", "hint", "code", "exit_code"}; `of_document` makes the error of it again."""
        return {"message": self.message, "hint": self.hint, "code": self.code, "exit_code": self.exit_code}


class StackError(HarnessError):
    """The stack did not come up, or a part of it died."""

    exit_code = STACK_FAILED


def of_document(found: Mapping[str, Any], *, where: str = "") -> HarnessError:
    """The error that another process told of, of its own kind; `where` is put before its message."""
    kind = StackError if found.get("exit_code") == STACK_FAILED else HarnessError
    return kind(f"{where}{found['message']}", hint=found["hint"], code=found["code"])


def last_lines(text: str, count: int = 3, *, none: str = "none") -> str:
    """How what a program said ends, in one line for a hint; `none` where it said nothing."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(lines[-count:]) or none


def pip_said(text: str, count: int = 3) -> str:
    """How what pip said ends, without the lines in which it names every version that it passed over."""
    return last_lines("\n".join(line for line in text.splitlines() if "Ignored the following" not in line), count)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the nearest known word, or the sorted list of known words."""
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return "known: " + ", ".join(known)
