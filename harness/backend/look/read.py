"""JSON -> the values of the same names. What was written by another version is refused, never half read."""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from harness.core.errors import HarnessError
from harness.core.look.values import FORMAT, Look

Make = Callable[[Any], Any]


def look(document: Mapping[str, Any]) -> Look:
    """Raises HarnessError look-unreadable."""
    if document.get("format") != FORMAT:
        raise _unreadable(f"its format is {document.get('format')!r}, not {FORMAT}")
    try:
        made: Look = _of(Look)(document)
    except (KeyError, TypeError) as error:
        raise _unreadable(f"{type(error).__name__}: {error}") from None
    return made


@functools.cache
def _of(kind: Any) -> Make:
    """What makes a value of this type from its JSON."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return _tuple(_of(inner[0]))
    if origin is not None and issubclass(origin if isinstance(origin, type) else object, Mapping):
        return _mapping(_of(inner[1]))
    if origin in (types.UnionType, typing.Union):
        return _optional(_of(next(one for one in inner if one is not type(None))))
    if hasattr(kind, "__dataclass_fields__"):
        hints = typing.get_type_hints(kind)
        return _value(kind, tuple((field.name, _of(hints[field.name])) for field in fields(kind)))
    return _same


def _same(found: Any) -> Any:
    return found


def _tuple(make: Make) -> Make:
    if make is _same:
        return tuple
    return lambda found: tuple([make(one) for one in found])


def _mapping(make: Make) -> Make:
    if make is _same:
        return dict
    return lambda found: {name: make(one) for name, one in found.items()}


def _optional(make: Make) -> Make:
    return lambda found: None if found is None else make(found)


def _value(kind: Any, parts: tuple[tuple[str, Make], ...]) -> Make:
    def made(found: Mapping[str, Any]) -> Any:
        if len(found) != len(parts):
            raise TypeError(f"{kind.__name__} has not {sorted(found.keys() ^ {name for name, _ in parts})}")
        return kind(**{name: make(found[name]) for name, make in parts})

    return made


def _unreadable(why: str) -> HarnessError:
    return HarnessError(
        f"what was found by looking cannot be read: {why}",
        hint="look again: harness look --fresh",
        code="look-unreadable",
    )
