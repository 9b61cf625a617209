"""What differs between two clean runs of one target, and how [free] would say it. Pure: nothing becomes free by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from harness.core.counts import count
from harness.core.golden.free import LOG
from harness.judge.surface.told import Place, Trace, entry

SHOWN = 60
"""Characters of a value that are shown."""
LINES_ONLY = "no entry can free it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What an entry of [free] would speak of, in how many `cells` it differed, and the two values in the first of them. `name` is ""
    where no entry can speak of it."""

    name: str
    cells: tuple[str, ...]
    one: str
    other: str


def noise(one: Mapping[str, Trace], other: Mapping[str, Trace]) -> list[Noise]:
    """By cell, what two runs told of it; the most common first. A cell that only one of them drove says nothing."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for cell in one.keys() & other.keys():
        for place, before, after in _differing(one[cell], other[cell]):
            name = "" if place is None else _regex(place, before, after) if place.scope == LOG else entry(place)
            found.setdefault(name, []).append((cell, before, after))
    made = [
        Noise(name=name, cells=tuple(sorted({cell for cell, _, _ in seen})), one=seen[0][1], other=seen[0][2])
        for name, seen in ((name, sorted(seen)) for name, seen in found.items())
    ]
    return sorted(made, key=lambda item: (not item.name, -len(item.cells), item.name))


def _regex(place: Place, one: str, other: str) -> str:
    """The entry for the text of a log: the words that differ, behind the one before them; "" where none stands there."""
    before, after = one.split(), other.split()
    changed = [n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]]
    if len(before) != len(after) or not changed or not changed[0]:
        return ""
    words = " ".join([re.escape(before[changed[0] - 1]), *[r"\S+"] * (changed[-1] - changed[0] + 1)])
    return f"{LOG} {place.of}:{words}" if place.of and ":" not in place.of else f"{LOG}:{words}"


def _differing(one: Trace, other: Trace) -> Iterator[tuple[Place | None, str, str]]:
    places = [[place and (place.scope, entry(place)) for place, _ in trace] for trace in (one, other)]
    for tag, i, j, k, m in SequenceMatcher(None, *places, autojunk=False).get_opcodes():
        if tag == "equal":
            for (place, before), (_, after) in zip(one[i:j], other[k:m], strict=True):
                if before != after:
                    yield place, before, after
        else:
            gone, come = ([told for _, told in trace] for trace in (one[i:j], other[k:m]))
            yield None, " ".join(gone) or "nothing", " ".join(come) or "nothing"


def proposed(found: Sequence[Noise], runs: Sequence[str]) -> list[str]:
    """The entries as they would stand in harness.toml, each to be given a reason; what no entry can free, as comments."""
    lines = [
        f"# What differs between {' and '.join(runs)}. Say why of each nobody need look at it; an entry without a reason is refused."
    ]
    named = [item for item in found if item.name]
    lines += ["[free]"] if named else []
    for item in named:
        lines += [f"# {_short(item.one)} -> {_short(item.other)} in {_where(item)}", f'{_quoted(item.name)} = ""']
    for item in found:
        if not item.name:
            lines.append(f"# {LINES_ONLY}: {_short(item.one)} -> {_short(item.other)} in {_where(item)}")
    return lines


def _where(item: Noise) -> str:
    return f"{count(len(item.cells), 'cell')}: {', '.join(item.cells[:3])}" + (" ..." if len(item.cells) > 3 else "")


def _short(told: str) -> str:
    text = re.sub(r"\s+", " ", told)
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."


def _quoted(name: str) -> str:
    return f"'{name}'" if "\\" in name or '"' in name else f'"{name}"'
