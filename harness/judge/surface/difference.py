"""How an observed surface differs from the locked one, told so that the same change reads the same in every cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

ALIKE = 0.5
"""From this ratio of common words on, a line that came is the one that went, changed."""


def difference(locked: Sequence[str], observed: Sequence[str]) -> list[str]:
    """A line of what is told for each line that is not the same; [] where all are."""
    if tuple(locked) == tuple(observed):
        return []
    told: list[str] = []
    for tag, i, j, k, m in SequenceMatcher(None, locked, observed, autojunk=False).get_opcodes():
        if tag != "equal":
            told += _told(list(locked[i:j]), list(observed[k:m]))
    return told


def _told(gone: list[str], come: list[str]) -> Iterable[str]:
    told = []
    for line in gone:
        pair = max(come, key=lambda other: _ratio(line, other), default=None)
        if pair is None or _ratio(line, pair) < ALIKE:
            told.append(f"- {line.strip()}")
            continue
        told += [f"+ {other.strip()}" for other in come[: come.index(pair)]]
        del come[: come.index(pair) + 1]
        told.append(_changed(line, pair))
    return [*told, *(f"+ {line.strip()}" for line in come)]


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def _changed(before: str, after: str) -> str:
    """Only the words that differ, behind those that say of what they are."""
    old, new = before.split(), after.split()
    parts = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            parts.append(f"{' '.join(old[i:j]) or 'nothing'} is now {' '.join(new[k:m]) or 'nothing'}")
    head = 0
    while head < 4 and old[head : head + 1] == new[head : head + 1] and not _value(old[head]):
        head += 1
    return f"~ {' '.join(old[:head])}: {'; '.join(parts)}"


def _value(word: str) -> bool:
    return "=" in word or "->" in word


def grouped(told: Mapping[str, Sequence[str]]) -> list[tuple[str, tuple[str, ...]]]:
    """Each line that is told, with the cells in which it is: the most common first."""
    cells: dict[str, list[str]] = {}
    for cell, lines in told.items():
        for line in dict.fromkeys(lines):
            cells.setdefault(line, []).append(cell)
    return sorted(((line, tuple(where)) for line, where in cells.items()), key=lambda found: -len(found[1]))
