"""`target.python` and `target.requires` of harness.toml: an interpreter, a venv's folder, or requirements files."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

from harness.backend.python.requirements import SUFFIXES
from harness.core.errors import HarnessError
from harness.store.tomlread import Strict

KEY = "target.python"


def read(file: Path, value: Any, root: Path) -> tuple[Path | None, tuple[Path, ...]]:
    """(interpreter, requirements files), one of them empty, or both for the harness's own interpreter. Paths are beside
    harness.toml; a name without a folder may be a program on PATH. Where it says nothing, requirements.txt in the target's
    `root` is meant, if it is there. Raises HarnessError config-value."""
    strict = Strict(file.name, "config")
    if value is None:
        usual = root.resolve() / "requirements.txt"
        return None, (usual,) if usual.is_file() else ()
    words = strict.texts(KEY, value)
    paths = [file.resolve().parent / Path(word).expanduser() for word in words]
    of_requirements = [path.suffix in SUFFIXES and not path.is_dir() for path in paths]
    if not words or (len(words) > 1 and not all(of_requirements)):
        raise strict.wrong(f"{KEY} {list(words)} is neither", 'name one interpreter or venv, or ["one.txt", "two.txt"]')
    if all(of_requirements):
        for path in paths:
            if not path.is_file():
                raise _absent(strict, file, path)
        return None, tuple(paths)
    return _interpreter(strict, words[0], paths[0]), ()


def version(file: Path, value: Any, requirements: tuple[Path, ...]) -> str:
    strict = Strict(file.name, "config")
    text = strict.text("target.requires", value)
    if text and not re.fullmatch(r"3\.\d+", text):
        raise strict.wrong(f"target.requires {text!r} is no version of Python", 'write "3.12"')
    if text and not requirements:
        raise strict.wrong(
            "target.requires goes with requirements files", f"an interpreter or a venv in {KEY} has its own"
        )
    return text


def _interpreter(strict: Strict, word: str, path: Path) -> Path:
    if path.is_dir():
        python = path / "bin" / "python"
        if not (path / "pyvenv.cfg").is_file() or not python.exists():
            raise strict.wrong(
                f"{KEY} {path} is a folder, but no venv", "name the folder that holds pyvenv.cfg, or bin/python"
            )
        return python
    if path.is_file():
        return path
    on_path = shutil.which(word) if os.sep not in word else None
    if on_path is None:
        raise strict.wrong(
            f"{KEY} {word} is not there", "an interpreter, a venv's folder or requirements files, beside harness.toml"
        )
    return Path(on_path)


def _absent(strict: Strict, file: Path, path: Path) -> HarnessError:
    found = sorted(file.resolve().parent.glob(f"*/{path.name}"))
    hint = f'write "{found[0].relative_to(file.resolve().parent)}"' if found else "paths are beside harness.toml"
    return strict.wrong(f"{KEY} {path} is not there", hint)
