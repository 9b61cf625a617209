"""Taking away the stored runs that need not stay (harness.run.kept says which): whole, or not at all."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.run.kept import NAME, size_of, stored, why_kept
from harness.store.runs import under_way

GOING = ".going-"
"""How the name of a folder begins that is being taken away: what a killed one left is taken away by the next."""
_HALF_GONE = re.compile(rf"{re.escape(GOING)}{NAME.pattern}-\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """What was taken away: names, and the bytes of disk that are free now. `stayed` are lines of those that could not be."""

    names: tuple[str, ...]
    bytes: int
    stayed: tuple[str, ...] = ()


def take_away(runs: Path, keep: int) -> Gone:
    """Take away the runs below `runs` that need not stay, and what an earlier one left half done. Never raises for a run that cannot go."""
    if not keep:
        return Gone(names=(), bytes=0)
    found = stored(runs)
    said = why_kept(found, keep)
    stayed: list[str] = []
    names, freed = [], sum(_left(runs, stayed))
    for one in found:
        if said[one.name]:
            continue
        away = one.folder.with_name(f"{GOING}{one.name}-{os.getpid()}")
        try:
            if under_way(one.folder):
                continue
            if closed := next(
                (path for path in _folders(one.folder) if not os.access(path, os.R_OK | os.W_OK | os.X_OK)), None
            ):
                stayed.append(f"{one.name}: {closed.name} may not be written to, and nothing of it was touched")
                continue
            one.folder.rename(away)  # in one step: nobody finds half a run
            taken = size_of(away)
            shutil.rmtree(away)
        except FileNotFoundError:
            continue  # another one has taken it
        except OSError as error:
            stayed.append(f"{one.name}: {error.strerror or error}")
            continue
        names.append(one.name)
        freed += taken
    return Gone(names=tuple(names), bytes=freed, stayed=tuple(stayed))


def _left(runs: Path, stayed: list[str]) -> Iterator[int]:
    """The bytes of each that an earlier one left half done and that is gone now; a line in `stayed` for one that is not."""
    for path in runs.glob(f"{GOING}*") if runs.is_dir() else ():
        if _HALF_GONE.fullmatch(path.name) is None or path.is_symlink():
            continue
        size = size_of(path)
        shutil.rmtree(path, ignore_errors=True)
        if path.exists():
            stayed.append(f"{path.name}: it is half gone; take it away by hand")
        else:
            yield size


def _folders(folder: Path) -> Iterator[Path]:
    yield folder
    for place, names, _ in os.walk(folder):
        yield from (Path(place, name) for name in names)
