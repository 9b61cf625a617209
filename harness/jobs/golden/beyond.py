"""Accepting what a stored run showed beyond credits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.core.errors import HarnessError
from harness.core.golden.surface import Delta, Locked, StaleDelta, hunks
from harness.core.verdict import Status
from harness.jobs.golden.values import Beyond, Stored
from harness.judge.surface import target as declared
from harness.judge.surface.difference import difference

NEW = "new: {} lines"
GONE = "let go: no run drives this world any more"


def beyond(stored: Stored, names: Iterable[str], why: str) -> Beyond:
    """The surfaces of scenarios `names` as they were observed. A path that was not driven stays as it was, but for a world that no run drives. Raises
    surface-phase: the phases before this one are not locked."""
    seen = {name: stored.seen[name] for name in names if name in stored.seen}
    return _base(stored, seen, why) if stored.phase == 0 else _delta(stored, seen, why)


def paths_of(stored: Stored, name: str) -> set[str]:
    return {declared.PATH} if name == declared.NAME else {str(path) for path in stored.scenarios[name].paths}


def _base(stored: Stored, seen: dict, why: str) -> Beyond:
    made, cells = [], {}
    for name, paths in seen.items():
        before = stored.surfaces.base.get(name)
        had = dict(before.paths) if before else {}
        own = paths_of(stored, name)
        gone = {
            path for path in had if "~" in path and stored.worlds is not None and f"{name}@{path}" not in stored.worlds
        }
        changed = {path: lines for path, lines in paths.items() if had.get(path) != lines}
        if changed or gone or {path.partition("~")[0] for path in had} - own:
            kept = {
                path: lines
                for path, lines in {**had, **paths}.items()
                if path.partition("~")[0] in own and path not in gone
            }
            lost = sorted(own - kept.keys())
            if name in stored.surfaces.broken and lost:
                raise _cannot_replace(name, f"{', '.join(lost)} was not driven", name)
            whys = {path: before.why_of(path) for path in kept if before and path not in changed}
            made.append(Locked(scenario=name, why=why, paths=kept, whys={p: w for p, w in whys.items() if w != why}))
        for path, lines in changed.items():
            cells[f"{name}@{path}"] = _told(had.get(path), lines)
        cells |= {f"{name}@{path}": (GONE,) for path in sorted(gone)}
    return Beyond(locked=tuple(made), cells=cells)


def _delta(stored: Stored, seen: dict, why: str) -> Beyond:
    surfaces, phase = stored.surfaces, stored.phase
    if lacks := surfaces.why_not(phase - 1):
        raise HarnessError(
            f"nothing beyond credits can be accepted at phase {phase}: {lacks}",
            hint="a phase says what it changes of the one before it: accept that first",
            code="surface-phase",
        )
    names = {*stored.scenarios, *({declared.NAME} & surfaces.base.keys())}
    every = {f"{name}@{path}" for name in names for path in paths_of(stored, name)}
    if phase in surfaces.broken and (lost := sorted(every - {f"{n}@{p}" for n, paths in seen.items() for p in paths})):
        raise _cannot_replace(f"phase {phase}", f"{lost[0]} is not among what is accepted", "*")
    had = dict(surfaces.deltas[phase].cells) if phase in surfaces.deltas else {}
    now, cells = dict(had), {}
    for name, paths in seen.items():
        for path, lines in paths.items():
            cell = f"{name}@{path}"
            now[cell] = hunks(_at(stored, name, path, phase - 1) or (), lines)
            if (before := _at(stored, name, path, phase)) != lines or phase not in surfaces.deltas:
                cells[cell] = _told(before, lines)
    now = {cell: changes for cell, changes in now.items() if changes}
    if phase in surfaces.deltas and now == had:
        return Beyond()
    locked = surfaces.deltas.get(phase)
    whys = {cell: locked.why_of(cell) for cell in now if locked and locked.cells.get(cell) == now[cell]}
    delta = Delta(why=why, cells=now, whys={cell: own for cell, own in whys.items() if own != why})
    return Beyond(delta=delta, cells={cell: told for cell, told in cells.items() if told})


def _cannot_replace(whose: str, lacks: str, pattern: str) -> HarnessError:
    return HarnessError(
        f"the surface of {whose} cannot be read, and this run does not show all of it: {lacks}",
        hint=f"drive all of it, and accept that run: harness verify --only {pattern!r}",
        code="surface-format",
    )


def _at(stored: Stored, name: str, path: str, phase: int) -> tuple[str, ...] | None:
    try:
        return stored.surfaces.at(name, path, phase)
    except StaleDelta:
        return None


def _told(before: tuple[str, ...] | None, after: tuple[str, ...]) -> tuple[str, ...]:
    return (NEW.format(len(after)),) if before is None else tuple(difference(before, after))


def credits_unchanged(stored: Stored, names: Sequence[str]) -> None:
    """Refused unless each of these scenarios passes every check but that of its surface."""
    for verdict in stored.verdicts:
        if (
            verdict.checker not in ("surface", "declared")
            and verdict.status is Status.FAIL
            and verdict.cell.partition("@")[0] in names
        ):
            raise HarnessError(
                f"{verdict.cell} fails {verdict.checker}, too: {verdict.evidence[0] if verdict.evidence else verdict.claim}",
                hint="--surface accepts what leaves every golden and law as it is: mend it, or accept the golden itself",
                code="golden-credits-changed",
            )
