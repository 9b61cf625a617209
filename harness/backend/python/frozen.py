"""A clock that can be moved, for the interpreter that runs the target: time-machine, in a folder of its own.

It is the one thing given to the target that is not of its standard library, so it is put on the path of those programs
alone whose time is moved, behind everything that is the target's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from harness.backend.python import interpreter
from harness.core.config import Config
from harness.core.errors import HarnessError, pip_said

PACKAGE = "time-machine"
FOLDER = "clocks"
_TAIL = 2


def provide(config: Config) -> Path | None:
    """The folder to put on the path, made once for a kind of Python; None where the target's own packages have it.

    Raises HarnessError clock-none where no time-machine is to be had for that Python: its clock is the real one.
    """
    one = interpreter.of(config)
    if PACKAGE in one.packages:
        return None
    theirs, ours = interpreter.told(one.executable), interpreter.told(sys.executable)
    kind = _kind(theirs)
    folder = config.source.parent / ".harness" / FOLDER / kind
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent) as temporary:
            made = Path(temporary, kind)
            if kind == _kind(ours):
                _copy(made)
            else:
                _download(made, theirs["python"])
            if not folder.is_dir():
                shutil.move(made, folder)
    return folder


def _kind(told: dict[str, str]) -> str:
    """Pythons with one of these load the same compiled packages."""
    return f"{told['implementation']}-{told['python'].rpartition('.')[0]}-{told['platform']}".lower()


def _copy(folder: Path) -> None:
    """The harness's own, which suits every Python of its kind."""
    for file in metadata.distribution(PACKAGE).files or ():
        if file.suffix != ".pyc" and ".." not in file.parts:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), folder / file)


def _download(folder: Path, python: str) -> None:
    print(f"fetching {PACKAGE} for Python {python}, once: {folder.name}", file=sys.stderr, flush=True)
    words = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--no-compile",
    ]
    words += ["--target", os.fspath(folder), "--only-binary", ":all:", "--python-version", python, PACKAGE]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HarnessError(
            f"the target's Python {python} has no {PACKAGE}, and none could be fetched: its clock is the real one",
            hint=f"install {PACKAGE} beside the target; pip's last words: {pip_said(done.stderr, _TAIL)[-400:]}",
            code="clock-none",
        )
