""".harness/seen/phaseN/: what each cell of a whole run ran, and of which sources: what `harness verify --affected` goes by.

Two files, of one run: seen.json.gz, and the run's arcs.coverage. It is a memory of this checkout, nothing that is committed; where it is
missing, or was written by another harness, everything is driven.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.store import arcs
from harness.store.files import BUILDING

FOLDER = Path(".harness") / "seen"
NAME = "seen.json.gz"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`run` names the run; `parts` are digests of what every cell depends on, by name; `files` the target's, path -> text, or a digest where it
    is no text; `cells` what only that cell depends on, id -> digest; `failed` are ids of cells that did not pass, "" where a check of the whole run did not."""

    run: str
    vary: str
    parts: Mapping[str, str]
    files: Mapping[str, str]
    cells: Mapping[str, str]
    failed: tuple[str, ...]


def place(project: Path, phase: int) -> Path:
    return project / FOLDER / f"phase{phase}"


def read(folder: Path) -> Seen | None:
    """None where there is none that can be read."""
    try:
        raw = json.loads(gzip.decompress((folder / NAME).read_bytes()))
        if raw.pop("format") != FORMAT or not (folder / arcs.NAME).is_file():
            return None
        return Seen(**{**raw, "failed": tuple(raw["failed"])})
    except (OSError, EOFError, ValueError, TypeError, KeyError):
        return None


def keep(folder: Path, seen: Seen, run: Path) -> None:
    """In place of what was there; `run` is the folder of the run, with its arcs. A reader finds one or the other."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = folder.with_name(f"{BUILDING}{folder.name}-{os.getpid()}")
    staged.mkdir()
    shutil.copyfile(run / arcs.NAME, staged / arcs.NAME)
    (staged / NAME).write_bytes(gzip.compress(json.dumps({"format": FORMAT, **asdict(seen)}).encode(), 5))
    shutil.rmtree(folder, ignore_errors=True)
    staged.rename(folder)
