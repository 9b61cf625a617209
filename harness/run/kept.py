"""Which stored runs stay (`keep` of harness.toml), so that nobody's disk is ever filled.

The newest `keep` stay. Of the others these do: one that is under way, whoever began it; one that somebody marked (a file `keep` in its folder,
which says why); the newest whole one of each kind, which is what a verb would name (`golden accept`, `check`, `checklist`, `criteria`): of
verify in each tier, at each phase, of which worlds, whole or a part; of each shard of the newest split; of a phase, a week, a shadow, a fuzz.
What other commands go by later is a copy: the memory of `verify --affected` (harness.store.seen), a merged run.
Only folders that are called as `harness.store.runs.begin` calls them, and hold what it puts there or a history, are ever looked at; what cannot
be read stays, and so does what could not be taken away whole.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError
from harness.store import history
from harness.store.runs import HISTORY, RUN, under_way

MARK = "keep"
"""The file in a run's folder by which it stays, with why."""
NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)(?:-(\d+))?")
_STAMP = "%Y-%m-%dT%H-%M-%SZ"
_BEGINS = b'{"kind":"run.start"', b'{"kind": "run.start"'
_WORDS = {"phase-": "phase", "back-to-": "phase", "week": "week", "old": "shadow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A run below runs/. `kind` is equal where one can stand for the other, `says` the same for people; `split` names the plan that a shard is
    of. `whole`: it came to its end. `marked` is why somebody wants it, "" where nobody does;
    `odd` why it cannot be read, "" where it can."""

    folder: Path
    kind: tuple[Any, ...]
    says: str
    split: str
    whole: bool
    under_way: bool
    marked: str
    odd: str = ""

    @property
    def name(self) -> str:
        return self.folder.name


def stored(runs: Path) -> list[Stored]:
    """Every run in `runs`, newest first."""
    if not runs.is_dir():
        return []
    folders = [path for path in runs.iterdir() if _is_run(path)]
    return [_read_or_odd(folder) for folder in sorted(folders, key=_age, reverse=True)]


def why_kept(found: Sequence[Stored], keep: int) -> Mapping[str, str]:
    """The name of each run -> why it stays, "" where it goes. `found` newest first; `keep` 0 keeps all."""
    split = next((one.split for one in found if one.split), "")
    said: dict[str, str] = {}
    kinds = set()
    for place, one in enumerate(found):
        newest = one.whole and one.kind not in kinds
        if one.whole:
            kinds.add(one.kind)
        if one.odd:
            said[one.name] = f"cannot be read: {one.odd}"
        elif one.under_way:
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


def bytes_of(one: Stored) -> int:
    """What it takes of the disk."""
    return size_of(one.folder)


def mark(folder: Path, why: str) -> None:
    """Let the run in `folder` stay. Raises store-write."""
    try:  # through a link it would be written over somebody's file
        with open(
            folder / MARK, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags | os.O_NOFOLLOW, 0o666)
        ) as file:
            file.write(f"{why}\n")
    except OSError as error:
        raise HarnessError(
            f"cannot write {folder / MARK}: {error.strerror}", hint="runs/ must be writable", code="store-write"
        ) from None


def unmark(folder: Path) -> None:
    """Raises store-write."""
    try:
        (folder / MARK).unlink(missing_ok=True)
    except OSError as error:
        raise HarnessError(
            f"cannot take away {folder / MARK}: {error.strerror}",
            hint="it is a file where --hold wrote it",
            code="store-write",
        ) from None


def find(runs: Path, run: Path) -> Path:
    """The folder of a run that is listed, from its name or from a path. Raises run-missing."""
    for folder in (runs / run, run):
        if folder.is_dir() and _is_run(folder.resolve()):
            return folder.resolve()
    raise HarnessError(f"no run is called {run}", hint="`harness runs` lists those that there are", code="run-missing")


def _is_run(path: Path) -> bool:
    """Whether the harness made it: a real time for a name, and its own file in it, or a history."""
    found = NAME.fullmatch(path.name)
    if found is None or path.is_symlink() or not path.is_dir():
        return False
    try:
        datetime.strptime(found[1], _STAMP)  # noqa: DTZ007 - only whether it is one
    except ValueError:
        return False
    if not os.access(path, os.R_OK | os.X_OK):
        return True  # nobody can tell: it stays, and that is said
    return (path / RUN).is_file() or any(map(_is_history, path.rglob(HISTORY)))


def _is_history(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return stream.read(32).startswith(_BEGINS)
    except OSError:
        return False


def _read_or_odd(folder: Path) -> Stored:
    try:
        return _read(folder)
    except (OSError, TypeError, ValueError, AttributeError) as error:
        why = getattr(error, "strerror", None) or "its history is none of ours"
        return Stored(
            folder=folder,
            kind=(folder.name,),
            says="nothing",
            split="",
            whole=False,
            under_way=False,
            marked="",
            odd=why,
        )


def _age(folder: Path) -> tuple[str, int]:
    found = NAME.fullmatch(folder.name)
    return (found[1], int(found[2] or 1)) if found else ("", 0)


def _read(folder: Path) -> Stored:
    os.listdir(folder)  # noqa: PTH208 - rglob passes over what it may not read
    files = sorted(file for file in folder.rglob(HISTORY) if file.is_file())
    # a migration keeps runs in its run: their names are of that time alone
    parts = tuple(
        "/".join(part for part in file.parent.relative_to(folder).parts if not NAME.fullmatch(part)) for file in files
    )
    start = _start(files[:1])
    shard: Mapping[str, Any] = start.get("shard") or {}
    about = tuple(str(start.get(name)) for name in ("tier", "phase", "whole", "vary"))
    of = parts if files else _loose(folder)
    return Stored(
        folder=folder,
        kind=(of, about, str(shard.get("n"))),
        says=_said(of, start, shard),
        split=str(shard.get("plan_sha256", "")) and f"{shard['plan_sha256']}/{shard.get('of')}",
        whole=bool(of) and all(history.sealed(file) is not None for file in files),
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
    return tuple(sorted(path.name for path in folder.iterdir() if path.is_file() and path.name not in (MARK, RUN)))


def _said(of: Iterable[str], start: Mapping[str, Any], shard: Mapping[str, Any]) -> str:
    first = next(iter(of), "")
    job = next((word for begins, word in _WORDS.items() if first.startswith(begins)), "" if start else first)
    part = f"shard {shard['n']}/{shard.get('of')}" if shard else "" if start.get("whole") is not False else "a part"
    words = (job, start.get("tier"), f"phase {start['phase']}" if "phase" in start else "", part)
    return ", ".join(str(word) for word in words if word) or "nothing"


def _marked(folder: Path) -> str:
    try:
        return " ".join((folder / MARK).read_text(encoding="utf-8", errors="replace").split()) or "no reason given"
    except OSError:
        return ""


def size_of(folder: Path) -> int:
    """The bytes of disk that a folder takes."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(place, name).lstat().st_blocks * 512
    return total
