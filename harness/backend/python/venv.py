"""A venv of what the target's requirements files say: made once, below .harness/, and found again by their content.

It is made where it stays, because scripts of a venv name their interpreter; a note that is written last says that it is
whole. Who comes meanwhile waits. What is there needs no network.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from harness.backend.python import requirements
from harness.core.config import Config
from harness.core.errors import HarnessError, pip_said

FOLDER = "venvs"
NOTE = "harness-made.json"
KEEP = 4
"""Venvs that stay however long they are unused; older ones go once they have not been used for FORGET_S."""
FORGET_S = 14 * 86_400
_TAIL = 3


def provide(config: Config, base: str, told: Callable[[str], Mapping[str, Any]]) -> Path:
    """The interpreter of the venv, which is made with `base` where there is none; `told` says what an interpreter is.

    Raises HarnessError target-requirements, target-python, target-install.
    """
    started_in = _started_in(config)
    key = _key(config.requirements, started_in, told(base))
    folder = config.source.parent / ".harness" / FOLDER / key
    python = folder / "bin" / "python"
    if not _whole(folder, python):
        with _alone(folder):
            if not _whole(folder, python):
                _make(config, base, folder, started_in)
        _forget(folder)
    with suppress(OSError):
        os.utime(folder / NOTE)
    return python


def _make(config: Config, base: str, folder: Path, started_in: Path) -> None:
    names = ", ".join(path.name for path in config.requirements)
    print(f"installing {names} into a venv of the target's own, once: {folder}", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    began = time.monotonic()
    try:
        _run([base, "-m", "venv", os.fspath(folder)], started_in, f"a venv of {base} cannot be made")
        words = [
            os.fspath(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--quiet",
        ]
        words += [word for file in config.requirements for word in ("-r", os.fspath(file))]
        _run(words, started_in, f"{names} cannot be installed")
        staged = folder / f".{NOTE}"
        staged.write_text(json.dumps({"requirements": names, "seconds": round(time.monotonic() - began, 1)}))
        staged.replace(folder / NOTE)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _run(words: Sequence[str], cwd: Path, problem: str) -> None:
    # a user's own settings of pip count (indexes, certificates); paths of the harness's interpreter do not
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(list(words), cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode:
        raise HarnessError(
            f"{problem} (exit code {done.returncode})",
            hint=f"pip's last words: {pip_said(done.stderr or done.stdout, _TAIL)[-600:]}",
            code="target-install",
        )


def _key(files: Sequence[Path], started_in: Path, base: Mapping[str, Any]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    digest.update(json.dumps([base[name] for name in ("python", "implementation", "platform")]).encode())
    for name, content in requirements.read(files, started_in):
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return f"{base['python']}-{digest.hexdigest()}"


def _started_in(config: Config) -> Path:
    """Where people run pip: at the target's root, or beside a file that lies elsewhere."""
    first = config.requirements[0].resolve()
    return config.root.resolve() if first.is_relative_to(config.root.resolve()) else first.parent


def _whole(folder: Path, python: Path) -> bool:
    """Made to its end, and the interpreter that it stands on is still there."""
    return (folder / NOTE).exists() and python.exists()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget(made: Path) -> None:
    with suppress(OSError):
        notes = sorted(made.parent.glob(f"*/{NOTE}"), key=lambda note: note.stat().st_mtime, reverse=True)
        for note in notes[KEEP:]:
            if note.stat().st_mtime < time.time() - FORGET_S:
                shutil.rmtree(note.parent, ignore_errors=True)
