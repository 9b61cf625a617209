"""What was found is found again by content: an answer is good for one state of everything that it depends on.

That is: every file of the target's tree, and the sources that it imports from elsewhere; its environment as harness.toml
gives it; what is asked, and the code that asks; the interpreter, and the packages installed there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.backend import tree
from harness.backend.look.question import SCRIPT, Question, question
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.store import cache

DOCUMENT = "json"
KEEP = 64
"""Answers kept, newest use first."""
_KINDS = (".dist-info", ".egg-info", ".egg-link", ".pth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the answers to one question are kept. `facts` are what it depends on beyond files and packages."""

    folder: Path
    asked: Question
    facts: str

    @property
    def memo(self) -> Path:
        return self.folder / f"{self.facts}.files"

    @property
    def learnt(self) -> Path:
        return self.folder / f"{self.facts}.learnt"


def place(config: Config, python: str) -> Place:
    """Of the question that harness.toml asks of the target's interpreter `python`. Its environment counts with placeholders unfilled: ports and folders of a
    run change nothing."""
    asked = question(config, python)
    facts = [os.fspath(asked.root), asked.python, asked.manage, asked.celery, sorted(config.env.items()), _asking()]
    return Place(
        folder=cache.folder(config.source.parent) / "looks", asked=asked, facts=_digest(json.dumps(facts).encode())
    )


def find(where: Place, kind: str = DOCUMENT) -> str | None:
    """The answer as it was written, or None: never asked, or something changed since. `kind` is one that `keep` got."""
    try:
        learnt = json.loads(where.learnt.read_bytes())
        file = where.folder / f"{_key(where, learnt)}.{kind}"
        text = file.read_text(encoding="utf-8")
        os.utime(file)
    except (OSError, ValueError, KeyError):
        return None
    return text


def keep(where: Place, text: str, views: Mapping[str, str] | None = None) -> None:
    """Write the answer, and views of it by kind; what it says of packages and sources elsewhere is what the next look
    is compared by."""
    runtime = json.loads(text)["runtime"]
    learnt = {"paths": runtime["paths"], "beside": runtime["beside"]}
    with suppress(OSError):
        where.folder.mkdir(parents=True, exist_ok=True)
        _write(where.learnt, json.dumps(learnt))
        key = _key(where, learnt)
        for kind, content in {DOCUMENT: text, **(views or {})}.items():
            _write(where.folder / f"{key}.{kind}", content)
        _prune(where.folder)


def content(config: Config, python: str) -> str:
    """Every file of the target's tree, and what a look has found to be imported from elsewhere, as one digest."""
    where = place(config, python)
    try:
        beside = json.loads(where.learnt.read_bytes())["beside"]
    except (OSError, ValueError, KeyError):
        beside = ()
    return tree.digest(where.asked.root, beside, where.memo)


def version_of(file: Path) -> str:
    """The code of a file, by content."""
    return _digest(file.read_bytes())[:12]


def _key(where: Place, learnt: Mapping[str, Any]) -> str:
    content = tree.digest(where.asked.root, learnt["beside"], where.memo)
    facts = [where.facts, content, _interpreter(where.asked.python), [_installed(path) for path in learnt["paths"]]]
    return _digest(json.dumps(facts).encode())


def _interpreter(python: str) -> list[Any]:
    """What stands behind the name now: a venv that was made anew has another configuration."""
    found = shutil.which(python)
    if found is None:
        raise HarnessError(
            f"the target's Python is not there: {python}",
            hint="target.python names it, or target.manage begins with it",
            code="target-python",
        )
    real = Path(found).resolve()
    stat = real.stat()
    with suppress(OSError):
        return [os.fspath(real), stat.st_size, stat.st_mtime_ns, (Path(found).parent.parent / "pyvenv.cfg").read_text()]
    return [os.fspath(real), stat.st_size, stat.st_mtime_ns]


def _installed(path: str) -> list[str]:
    """Names of what is installed in a folder: a distribution's has its version."""
    try:
        return sorted(name for name in os.listdir(path) if name.endswith(_KINDS))  # noqa: PTH208 - names alone
    except OSError:
        return []


def _asking() -> str:
    """The code that asks, by content: there is no version number to forget."""
    made = hashlib.blake2b(digest_size=16)
    for file in (*sorted(SCRIPT.parent.glob("*.py")), Path(__file__).with_name("catalogue.py")):
        made.update(file.read_bytes())
    return made.hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _write(file: Path, text: str) -> None:
    staged = file.with_name(f".{file.name}.{os.getpid()}")
    staged.write_text(text, encoding="utf-8")
    staged.replace(file)


def _prune(folder: Path) -> None:
    for kind in (f"*.{DOCUMENT}", "*.txt", "*.files", "*.learnt"):
        found = sorted(folder.glob(kind), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in found[KEEP:]:
            file.unlink(missing_ok=True)
