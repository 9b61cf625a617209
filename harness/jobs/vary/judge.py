"""In which cells a setting shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

KEPT = 3
"""Cells in which a setting is shown from then on."""


def shown(
    names: Iterable[str], surfaces: Mapping[str, tuple[str, ...]], seconds: Mapping[str, float]
) -> dict[str, tuple[str, ...]]:
    """Setting ("parcel.open=false", "distinct+parcel.open=false") -> the cells, by the id of the plain one, in which it shows: those that take the
    least time, each showing something else. What it is compared with is the same world without it.

    `surfaces` and `seconds` are by the ids of driven cells.
    """
    found: dict[str, tuple[str, ...]] = {}
    by_name: dict[str, list[str]] = {}
    for cell in surfaces:
        base, _, name = cell.partition("~")
        world = name.rpartition("+")[0]
        if "=" in name and surfaces[cell] != surfaces.get(f"{base}~{world}" if world else base):
            by_name.setdefault(name, []).append(base)
    for name in names:
        seen: list[frozenset[str]] = []
        kept: list[str] = []
        for base in sorted(by_name.get(name, ()), key=lambda base: seconds.get(f"{base}~{name}", 0.0)):
            shape = _shape(surfaces[f"{base}~{name}"])
            if len(kept) < KEPT and shape not in seen:
                seen.append(shape)
                kept.append(base)
        found[name] = tuple(sorted(kept))
    return found


def _shape(lines: Sequence[str]) -> frozenset[str]:
    """What kinds of things a surface tells: the first words of its lines."""
    return frozenset(" ".join(line.split()[:4]) for line in lines)
