"""What requirements files say, with all that they include: enough to know whether anything changed.

The grammar is pip's: `-r` and `-c` are relative to the file that has them, a path of a project to where pip is started.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.core.errors import HarnessError

SUFFIXES = (".txt", ".in")
_INCLUDES = re.compile(r"(?:-r|--requirement|-c|--constraint)(?:\s*=\s*|\s+|(?=[^\s=-]))(.+)")
_COMMENT = re.compile(r"(^|\s+)#.*$")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s*=\s*|\s+)(.+)")


def read(files: Sequence[Path], started_in: Path) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file and of all that it includes, then of what a project in a folder is made from.

    Raises HarnessError target-requirements.
    """
    seen: set[Path] = set()
    for file in files:
        yield from _read(file, "target.python", started_in, seen)


def lines(files: Sequence[Path]) -> list[str]:
    """The requirements themselves, without options; included files are read, constraints are not."""
    found: list[str] = []
    for file in files:
        for line in _logical(_text(file, "target.python")):
            included = _INCLUDES.fullmatch(line)
            if included and line.startswith(("-r", "--requirement")):
                found += lines([file.parent / _unquoted(included[1])])
            elif not line.startswith("-"):
                found.append(line.split(" --hash")[0].rstrip())
    return found


def _read(file: Path, named_by: str, started_in: Path, seen: set[Path]) -> Iterator[tuple[str, bytes]]:
    if file.resolve() in seen:
        return
    seen.add(file.resolve())
    text = _text(file, named_by)
    yield file.name, text.encode()
    for line in _logical(text):
        included = _INCLUDES.fullmatch(line)
        if included is None:
            yield from _project(line, started_in)
        elif "://" not in included[1]:
            yield from _read(file.parent / _unquoted(included[1]), file.name, started_in, seen)


def _project(line: str, started_in: Path) -> Iterator[tuple[str, bytes]]:
    """Of a requirement that is a folder or an archive of this machine: what its installing reads."""
    editable = _EDITABLE.fullmatch(line)
    named = re.split(r"[\[;]", editable[1] if editable else line, maxsplit=1)[0].strip().removeprefix("file:")
    path = started_in / named
    if "://" in named or not (path.is_dir() or path.is_file()) or not (editable or os.sep in named or path.is_file()):
        return
    kinds = ("pyproject.toml", "setup.py", "setup.cfg") if editable else ("**/*.py", "pyproject.toml", "setup.cfg")
    for file in sorted(one for kind in kinds for one in path.glob(kind)) if path.is_dir() else [path]:
        yield os.fspath(file.relative_to(started_in) if file.is_relative_to(started_in) else file), file.read_bytes()


def _text(file: Path, named_by: str) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise HarnessError(
            f"{named_by} names the requirements {file}, which cannot be read: {why}",
            hint="-r and -c are relative to the file that has them",
            code="target-requirements",
        ) from None


def _logical(text: str) -> Iterator[str]:
    """Lines as pip joins them: a backslash goes on, comments and blanks are gone."""
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        plain = _COMMENT.sub("", line).strip()
        if plain:
            yield plain


def _unquoted(text: str) -> str:
    return text.strip().strip("\"'")
