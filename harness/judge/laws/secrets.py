"""No secret of the world is told where it is not kept: in no log line of any level, no answer, no message, no row."""

from __future__ import annotations

from harness.core.history import CellHistory
from harness.judge.context import Context
from harness.judge.result import Result, breaks, holds


def no_secret_is_told(cell: CellHistory, context: Context) -> Result:
    """fails with secret-told. What is a secret, names say: api_key, password, token ... of columns, JSON and variables."""
    if not cell.leaks:
        return holds("no secret in what was said")
    return breaks(
        [f"{one['where'].strip()} holds the secret {one['secret']}" for one in cell.leaks],
        code="secret-told",
        hint="whoever reads logs, answers or rows can use it: say which key it was, never the key",
    )
