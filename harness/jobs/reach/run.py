"""Reading what a run reached, and accepting it as what runs reach from now on."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path

from harness.backend.look import cache, read
from harness.backend.python import interpreter
from harness.core.code import Floor, Function, Way
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.golden import why_lacks
from harness.core.history import RunHistory
from harness.core.variation import LEVELS
from harness.jobs.reach import skeleton
from harness.jobs.reach.values import Found, Line
from harness.judge.code import by_module, counted, left_open
from harness.run.fingerprint import sources
from harness.store import arcs, floor, history
from harness.store import runs as store
from harness.store.files import write_all


def found(config: Config, run: Path, only: tuple[str, ...] = ()) -> Found:
    """What the run in `run` reached; `only` are patterns of functions ("path:name") or modules. Raises run-missing, trace-missing."""
    folder, stored = _stored(config, run)
    chosen = tuple(one for one in stored.code or () if not only or any(_fits(one, pattern) for pattern in only))
    left = left_open(chosen, config.reach.excused)
    ran = arcs.Ran(folder)
    ways = [(one, way) for one in left.functions if one.ran for way in (*one.missed, *one.unhandled)]
    return Found(
        run=folder.name,
        whole=bool(stored.start.get("whole")),
        all=counted(chosen),
        modules=by_module(chosen),
        excused=left.excused,
        left=left.functions,
        cells={(one.at, way): _cells(ran, one, way) for one, way in ways},
    )


def line_at(config: Config, run: Path, at: str) -> Line:
    """The cells that ran "path:line" of the target. Raises run-missing, trace-missing, trace-no-line."""
    folder, stored = _stored(config, run)
    path, _, number = at.rpartition(":")
    file = config.root / path
    texts = file.read_text(encoding="utf-8", errors="replace").splitlines() if path and file.is_file() else []
    if not number.isdecimal() or not 0 < int(number) <= len(texts):
        raise HarnessError(
            f"there is no line {at} below {config.root}",
            hint="name it as harness reach does: path/of/module.py:12",
            code="trace-no-line",
        )
    return Line(
        at=at,
        text=texts[int(number) - 1].strip(),
        cells=arcs.Ran(folder).cells_at(path, int(number)),
        changed=stored.start.get("sources", {}).get("target") != sources(config)["target"],
    )


def accept(config: Config, run: Path, why: str, *, ci: bool) -> Floor:
    """Write scenarios/reach.toml by what a whole run reached. Raises reach-why, reach-ci, reach-part, run-missing, trace-missing."""
    if ci:
        raise HarnessError(
            "what is reached is not accepted in CI", hint="accept on your machine and commit the file", code="reach-ci"
        )
    if lacks := why_lacks(why):
        raise HarnessError(f"no reason: {lacks}", hint='give --why "..." in words', code="reach-why")
    folder, stored = _stored(config, run)
    if not stored.start.get("whole") or stored.end is None or stored.start.get("tier") != "processes":
        raise HarnessError(
            f"{folder.name} is no whole run of the processes tier",
            hint="drive every cell: harness verify --reach",
            code="reach-part",
        )
    made = Floor(
        phase=stored.phase,
        vary=stored.start.get("vary", LEVELS[0]),
        why=why,
        modules={module: kinds for module, kinds in by_module(stored.code or ()).items() if kinds},
    )
    floor.write(config.scenarios, made)
    return made


def write(config: Config, run: Path, what: str) -> Path:
    """Write the skeleton of a scenario that would reach a route, a task or a function. Raises reach-unknown, reach-there, store-write."""
    _, stored = _stored(config, run)
    kept = cache.find(cache.place(config, interpreter.executable(config)))
    where, text = skeleton.of(what, stored, None if kept is None else read.look(json.loads(kept)))
    file = config.scenarios / where
    if file.exists():
        raise HarnessError(
            f"{file} is there already", hint="fill it in, or move it to where it belongs", code="reach-there"
        )
    write_all({file: text})
    return file


def _stored(config: Config, run: Path) -> tuple[Path, RunHistory]:
    folder = store.find(run)
    stored = history.read(folder / store.HISTORY, config.ledger)
    if stored.code is None:
        raise HarnessError(
            f"{folder.name} says nothing of the code that ran",
            hint="drive it so: harness verify --reach",
            code="trace-missing",
        )
    return folder, stored


def _fits(one: Function, pattern: str) -> bool:
    return fnmatchcase(one.at, pattern) or fnmatchcase(one.module, pattern)


def _cells(ran: arcs.Ran, one: Function, way: Way) -> tuple[str, ...]:
    """A handler begins where nothing ran: of it, the cells that called its function."""
    return ran.cells_at(one.module, way.line) or ran.cells_at(one.module, -one.line)
