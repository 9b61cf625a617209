"""The tree of a phase: the base, with the overlays of phases 1 to N laid over it.

`compose` checks everything before it writes anything. Raises, besides what harness.backend.phases.manifest raises:

    phase-drift             a file that is replaced or removed is not the one that the phase was written against
    phase-adds-existing     a file that is added is there already
    phase-replaces-missing  a file that is replaced or removed is not there
    phase-undeclared        the manifest and the overlay folder do not name the same files
    phase-out-exists        the folder to write to holds something
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from harness.backend.phases import manifest
from harness.core.errors import HarnessError
from harness.core.phase import BASE, Composition, Phase, Replacement

SKIPPED = frozenset({"__pycache__", "node_modules", "dist", "coverage"})
OVERLAY = "overlay"


def compose(root: Path, phases_dir: Path, number: int, out_dir: Path) -> Composition:
    """Write the tree of phase `number` to `out_dir`, which is empty or absent. Copies, so that nothing that is done
    there reaches the sources."""
    tree = layered(root, phases_dir, number)
    if out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise HarnessError(
            f"{out_dir} is not an empty folder",
            hint="name a folder that does not exist yet, or empty it",
            code="phase-out-exists",
        )
    made: set[str] = set()
    target = os.fspath(out_dir)
    for path, source in tree.files.items():
        place = f"{target}/{path}"
        folder = place.rpartition("/")[0]
        if folder not in made:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - in the inner loop, where Path costs more than the copy
            made.add(folder)
        shutil.copyfile(source, place)
    return Composition(
        phase=number,
        files=tree.files,
        origins=tree.origins,
        settings=tree.settings,
        out=out_dir,
    )


def layered(root: Path, phases_dir: Path, number: int) -> Composition:
    """The tree of phase `number` as paths to their sources; nothing is written."""
    files: dict[str, Path] = dict(files_below(root, but=phases_dir, hidden=True))
    origins = dict.fromkeys(files, BASE)
    settings: dict[str, str] = {}
    names = {BASE: "the base"}
    for phase in manifest.read_all(phases_dir, number):
        names[phase.number] = f"phase {phase.name}"
        overlay = _overlay(phase)
        for path in phase.adds:
            if path in files:
                raise HarnessError(
                    f"phase {phase.name} adds {path}, which {names[origins[path]]} has already",
                    hint="list it under replaces, with the hash of what it replaces",
                    code="phase-adds-existing",
                )
        for change in (*phase.replaces, *phase.removes):
            _check_beneath(phase, change, files, origins, names)
        for change in phase.removes:
            del files[change.path], origins[change.path]
        files.update(overlay)
        origins.update(dict.fromkeys(overlay, phase.number))
        settings.update(phase.settings)
    return Composition(
        phase=number, files=dict(sorted(files.items())), origins=dict(sorted(origins.items())), settings=settings
    )


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_beneath(
    phase: Phase, change: Replacement, files: dict[str, Path], origins: dict[str, int], names: dict[int, str]
) -> None:
    """What stands beneath is what the phase was written against."""
    verb = "replaces" if change in phase.replaces else "removes"
    if change.path not in files:
        raise HarnessError(
            f"phase {phase.name} {verb} {change.path}, which is not there",
            hint="it was renamed or removed beneath this phase; mend the manifest's path",
            code="phase-replaces-missing",
        )
    found = sha256_of(files[change.path])
    if found != change.sha256_before:
        raise HarnessError(
            f"phase {phase.name} {verb} {change.path}, written against {change.sha256_before[:12]}, "
            f"but {names[origins[change.path]]} has {found[:12]} there: it was changed since",
            hint=f"carry that change over into {phase.name}/{OVERLAY}/{change.path}, then refresh phase {phase.number}",
            code="phase-drift",
        )


def _overlay(phase: Phase) -> dict[str, Path]:
    """The overlay's files, which are just those that the manifest adds or replaces."""
    found = dict(files_below(phase.folder / OVERLAY))
    declared = {*phase.adds, *(change.path for change in phase.replaces)}
    for path in sorted(found.keys() - declared):
        raise HarnessError(
            f"phase {phase.name} has the overlay file {path}, which {manifest.MANIFEST} does not name",
            hint="name it under adds or replaces, or delete it",
            code="phase-undeclared",
        )
    for path in sorted(declared - found.keys()):
        raise HarnessError(
            f"phase {phase.name} names {path}, which its overlay does not hold",
            hint=f"write {phase.name}/{OVERLAY}/{path}, or take it out of {manifest.MANIFEST}",
            code="phase-undeclared",
        )
    return found


def files_below(root: Path, but: Path | None = None, *, hidden: bool = False) -> Iterator[tuple[str, Path]]:
    """(relative path, file) of everything below `root` that is source: no caches, no hidden folder, nothing in `but`. `hidden`: and hidden
    files, since a target reads its .env."""
    apart = but.resolve() if but else None
    start = os.fspath(root)
    for folder, names, entries in os.walk(start):
        here = Path(folder)
        names[:] = sorted(
            name
            for name in names
            if name not in SKIPPED and not name.startswith(".") and (here / name).resolve() != apart
        )
        for entry in entries:
            file = here / entry
            if not entry.endswith(".pyc") and (not entry.startswith(".") or (hidden and file.is_file())):
                yield file.relative_to(root).as_posix(), file
