"""How an observed surface differs from the locked one, told so that the same change reads the same in every cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from harness.core.counts import count

_MESSAGE = re.compile(r"message (?:\d+ )?(?:<\d+ )?([^\s\[(]+)")
_RANK = re.compile(r"\+\d+>$")
ALIKE = 0.5
"""From this ratio of common words on, a line that came is the one that went, changed."""


def difference(locked: Sequence[str], observed: Sequence[str]) -> list[str]:
    """A line of what is told for each line that is not the same; [] where all are."""
    if tuple(locked) == tuple(observed):
        return []
    old, new = _whose(locked), _whose(observed)
    told: list[str] = never_queued(locked, observed)
    for tag, i, j, k, m in SequenceMatcher(None, locked, observed, autojunk=False).get_opcodes():
        if tag != "equal":
            told += _told(list(range(i, j)), list(range(k, m)), locked, observed, old, new)
    return told


def never_queued(locked: Sequence[str], observed: Sequence[str]) -> list[str]:
    """A line for each task of which messages are locked and none was sent: what it does not do then is told behind."""
    sent = set(map(_task, observed))
    missed = Counter(task for task in map(_task, locked) if task and task not in sent)
    return [f"never queued: {task} ({count(n, 'message')} locked, none sent)" for task, n in missed.items()]


def _task(line: str) -> str:
    """The task of a line that tells a message ("message 2 <1 shop.pay [...]"), "" of another line."""
    found = _MESSAGE.match(line)
    return found[1] if found else ""


def _same_row(one: str, other: str) -> bool:
    """Whether two lines tell of the same row, by the name that it has in both."""
    return bool(_row(one)) and _row(one) == _row(other)


def _row(line: str) -> tuple[str, ...]:
    """Sign, table and name of the row that a line of a transaction tells of; () of one that came, which is called by its rank."""
    words = _facts(line)[:3]
    named = len(words) == 3 and words[0] in ("-", "~") and words[2].startswith("<") and not _RANK.search(words[2])
    return tuple(words) if named else ()


Whose = Sequence[tuple[int, int]]
"""Of each line the transaction that it belongs to, as the numbers of its first line and of the line behind its last; (n, n) of others."""


def _whose(lines: Sequence[str]) -> Whose:
    found: list[tuple[int, int]] = []
    begun = 0
    for n, line in enumerate(lines):
        if line.startswith("tx "):
            begun = n
        if line.startswith(("tx ", " ")):
            found = [*found[:begun], *[(begun, n + 1)] * (n + 1 - begun)]
        else:
            found.append((n, n))
    return found


def _told(
    gone: list[int], come: list[int], locked: Sequence[str], observed: Sequence[str], old: Whose, new: Whose
) -> Iterable[str]:
    told: list[str] = []
    for n in gone:
        line = locked[n]
        pair = max(
            come, key=lambda other: (_same_row(line, observed[other]), _ratio(line, observed[other])), default=None
        )
        if pair is None or _ratio(line, observed[pair]) < ALIKE:
            told.append(f"- {line.strip()}")
            continue
        told += [f"+ {observed[other].strip()}" for other in come[: come.index(pair)]]
        del come[: come.index(pair) + 1]
        one, other = line, observed[pair]
        if (line[0] == " ") != (other[0] == " "):
            told.append(_regrouped(locked, observed, n, pair, old, new))
            one, other = " ".join(_facts(one)), " ".join(_facts(other))
        if one.split() != other.split():
            told.append(_changed(one, other))
    return [*told, *(f"+ {observed[n].strip()}" for n in come)]


def _facts(line: str) -> list[str]:
    """The words of a line without those that begin its transaction."""
    words = line.split()
    signs = [n for n, word in enumerate(words) if word in "+-~"]
    return words[signs[0] :] if line.startswith(("tx ", " ")) and signs else words


def _regrouped(locked: Sequence[str], observed: Sequence[str], n: int, pair: int, old: Whose, new: Whose) -> str:
    """That what was one transaction is two, or the other way round, by their tables."""
    role = observed[new[pair][0]].partition(" + ")[0].partition(" ~ ")[0].partition(" - ")[0]
    before, after = _tables(locked, old[n]), _tables(observed, new[pair])
    table = _facts(observed[pair])[1]
    if observed[pair][0] != " ":
        others = ", ".join(other for other in before if other not in after) or before[0]
        return f"~ {role}: a transaction fell apart: one of its own writes {', '.join(after)}, it was one with {others}"
    others = ", ".join(other for other in after if other != table) or table
    return f"~ {role}: transactions became one: one of its own wrote {table}, it is one with {others}"


def _tables(lines: Sequence[str], whose: tuple[int, int]) -> list[str]:
    return list(dict.fromkeys(_facts(line)[1] for line in lines[slice(*whose)]))


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
