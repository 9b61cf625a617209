"""Whether a value that JSON brought is what a type hint says, and where it is not: of mappings with known keys (TypedDict, frozen values), lists as
tuples, unions and words."""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Literal, NotRequired, Union, Unpack, get_args, get_origin, get_type_hints, is_typeddict

Check = Callable[[Any], str]
NO_OBJECT = " is {}, and should be an object"
CALLED = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", type(None): "null"}


def told(wrong: str) -> str:
    """As words: "its cells is null, and should be a list", "it has no kind"; "" for nothing."""
    return f"its {wrong[1:]}" if wrong.startswith(".") else f"it{wrong}" if wrong else ""


@cache
def of(hint: Any) -> Check:
    """What is wrong with a value that should be as `hint` says; "" for nothing."""
    origin, given = get_origin(hint), get_args(hint)
    if hint is Any:
        return lambda value: ""
    if (kinds := _kinds(hint)) is not None:
        called = " or ".join(dict.fromkeys(CALLED[kind] for kind in given or (hint,)))
        return lambda value: "" if type(value) in kinds else f" is {_shown(value)}, and should be {called}"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return of(Literal[tuple(hint)])
    if is_typeddict(hint):
        hints = get_type_hints(hint, include_extras=True)
        must = {name for name, one in hints.items() if get_origin(one) is not NotRequired}
        return _keyed({name: of(get_args(one)[0] if name not in must else one) for name, one in hints.items()}, must)
    if is_dataclass(hint):
        must = {one.name for one in fields(hint) if one.default is MISSING and one.default_factory is MISSING}
        return _keyed({name: of(one) for name, one in get_type_hints(hint).items()}, must)
    if origin is Literal:
        return lambda value: (
            ""
            if isinstance(value, str) and value in given
            else f" is {_shown(value)}, and should be one of {', '.join(given)}"
        )
    if origin in (Union, types.UnionType):
        return _either([of(one) for one in given])
    if origin is tuple:
        if get_origin(given[-1]) is Unpack:  # the first ones, and many of one kind behind them
            ((many, _),) = (get_args(one) for one in get_args(given[-1]))
            return _together([of(one) for one in given[:-1]], of(many))
        return _listed(of(given[0])) if given[-1] is ... else _together([of(one) for one in given])
    if issubclass(origin, Mapping):
        return _mapped(of(given[1]), _kinds(given[1]))
    raise TypeError(f"no check for {hint}")


def _kinds(hint: Any) -> frozenset[type] | None:
    """The types of a simple value; None where it is none."""
    given = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return frozenset({*given, *([int] if float in given else [])}) if all(one in CALLED for one in given) else None


def _keyed(keys: Mapping[str, Check], must: Collection[str]) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, Mapping):
            return NO_OBJECT.format(_shown(value))
        for name, inner in keys.items():
            if name in value:
                if wrong := inner(value[name]):
                    return f".{name}{wrong}"
            elif name in must:
                return f" has no {name}"
        return ""

    return check


def _mapped(inner: Check, kinds: frozenset[type] | None) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, Mapping):
            return NO_OBJECT.format(_shown(value))
        if kinds is not None and kinds.issuperset(map(type, value.values())):
            return ""
        return next((f".{name}{wrong}" for name, one in value.items() if (wrong := inner(one))), "")

    return check


def _listed(inner: Check) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, list | tuple):
            return f" is {_shown(value)}, and should be a list"
        return next((f"[{n}]{wrong}" for n, one in enumerate(value) if (wrong := inner(one))), "")

    return check


def _together(first: Sequence[Check], rest: Check | None = None) -> Check:
    n = len(first)

    def check(value: Any) -> str:
        if not isinstance(value, list | tuple) or len(value) < n or (rest is None and len(value) > n):
            return f" is {_shown(value)}, and should be a list of {n}{' and more' if rest else ''}"
        every = enumerate(value)
        return next((f"[{at}]{wrong}" for at, one in every if (wrong := (first[at] if at < n else rest or first[0])(one))), "")  # fmt: skip

    return check


def _either(inner: Sequence[Check]) -> Check:
    """Of an object that is nearly one its own fault is said."""

    def check(value: Any) -> str:
        found = [of(value) for of in inner]
        return max(found, key=len) if all(found) else ""

    return check


def _shown(value: Any) -> str:
    words = {dict: "an object", list: "a list", type(None): "null", bool: str(value).lower()}
    return words.get(type(value), repr(value)[:40])
