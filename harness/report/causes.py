"""Which cells fail for one cause: a mistake that shows in forty cells is told once, with all that is otherwise anywhere in them. Pure.

The cause is what a law, a contract or a status says; what is locked (golden, surface) differs then because of it, and a finding that no longer shows does
not because nothing came so far. Two cells have one cause where that reads the same but for numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.core.ledger import Amount
from harness.core.verdict import Verdict

GONE = "finding-gone"
UNMATCHED = "provider-unmatched"
LOCKED = ("golden", "surface")
"""Checks that compare with what is locked: they say that, and not why."""
TOGETHER = 4
"""Cells from which on they are one block: fewer can each be read."""
_NUMBER = re.compile(r"(?<![\w.-])[-+]?\d+(?:\.\d+)?(?![\w-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Cells with one cause; the first, of which least is told, stands for all. `beside`: what is told of others of them and, but for numbers, not of the first: line -> cells.
    `credits_delta` over all of them, None where nobody says."""

    cells: tuple[str, ...]
    beside: Mapping[str, tuple[str, ...]]
    credits_delta: Amount | None = None


def blocks(verdicts: Iterable[Verdict]) -> tuple[Block, ...]:
    """What fails, by cause, in the order in which it first comes; `verdicts` are those that are not right."""
    own: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        own.setdefault(verdict.cell, []).append(verdict)
    alike: dict[Any, list[str]] = {}
    for cell, said in own.items():
        alike.setdefault(_cause(said) if "@" in cell else cell, []).append(cell)
    found = []
    for cells in alike.values():
        for part in [cells] if len(cells) >= TOGETHER else [[cell] for cell in cells]:
            found.append(_block(part, own))
    order = {cell: n for n, cell in enumerate(own)}
    return tuple(sorted(found, key=lambda one: min(order[cell] for cell in one.cells)))


def in_order(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Those of one cell: causes, then what is locked, then findings that no longer show, each once with all that it was to break."""
    found = list(verdicts)
    gone: dict[str, list[Verdict]] = {}
    for verdict in found:
        if verdict.code == GONE:
            gone.setdefault(_finding(verdict), []).append(verdict)
    others = [verdict for verdict in found if verdict.code != GONE]
    return [*others, *(_once(name, said, caused=bool(others)) for name, said in gone.items())]


def shape(line: str) -> str:
    """A line without its numbers."""
    return _NUMBER.sub("#", line)


def _cause(said: Sequence[Verdict]) -> Any:
    real = [one for one in said if one.code != GONE]
    first = (
        [one for one in real if one.checker not in LOCKED]
        or [one for one in real if one.checker == "golden"]
        or real
        or said
    )
    return tuple(sorted((one.checker, one.code, _told(one)) for one in first))


def _told(verdict: Verdict) -> tuple[str, ...]:
    if verdict.code == UNMATCHED:  # the recordings are each cell's own; what is not as recorded is the hint's
        return (shape(verdict.evidence[0]), shape(verdict.hint.partition(";")[0]))
    if verdict.code == GONE:
        return (_finding(verdict),)
    return tuple(sorted({shape(line) for line in verdict.evidence}))


def _block(cells: Sequence[str], own: Mapping[str, Sequence[Verdict]]) -> Block:
    # the one of which least is told shows the cause best
    plainest = min(cells, key=lambda cell: sum(len(verdict.evidence) for verdict in own[cell]))
    first = {shape(line) for verdict in own[plainest] for line in verdict.evidence}
    beside: dict[str, list[str]] = {}
    for cell in cells:
        for line in dict.fromkeys(shape(line) for verdict in own[cell] for line in verdict.evidence):
            if line not in first:
                beside.setdefault(line, []).append(cell)
    deltas = [one.credits_delta for cell in cells for one in own[cell] if one.checker == "golden" and one.credits_delta]
    return Block(
        cells=(plainest, *(cell for cell in cells if cell != plainest)),
        beside={line: tuple(where) for line, where in sorted(beside.items(), key=lambda found: -len(found[1]))},
        credits_delta=sum(deltas) if deltas else None,
    )


def _finding(verdict: Verdict) -> str:
    """What weigh() says of it (harness.judge.known): "finding no longer shows: ID is declared to break LAW, and it holds"."""
    return verdict.evidence[0].partition(": ")[2].partition(" is declared to break ")[0]


def _once(name: str, said: Sequence[Verdict], *, caused: bool) -> Verdict:
    laws = ", ".join(one.checker for one in said)
    holds = "they hold" if len(said) > 1 else "it holds"
    why = (
        "mend first what is wrong above: while that is so, nobody can say whether the finding is gone"
        if caused
        else f"take {laws} out of the finding in scenarios/findings.toml, or set its ends_at_phase"
    )
    return Verdict(
        checker="finding",
        status=said[0].status,
        cell=said[0].cell,
        claim="what is known to be wrong is wrong in just that way",
        evidence=(f"finding no longer shows: {name} is declared to break {laws}, and {holds}",),
        code=GONE,
        hint=why,
    )
