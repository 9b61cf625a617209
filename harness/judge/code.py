"""What of the target's code a run reached: counted, excused, and held to the floor that was accepted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from harness.core.code import BRANCHES, FUNCTIONS, HANDLERS, KINDS, Excuse, Floor, Function, Way
from harness.core.history import CellHistory, Event
from harness.core.variation import LEVELS
from harness.core.verdict import Status
from harness.judge.context import RunContext
from harness.judge.golden.agreement import Named
from harness.judge.result import Result, breaks, holds

Counted = Mapping[str, tuple[int, int]]
"""Kind -> (reached, of)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """What was not reached and is not excused, `functions`; `excused` counts what is, by kind; `idle` are excuses of nothing."""

    functions: tuple[Function, ...]
    excused: Mapping[str, int]
    idle: tuple[Excuse, ...]


def counted(functions: Iterable[Function]) -> dict[str, tuple[int, int]]:
    """Of all of them, excuses aside."""
    functions = tuple(functions)
    every = {
        BRANCHES: (sum(one.branches - len(one.missed) for one in functions), sum(one.branches for one in functions)),
        FUNCTIONS: (sum(one.ran for one in functions), len(functions)),
        HANDLERS: (sum(one.handlers - len(one.unhandled) for one in functions), sum(one.handlers for one in functions)),
    }
    return {kind: (reached, of) for kind, (reached, of) in every.items() if of}


def by_module(functions: Iterable[Function]) -> dict[str, dict[str, tuple[int, int]]]:
    """Module -> as `counted`."""
    found: dict[str, list[Function]] = {}
    for one in functions:
        found.setdefault(one.module, []).append(one)
    return {module: counted(own) for module, own in found.items()}


def left_open(functions: Iterable[Function], excuses: Sequence[Excuse]) -> Open:
    """What is left where excuses are taken as they stand."""
    used: set[Excuse] = set()
    excused = dict.fromkeys(KINDS, 0)
    left = []
    for one in functions:
        if one.whole:
            continue
        own = [excuse for excuse in excuses if fnmatchcase(one.at, excuse.at)]
        whole = [excuse for excuse in own if not excuse.text]
        used.update(whole)
        missed = tuple(_unexcused(one.missed, own, used))
        unhandled = tuple(_unexcused(one.unhandled, own, used))
        excused[BRANCHES] += len(one.missed) - len(missed)
        excused[HANDLERS] += len(one.unhandled) - len(unhandled)
        excused[FUNCTIONS] += not one.ran and bool(whole)
        rest = replace(one, ran=one.ran or bool(whole), missed=missed, unhandled=unhandled)
        if not rest.whole:
            left.append(rest)
    idle = tuple(excuse for excuse in excuses if excuse not in used)
    return Open(functions=tuple(left), excused=excused, idle=idle)


def names_of(functions: Iterable[Function]) -> dict[str, list[str]]:
    """Kind -> what of it is open, by name."""
    named: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for one in functions:
        if not one.ran:
            named[FUNCTIONS].append(one.at)
        named[BRANCHES] += [f"{one.at} {way.told}" for way in one.missed]
        named[HANDLERS] += [f"{one.at} {way.told}" for way in one.unhandled]
    return named


def code_reached(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """No module, and not the whole, has a lower share than when it was accepted; asked of a whole run that notes it."""
    noted, code = context.noted, _of_a_whole(context)
    if noted is None or code is None or noted.floor is None:
        return
    if lacks := not_comparable(noted.floor, noted.history.start):
        yield "", Result(status=Status.NOT_ASKED, evidence=(f"not asked: {lacks}",))
        return
    lines = [
        f"{where}: {kind} {_share(now)}, were {_share(was)}"
        for where, kind, was, now in _pairs(noted.floor.modules, by_module(code))
        if now[0] * was[1] < was[0] * now[1]
    ]
    if lines:
        hint = 'reach it again (harness reach); if it is meant: harness reach --accept --why "..."'
        yield "", breaks(lines, code="reach-fell", hint=hint)
    else:
        yield "", holds(f"{len(noted.floor.modules)} modules, none with a lower share than was accepted")


def excuses_used(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """Nothing is excused or left out for nothing; asked of a whole run at phase 0."""
    code, reachable = _of_a_whole(context), context.target.reach
    if context.noted is None or code is None or context.phase:
        return
    lines = [
        f"{one.at}{f' {one.text!r}' if one.text else ''}: excused, and all of it is reached, or it is gone"
        for one in left_open(code, reachable.excused).idle
    ]
    lines += [f"{pattern}: left out, and there is no such file" for pattern in context.noted.history.left_out_idle]
    if lines:
        yield "", breaks(lines, code="reach-idle", hint="take it out of [reach] in harness.toml, or mend its pattern")
    elif reachable.excused or reachable.left_out:
        yield "", holds(f"{len(reachable.excused)} excuses, each in use")


def _of_a_whole(context: RunContext) -> tuple[Function, ...] | None:
    """What was noted of the code by a whole run; None by any other."""
    noted = context.noted
    return noted.history.code if noted is not None and noted.history.start.get("whole") else None


def not_comparable(floor: Floor, start: Event) -> str:
    """Why a run says nothing about the floor; "" where it does."""
    phase, tier = int(start.get("phase", 0)), start.get("tier", "processes")
    level = start.get("vary", LEVELS[0])
    if phase != floor.phase:
        return f"what was accepted is of phase {floor.phase}"
    if tier != "processes":
        return "what was accepted is of the processes tier"
    if LEVELS.index(level) < LEVELS.index(floor.vary):
        return f"what was accepted is of --vary {floor.vary}"
    return ""


def _pairs(
    was: Mapping[str, Counted], now: Mapping[str, Counted]
) -> Iterator[tuple[str, str, tuple[int, int], tuple[int, int]]]:
    """Where, kind, what was and what is: of all together, and of each module that is there still."""
    there = {module: kinds for module, kinds in was.items() if module in now}
    for kind in KINDS:
        yield "in all", kind, _sum(was, kind), _sum(now, kind)
    for module, kinds in there.items():
        for kind, before in kinds.items():
            if kind in now[module]:
                yield module, kind, before, now[module][kind]


def _sum(modules: Mapping[str, Counted], kind: str) -> tuple[int, int]:
    own = [kinds[kind] for kinds in modules.values() if kind in kinds]
    return sum(reached for reached, _ in own), sum(of for _, of in own)


def _share(counts: tuple[int, int]) -> str:
    reached, of = counts
    return f"{reached} of {of}"


def _unexcused(ways: Iterable[Way], excuses: Sequence[Excuse], used: set[Excuse]) -> Iterator[Way]:
    for way in ways:
        fitting = [one for one in excuses if not one.text or fnmatchcase(way.text, one.text)]
        used.update(fitting)
        if not fitting:
            yield way
