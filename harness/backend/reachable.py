"""[reach]: which code of the target is not counted, and what of the rest need not be reached, each with why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from harness.core.code import Excuse, Reachable
from harness.core.errors import HarnessError, did_you_mean
from harness.core.golden import why_lacks

KEYS = ("left_out", "excused")
OF_AN_EXCUSE = ("at", "text", "why")


def read(table: Any, fail: Callable[..., HarnessError]) -> Reachable:
    """Raises what `fail(what, hint, code?)` makes."""
    if not isinstance(table, dict):
        raise fail("[reach] must be a table", "see docs/formats.md, harness.toml")
    for key in table:
        if key not in KEYS:
            raise fail(f"unknown key '{key}' in [reach]", did_you_mean(key, KEYS), "config-unknown-key")
    left_out = table.get("left_out", {})
    if not isinstance(left_out, dict):
        raise fail("reach.left_out must map patterns of paths to texts", 'write "shop/legacy/*" = "why"')
    for pattern, why in left_out.items():
        _with_why(f'reach.left_out."{pattern}"', why, fail)
    excused = table.get("excused", [])
    if not isinstance(excused, list):
        raise fail("reach.excused must be a list", 'write [{ at = "path:function", why = "..." }]')
    return Reachable(left_out=dict(left_out), excused=tuple(made for one in excused for made in _excuses(one, fail)))


def _excuses(one: Any, fail: Callable[..., HarnessError]) -> Iterator[Excuse]:
    """One for each `at`, where it is a list of them."""
    if not isinstance(one, Mapping) or not {"at", "why"} <= set(one) or not set(one) <= set(OF_AN_EXCUSE):
        raise fail(
            f"reach.excused holds {one!r}",
            'an excuse is { at = "path:function", why = "..." }, and text where it is of a line',
        )
    places = one["at"] if isinstance(one["at"], list) else [one["at"]]
    if not places or not all(isinstance(value, str) for value in (*places, one["why"], one.get("text", ""))):
        raise fail(f"reach.excused holds {one!r}", "put each value in quotes")
    for at in places:
        path, colon, function = at.rpartition(":")
        if not (path and colon and function) or function.isdecimal():
            raise fail(
                f"reach.excused {at!r} is no function", 'write "path:Class.name" as harness reach has it; lines move'
            )
        _with_why(f"reach.excused {at!r}", one["why"], fail)
        yield Excuse(at=at, text=one.get("text", ""), why=one["why"])


def _with_why(where: str, why: Any, fail: Callable[..., HarnessError]) -> None:
    if not isinstance(why, str) or (lacks := why_lacks(why)):
        raise fail(
            f"{where} says not why: {lacks if isinstance(why, str) else why!r}",
            "say in words why nothing need reach it",
        )
