"""In which cells a setting shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from harness.core.variation import Edit

KEPT = 3
"""Cells in which a setting is shown from then on."""


def shown(
    edits: Iterable[Edit], surfaces: Mapping[str, tuple[str, ...]], seconds: Mapping[str, float]
) -> dict[str, tuple[str, ...]]:
    """Edit -> the cells, by the id of the plain one, in which it shows: those that take the least time, each showing something else.

    `surfaces` and `seconds` are by the ids of driven cells.
    """
    found: dict[str, tuple[str, ...]] = {}
    by_edit: dict[str, list[str]] = {}
    for cell in surfaces:
        base, _, edit = cell.partition("~")
        if edit and surfaces[cell] != surfaces.get(base):
            by_edit.setdefault(edit, []).append(base)
    for edit in edits:
        seen: list[frozenset[str]] = []
        kept: list[str] = []
        for base in sorted(by_edit.get(edit.name, ()), key=lambda base: seconds.get(f"{base}~{edit.name}", 0.0)):
            shape = _shape(surfaces[f"{base}~{edit.name}"])
            if len(kept) < KEPT and shape not in seen:
                seen.append(shape)
                kept.append(base)
        found[edit.name] = tuple(sorted(kept))
    return found


def _shape(lines: Sequence[str]) -> frozenset[str]:
    """What kinds of things a surface tells: the first words of its lines."""
    return frozenset(" ".join(line.split()[:4]) for line in lines)
