"""Which code of the target ran, noted in the target's own processes where a run asks for it (`harness verify --reach`).

What notes it there is tracehook.py; which cell runs, a number in a shared file says. Where nobody asks, nothing of it is on
the target's path.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.core.config import Config
from harness.stack.roles import tracehook

FOLDER, ARCS, CELL, NAMES = "trace", "arcs", "cell", "names"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """`folder` holds what is noted of the code below `root`; None: nothing is. `cells` are the names of those that ran, the
    first of them is that of none."""

    folder: Path | None = None
    root: Path | None = None
    cells: list[str] = field(default_factory=lambda: [""])

    @property
    def asked(self) -> Mapping[str, str]:
        """What tracehook.install takes."""
        assert self.folder is not None
        return {
            "file": os.fspath(self.folder / ARCS),
            "cell": os.fspath(self.folder / CELL),
            "root": os.fspath(self.root),
        }


OFF = Trace()


def install(config: Config, run_dir: Path) -> Trace:
    """Put the start-up hook and its files below `run_dir`, where the run asks for it. What an earlier stack of the same run noted
    there is gone on with."""
    if not config.traced:
        return OFF
    names = run_dir / FOLDER / NAMES
    before = json.loads(names.read_text()) if names.exists() else [""]
    made = Trace(folder=run_dir / FOLDER, root=config.root, cells=before)
    assert made.folder is not None
    made.folder.mkdir(exist_ok=True)
    shutil.copyfile(str(tracehook.__file__), made.folder / "sitecustomize.py")
    (made.folder / ARCS).touch()
    (made.folder / CELL).write_bytes(bytes(8))
    return made


def environment(trace: Trace, env: Mapping[str, str]) -> dict[str, str]:
    """`env` with the hook in it, in front of any other."""
    if trace.folder is None:
        return dict(env)
    path = [os.fspath(trace.folder), *filter(None, [env.get("PYTHONPATH")])]
    return {**env, "PYTHONPATH": os.pathsep.join(path), "HARNESS_TRACE": json.dumps(dict(trace.asked))}


def running(trace: Trace, cell: str) -> None:
    """What runs from now on is of this cell; of none, where it is ""."""
    if trace.folder is None:
        return
    if cell not in trace.cells:
        trace.cells.append(cell)
        (trace.folder / NAMES).write_text(json.dumps(trace.cells))
    number = trace.cells.index(cell).to_bytes(8, sys.byteorder)
    with (trace.folder / CELL).open("r+b", buffering=0) as shared:
        shared.write(number)
