"""[reach]: which code of the target is not counted, and what of the rest need not be reached, each with why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from harness.core.code import Excuse, Reachable
from harness.core.errors import HarnessError
from harness.core.golden import why_lacks
from harness.core.shape import Each, Key, Keys, Named, Text
from harness.store.tomlread import Strict

SHAPE = Keys(
    keys=(
        Key("left_out", Named(of=Text(), name='"PATTERN"', called="patterns of paths to texts", hint='write "shop/legacy/*" = "why"'), "code that is not counted: a pattern of paths, and why"),
        Key(
            "excused",
            Each(
                of=Keys(
                    keys=(
                        Key("at", Each(of=Text(), or_one=True, least=1), "the function, `path:Class.name` as `harness reach` has it, or several", needed=True),
                        Key("text", Text(), "the line that is meant, where it is not the whole function"),
                        Key("why", Text(), "why nothing need reach it", needed=True),
                    ),
                    hint='an excuse is { at = "path:function", why = "..." }, and text where it is of a line',
                ),
                hint='write [{ at = "path:function", why = "..." }]',
            ),
            "what of the rest need not be reached",
        ),
    )
)  # fmt: skip


def read(file: str, table: Any) -> Reachable:
    """Raises HarnessError config-unknown-key, config-value."""
    strict = Strict(file, "config")
    strict.held(table, SHAPE, where="reach")
    fail = strict.wrong
    left_out = table.get("left_out", {})
    for pattern, why in left_out.items():
        _with_why(f'reach.left_out."{pattern}"', why, fail)
    excused = tuple(made for one in table.get("excused", []) for made in _excuses(one, fail))
    return Reachable(left_out=dict(left_out), excused=excused)


def _excuses(one: Mapping[str, Any], fail: Callable[[str, str], HarnessError]) -> Iterator[Excuse]:
    """One for each `at`, where it is a list of them."""
    places = one["at"] if isinstance(one["at"], list) else [one["at"]]
    for at in places:
        path, colon, function = at.rpartition(":")
        if not (path and colon and function) or function.isdecimal():
            raise fail(
                f"reach.excused {at!r} is no function", 'write "path:Class.name" as harness reach has it; lines move'
            )
        _with_why(f"reach.excused {at!r}", one["why"], fail)
        yield Excuse(at=at, text=one.get("text", ""), why=one["why"])


def _with_why(where: str, why: str, fail: Callable[[str, str], HarnessError]) -> None:
    if lacks := why_lacks(why):
        raise fail(f"{where} says not why: {lacks}", "say in words why nothing need reach it")
