"""Whether a changed cell is refused, and what all changes come to. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from harness.core.history import CellHistory
from harness.core.verdict import Status
from harness.jobs.perturb.values import CLASSES, COUNT, EACH, LEAST, MONEY, ORDER, Asked, Came, Change, Share
from harness.judge import CELL_CHECKERS
from harness.judge.asked import why_not
from harness.judge.checks import asked_of, result_of, unlocked
from harness.judge.context import Context
from harness.judge.surface.locked import each_of, side_by_side, surface_of

SURFACE = "surface"
COUNTS = "law-5"
"""What holds a charge to a provider's own count: not asked of a target without usage logs, nor where a world varies what is answered."""
AGREE = "journal"
"""Not asked of a change: it tells where rows and transactions were changed unlike each other, which a target cannot do."""
BY_CREDITS = ("golden", "law-1", "law-2", "law-4", "law-5", "law-6", "law-14")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Who judges the changes of a cell that is green as it is. `lines` is its surface; None where nobody asks for it."""

    cell: CellHistory
    context: Context
    lines: tuple[str, ...] | None


def bench(cell: CellHistory, context: Context) -> Bench:
    asked = context.surfaces is not None and not unlocked(context, cell.variation)
    return Bench(
        cell=cell,
        context=context,
        lines=surface_of(cell, context.scenario, context.target, made=context.made) if asked else None,
    )


def wrong_with(cell: CellHistory, context: Context) -> str:
    """The first check that a cell does not pass as it is; "" where it passes all."""
    return next(_failing(cell, context, list(CELL_CHECKERS)), "")


def refused_by(cell: CellHistory, kind: str, on: Bench) -> str:
    """The check that does not pass a changed cell, "" where all do. Which is asked first follows from what was changed: it decides nothing.

    Of the surface is asked whether it is that of the cell as it was, which is the locked one: what is different in it is nobody's question here.
    """
    own = [name for name in CELL_CHECKERS if name not in (SURFACE, AGREE)]
    cheap = [name for name in own if name in BY_CREDITS] if kind == MONEY else []
    if by := next(_failing(cell, on.context, cheap), ""):
        return by
    if on.lines is not None and _told_otherwise(cell, on):
        return SURFACE
    return next(_failing(cell, on.context, [name for name in own if name not in cheap]), "")


def _failing(cell: CellHistory, context: Context, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if asked_of(name, cell.variation) and result_of(name, cell, context, weighed=True).status.bad:
            yield name


def _told_otherwise(cell: CellHistory, on: Bench) -> bool:
    """The first line that is another settles it."""
    now = each_of(cell, on.context.scenario, on.context.target, made=on.context.made)
    return any(one != other for one, other in zip_longest(now, on.lines or ()))


def declared(change: Change, other: CellHistory, on: Bench) -> bool:
    """Whether nobody looks at what was changed because somebody declared so: [free] of harness.toml, an unbilled success of the scenario, a
    finding on it, or a scenario that lets things run side by side, where what comes first and who of the roles wrote is nobody's."""
    context = on.context
    if change.needs == COUNT:
        asked = asked_of(COUNTS, on.cell.variation) and not why_not(COUNTS, context.target.ledger, context.rates)
        return not asked or bool(context.scenario.unbilled) or any(COUNTS in one.laws for one in context.findings)
    if change.needs == ORDER:
        return side_by_side(on.cell, context.scenario, context.target)
    bare = replace(context.target, free=frozenset())
    one, two = (surface_of(cell, context.scenario, bare, made=context.made) for cell in (on.cell, other))
    return one != two


def came(asked: Sequence[Asked], there: Mapping[str, int], **known: object) -> Came:
    """`there` says how many changes of a class there are; those that are free are counted apart."""
    held = [one for one in asked if not one.free]
    shares = {}
    for kind in CLASSES:
        own = [one for one in held if one.change.kind == kind]
        if own or there.get(kind):
            shares[kind] = Share(there=there.get(kind, 0), asked=len(own), refused=sum(bool(one.by) for one in own))
    by = Counter(one.by for one in held if one.by)
    return Came(
        shares=shares,
        survivors=tuple(one for one in held if not one.by),
        free=len(asked) - len(held),
        by=dict(by.most_common()),
        **known,  # type: ignore[arg-type]
    )


def status(found: Came) -> Status:
    """pass where every change of the classes that matter is refused, and nearly all of the others; unknown where nothing was asked."""
    if found.odd or not any(share.asked for share in found.shares.values()):
        return Status.UNKNOWN
    return Status.FAIL if below(found.shares) else Status.PASS


def below(shares: Mapping[str, Share]) -> list[str]:
    """A line for each bar that is missed."""
    lines = [
        f"{kind}: {share.asked - share.refused} of {share.asked} are not refused, none may be"
        for kind, share in shares.items()
        if kind in EACH and share.refused < share.asked
    ]
    asked, refused = _summed(shares.values())
    if asked and refused < LEAST * asked:
        lines.append(f"all: {refused} of {asked} are refused, fewer than {LEAST:.0%}")
    return lines


def _summed(shares: Iterable[Share]) -> tuple[int, int]:
    shares = tuple(shares)
    return sum(one.asked for one in shares), sum(one.refused for one in shares)
