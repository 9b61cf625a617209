"""How one value is made another: a little more, a little less, the other way round. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from harness.judge.surface.names import UUID
from harness.judge.surface.tokens import made_up

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
Operator = Callable[[Any], Any]


def operators(value: Any) -> Iterator[tuple[str, Operator]]:
    """(what it does, how): each makes another value of this one, and of the same one as PostgreSQL writes it."""
    if isinstance(value, bool):
        yield "flipped", _flipped
    elif counts(value):
        yield "+1", lambda one: _more(one, 1)
        yield "-1", lambda one: _more(one, -1)
        if float(value):
            yield "sign", lambda one: _more(one, None)
    elif isinstance(value, str) and MOMENT.fullmatch(value):
        yield "a day later", _later
    elif isinstance(value, str):
        yield "another text", lambda one: f"{one}x"
    elif value is None:
        yield "something", lambda _: 7


def counts(value: Any) -> bool:
    """Whether a value is a number, or the text of one."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number or (isinstance(value, str) and bool(NUMBER.fullmatch(value)))


def of_its_own(value: Any) -> bool:
    """Whether a text is one that the target makes up: another one is as good."""
    return isinstance(value, str) and (bool(UUID.search(value)) or made_up(value, lambda _: False, lambda text: text))


def _flipped(value: Any) -> Any:
    return {"t": "f", "f": "t", "true": "false", "false": "true"}[value] if isinstance(value, str) else not value


def _more(value: Any, by: int | None) -> Any:
    """By the last digit that it has; None: with the other sign."""
    if isinstance(value, str):
        exact = Decimal(value)
        step = Decimal(1).scaleb(int(exact.as_tuple().exponent))
        return str(-exact if by is None else exact + by * step)
    return -value if by is None else value + by


def _later(value: Any) -> Any:
    return (datetime.fromisoformat(value.replace("Z", "+00:00")) + timedelta(days=1)).isoformat()
