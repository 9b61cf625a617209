"""Which stored runs stay (`keep` of harness.toml), so that nobody's disk is ever filled.

The newest `keep` stay. Of the others these do: one that is under way, whoever began it; one that somebody marked (a file `keep` in its folder,
which says why); the newest whole one of each kind, which is what a verb would name (`golden accept`, `check`, `checklist`, `criteria`): of
verify in each tier, at each phase, of which worlds, whole or a part; of each shard of the newest split; of a phase, a week, a shadow, a fuzz.
What other commands go by later is a copy: the memory of `verify --affected` (harness.store.seen), a merged run.
Only folders that are called as `harness.store.runs.begin` calls them are ever looked at.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError
from harness.store import history
from harness.store.runs import HISTORY, under_way

MARK = "keep"
"""The file in a run's folder by which it stays, with why."""
GOING = ".going-"
"""How the name of a folder begins that is being taken away: what a killed one left is taken away by the next."""
_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)(?:-(\d+))?")
_TAIL_BYTES = 65536
_WORDS = {"phase-": "phase", "back-to-": "phase", "week": "week", "old": "shadow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A run below runs/. `kind` is equal where one can stand for the other, `says` the same for people; `split` names the plan that a shard is
    of. `whole`: it came to its end. `marked` is why somebody wants it, "" where nobody does."""

    folder: Path
    kind: tuple[Any, ...]
    says: str
    split: str
    whole: bool
    under_way: bool
    marked: str

    @property
    def name(self) -> str:
        return self.folder.name


def stored(runs: Path) -> list[Stored]:
    """Every run in `runs`, newest first."""
    if not runs.is_dir():
        return []
    folders = [
        path for path in runs.iterdir() if _NAME.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    ]
    return [_read(folder) for folder in sorted(folders, key=_age, reverse=True)]


def why_kept(found: Sequence[Stored], keep: int) -> Mapping[str, str]:
    """The name of each run -> why it stays, "" where it goes. `found` newest first; `keep` 0 keeps all."""
    split = next((one.split for one in found if one.split), "")
    said: dict[str, str] = {}
    kinds = set()
    for place, one in enumerate(found):
        newest = one.whole and one.kind not in kinds
        if one.whole:
            kinds.add(one.kind)
        if one.under_way:
            said[one.name] = "under way"
        elif one.marked:
            said[one.name] = f"marked: {one.marked}"
        elif not keep:
            said[one.name] = "all are kept"
        elif place < keep:
            said[one.name] = f"one of the newest {keep}"
        elif newest and one.split in ("", split):
            said[one.name] = "the newest of its kind"
        else:
            said[one.name] = ""
    return said


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
    names, freed, stayed = [], sum(_left(runs)), []
    for one in found:
        if said[one.name]:
            continue
        away = one.folder.with_name(f"{GOING}{one.name}-{os.getpid()}")
        try:
            if under_way(one.folder):
                continue
            one.folder.rename(away)  # in one step: nobody finds half a run
            taken = _bytes(away)
            shutil.rmtree(away)
        except FileNotFoundError:
            continue  # another one has taken it
        except OSError as error:
            stayed.append(f"{one.name}: {error.strerror or error}")
            continue
        names.append(one.name)
        freed += taken
    return Gone(names=tuple(names), bytes=freed, stayed=tuple(stayed))


def bytes_of(one: Stored) -> int:
    """What it takes of the disk."""
    return _bytes(one.folder)


def mark(folder: Path, why: str) -> None:
    """Let the run in `folder` stay. Raises store-write."""
    try:
        (folder / MARK).write_text(f"{why}\n", encoding="utf-8")
    except OSError as error:
        raise HarnessError(
            f"cannot write {folder / MARK}: {error.strerror}", hint="runs/ must be writable", code="store-write"
        ) from None


def unmark(folder: Path) -> None:
    (folder / MARK).unlink(missing_ok=True)


def _left(runs: Path) -> Iterator[int]:
    for path in runs.glob(f"{GOING}*"):
        size = _bytes(path)
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            yield size


def _age(folder: Path) -> tuple[str, int]:
    found = _NAME.fullmatch(folder.name)
    return (found[1], int(found[2] or 1)) if found else ("", 0)


def _read(folder: Path) -> Stored:
    files = sorted(folder.rglob(HISTORY))
    # a migration keeps runs in its run: their names are of that time alone
    parts = tuple(
        "/".join(part for part in file.parent.relative_to(folder).parts if not _NAME.fullmatch(part)) for file in files
    )
    start = _start(files[:1])
    shard: Mapping[str, Any] = start.get("shard") or {}
    about = tuple(start.get(name) for name in ("tier", "phase", "whole", "vary"))
    of = parts if files else _loose(folder)
    return Stored(
        folder=folder,
        kind=(of, about, shard.get("n")),
        says=_said(of, start, shard),
        split=str(shard.get("plan_sha256", "")) and f"{shard['plan_sha256']}/{shard.get('of')}",
        whole=bool(of) and all(map(_ended, files)),
        under_way=under_way(folder),
        marked=_marked(folder),
    )


def _start(files: Sequence[Path]) -> Mapping[str, Any]:
    """Of what no harness of today reads, nothing."""
    for file in files:
        with suppress(HarnessError):
            return history.start_of(file)
    return {}


def _loose(folder: Path) -> tuple[str, ...]:
    """The files of a run that has no history: what a fuzz found."""
    return tuple(sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != MARK))


def _said(of: Iterable[str], start: Mapping[str, Any], shard: Mapping[str, Any]) -> str:
    first = next(iter(of), "")
    job = next((word for begins, word in _WORDS.items() if first.startswith(begins)), "" if start else first)
    part = f"shard {shard['n']}/{shard.get('of')}" if shard else "" if start.get("whole") is not False else "a part"
    words = (job, start.get("tier"), f"phase {start['phase']}" if "phase" in start else "", part)
    return ", ".join(str(word) for word in words if word) or "nothing"


def _ended(file: Path) -> bool:
    """Whether a history ends with run.end."""
    with file.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - _TAIL_BYTES))
        last = stream.read().rstrip(b"\n").rpartition(b"\n")[2]
    return last.startswith(b'{"kind":"run.end"')


def _marked(folder: Path) -> str:
    try:
        return " ".join((folder / MARK).read_text(encoding="utf-8", errors="replace").split()) or "no reason given"
    except OSError:
        return ""


def _bytes(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(place, name).lstat().st_blocks * 512
    return total
