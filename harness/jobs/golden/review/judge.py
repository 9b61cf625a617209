"""Which changes of a stored run there are to look at: the dearest first, then other states, then surfaces by their lines, then what is new."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from harness.core.errors import HarnessError
from harness.core.golden import Golden, Outcome, resolve
from harness.core.ledger import Amount
from harness.core.verdict import Status, Verdict
from harness.jobs.golden.beyond import GONE, beyond
from harness.jobs.golden.judge import differences, differing
from harness.jobs.golden.review.evidence import changed
from harness.jobs.golden.review.money import rates
from harness.jobs.golden.review.values import Item, Kind, Said
from harness.jobs.golden.values import Stored
from harness.judge.laws.comparable import PRICED
from harness.judge.surface import target as declared
from harness.judge.surface.difference import grouped

SURFACES = ("surface", "declared")
"""Checks that compare with what is locked beyond credits: their lines are the change itself."""
LOCKED = ("golden", *SURFACES)
ORDER = tuple(Kind)


def to_review(stored: Stored, pattern: str) -> list[Item]:
    """Every change of scenarios that match, in the order in which they are looked at. Raises golden-no-match."""
    beside = [name for name in stored.seen if name not in stored.outcomes and fnmatchcase(name, pattern)]
    any_driven = any(fnmatchcase(name, pattern) for name in stored.outcomes)
    found = differences(stored, pattern) if any_driven or not beside else {}
    told = differing(found)
    items = [_of_outcome(stored, name, told[name]) for name in told]
    alone = [name for name in sorted({*found, *beside}) if name not in told]
    return in_order([*items, *_of_surfaces(stored, alone)])


def in_order(items: Iterable[Item]) -> list[Item]:
    """By kind; in it the dearest first, of what is equally dear what is in the most cells, then by name."""
    return sorted(
        items,
        key=lambda item: (
            ORDER.index(item.kind),
            -item.moved,
            -len(item.beyond) if item.kind is Kind.SURFACE else 0,
            item.about,
        ),
    )


def ready(items: Iterable[Item], accepted: Collection[str]) -> list[str]:
    """The scenarios that differ by their surface alone, in lines of which every one was `accepted`: nothing of them is unseen."""
    surfaces = [item for item in items if item.kind is Kind.SURFACE]
    lacking = {name for item in surfaces if item.about not in accepted for name in item.locks}
    return list(dict.fromkeys(name for item in surfaces for name in item.locks if name not in lacking))


def moved(before: Outcome, after: Outcome) -> Amount:
    """How many credits move: what all accounts together are charged more, or less, whichever is more. A charge that another account bears now
    has moved, though the sum is the same."""
    was, now = _charged(before), _charged(after)
    more: list[Amount] = [now.get(name, 0) - was.get(name, 0) for name in {*was, *now}]
    gone: Amount = -sum(each for each in more if each < 0)
    come: Amount = sum(each for each in more if each > 0)
    return max(come, gone)


def _charged(outcome: Outcome) -> dict[str, Amount]:
    return {name: account["opening"] - account["closing"] for name, account in outcome.balance.items()}


def _of_outcome(stored: Stored, name: str, paths: Mapping[str, Sequence[str]]) -> Item:
    locked, seen, scenario = stored.goldens.get(name), stored.outcomes[name], stored.scenarios[name]
    lines = {path: tuple(own) for path, own in paths.items() if own}
    expected = {path: _expected(locked, stored.phase, path) for path in lines}

    def of(path: str) -> Amount:
        was = expected[path]
        return moved(was, seen[path]) if was else abs(seen[path].charged_credits)

    dearest = max(lines, key=of)  # of several the first
    was, now, cell = expected[dearest], seen[dearest], f"{name}@{dearest}"
    kind = Kind.NEW if was is None else Kind.CREDITS if of(dearest) else Kind.STATES
    history = stored.cells.get(cell)
    return Item(
        kind=kind,
        about=name,
        title=scenario.title,
        before=None if was is None else was.charged_credits,
        after=now.charged_credits,
        moved=of(dearest),
        lines=lines,
        beyond=_beyond(stored, name),
        locks=(name,),
        cell=cell,
        rates=rates(stored.target.ledger, was.usage if was else (), now.usage),
        charges=() if history is None else changed(history, scenario, stored.target, was, now),
        said=_said(stored.verdicts, {name}, cell if of(dearest) else ""),
    )


def _expected(locked: Golden | None, phase: int, path: str) -> Outcome | None:
    return None if locked is None else resolve(locked, phase, path).outcome


def _of_surfaces(stored: Stored, names: Sequence[str]) -> list[Item]:
    """A change for each line by which the surfaces of these scenarios differ, however many cells have it."""
    told: dict[str, tuple[str, ...]] = {}
    for name in names:
        cells = _beyond(stored, name)
        if _fails(stored.verdicts, name) or any(lines == (GONE,) for lines in cells.values()):
            told |= cells
    items = []
    for line, where in grouped(told):
        locks = tuple(dict.fromkeys(cell.partition("@")[0] for cell in where))
        items.append(
            Item(
                kind=Kind.SURFACE,
                about=line,
                beyond=dict.fromkeys(where, (line,)),
                locks=locks,
                cell=where[0],
                said=tuple(one for one in _said(stored.verdicts, set(locks), "") if one.verdict.status.bad),
            )
        )
    return items


def _fails(verdicts: Iterable[Verdict], name: str) -> bool:
    return any(
        verdict.status is Status.FAIL
        and verdict.checker in SURFACES
        and (verdict.cell.partition("@")[0] or declared.NAME) == name
        for verdict in verdicts
    )


def _beyond(stored: Stored, name: str) -> dict[str, tuple[str, ...]]:
    """Cell -> how its surface differs: all that accepting writes. Where that would be refused, what the check said of it."""
    try:
        return {cell: lines for cell, lines in beyond(stored, [name], "").cells.items() if lines}
    except HarnessError:
        failed = [v for v in stored.verdicts if v.status is Status.FAIL and v.checker in SURFACES]
        return {
            verdict.cell or f"{declared.NAME}@{declared.PATH}": verdict.evidence
            for verdict in failed
            if (verdict.cell.partition("@")[0] or declared.NAME) == name
        }


def _said(verdicts: Iterable[Verdict], names: Collection[str], priced: str) -> tuple[Said, ...]:
    """What is wrong with these scenarios, what a finding explains, and of the cell `priced` what the rate card says; the same in several
    cells is one."""
    found: dict[tuple[object, ...], tuple[Verdict, list[str]]] = {}
    for verdict in verdicts:
        named = verdict.cell.partition("@")[0] in names and verdict.checker not in LOCKED
        told = verdict.status.bad or verdict.finding or (verdict.cell == priced and verdict.checker == PRICED)
        if named and told:
            key = (verdict.checker, verdict.status, verdict.finding, verdict.evidence)
            found.setdefault(key, (verdict, []))[1].append(verdict.cell)
    order = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_ASKED)
    said = (Said(verdict=verdict, cells=tuple(cells)) for verdict, cells in found.values())
    return tuple(sorted(said, key=lambda one: order.index(one.verdict.status)))
