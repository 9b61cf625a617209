"""Outcomes that are kept, one file each, by all that they depend on: the patch, the target, the harness, what it is held to.

An interrupted catalogue goes on where it stopped, and a patch that was measured is measured again only when something
changed. What a file says of a patch (its kind, its sentence) is not part of it: it is read from the catalogue each time.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import harness
from harness.backend.phases.tree import files_below
from harness.core.config import Config
from harness.jobs.score.values import Entry, Heard, How, Outcome
from harness.store.files import write_all

FORMAT = 2


def surroundings(config: Config) -> str:
    """A hash of the harness, and of what it holds a target to: description, scenarios, goldens, cassettes, rate card, contracts."""
    total = hashlib.sha256(f"{FORMAT} {sys.version}\n".encode())
    package = Path(harness.__file__).parent
    beside = [config.scenarios, config.cassettes, config.contracts, config.rates, config.answers]
    for path in [package, config.source, *beside]:
        for name, file in _files(path):
            total.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def key(entry: Entry, jobs: Sequence[str], tree: str, around: str) -> str:
    """The name of an outcome: `tree` and `around` are hashes, of the target at the entry's phase and of `surroundings`."""
    parts = json.dumps([entry.diff, entry.phase, list(jobs), tree, around])
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def find(folder: Path, name: str) -> Outcome | None:
    """The outcome of that name; None where there is none, or none that can be read."""
    try:
        return _outcome(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(folder: Path, name: str, entry: Entry, outcome: Outcome) -> None:
    """Raises store-write."""
    body = {"format": FORMAT, "id": entry.id, **asdict(outcome)}
    del body["kept"]
    write_all({folder / f"{name}.json": json.dumps(body, indent=1, ensure_ascii=False) + "\n"})


def _outcome(body: Mapping[str, Any]) -> Outcome:
    return Outcome(
        how=How(body["how"]),
        by=tuple(Heard(**one) for one in body["by"]),
        code=body["code"],
        seconds=body["seconds"],
        measured_on=body["measured_on"],
        asked=body["asked"],
        kept=True,
    )


def _files(path: Path) -> Iterable[tuple[str, Path]]:
    if path.is_file():
        return [(path.name, path)]
    return sorted(files_below(path)) if path.is_dir() else ()
