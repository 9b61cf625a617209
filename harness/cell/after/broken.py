"""A cell that could not be driven or observed to its end: which error of the stack that is, and who stands still."""

from __future__ import annotations

from typing import Any

import psycopg
import redis

from harness.core.errors import HarnessError, StackError
from harness.stack.broker import monitor
from harness.stack.roles import threads

BREAKS = (StackError, redis.RedisError, psycopg.OperationalError, psycopg.InterfaceError)
"""What ends a cell and nothing else: the stack, or a part of it, does not do its work."""


def named(error: Exception, stack: Any) -> StackError:
    """`error` by its name; where a part of the stack has ended, or stands still (SIGSTOP), that is why nobody answers."""
    try:
        stack.alive()
    except StackError as ended:
        return ended
    made = error if isinstance(error, StackError) else _of_a_client(error)
    return StackError(f"{made.message}{still(stack)}", hint=made.hint, code=made.code)


def still(stack: Any) -> str:
    """ ": web is stopped (SIGSTOP)" where that is why nobody answers."""
    family = stack.family()
    stopped = threads.stopped({**family.of, **family.servers})
    if not stopped:
        return ""
    return f": {' and '.join(stopped)} {'is' if len(stopped) == 1 else 'are'} stopped (SIGSTOP)"


def _of_a_client(error: Exception) -> StackError:
    if isinstance(error, redis.RedisError):
        return monitor.gone(f"does not answer: {_line(error)}")
    return StackError(
        f"the database does not answer: {_line(error)}", hint="see logs/postgres.log of this run", code="database-gone"
    )


def end_of(error: HarnessError) -> dict[str, Any]:
    """The fields of cell.end that say how a cell ended that broke."""
    return {"settled": False, "reason": error.message, "code": error.code, "hint": error.hint, "broken": True}


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
