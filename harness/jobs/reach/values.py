"""What was reached of the code, as a report tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.core.code import Function, Way
from harness.judge.code import Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`all` and `modules` count what was reached, excuses aside; `left` are functions with something that is neither reached
    nor excused; `cells` says of a way that was not taken which cells ran the line that it begins at."""

    run: str
    whole: bool
    all: Counted
    modules: Mapping[str, Counted]
    excused: Mapping[str, int]
    left: tuple[Function, ...]
    cells: Mapping[tuple[str, Way], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the target, the cells that ran it ("" among them: it ran while none did), and whether the target is as it
    was driven."""

    at: str
    text: str
    cells: tuple[str, ...]
    changed: bool
