"""Which cells can see what changed since a whole run that noted what each of them ran (`harness verify --affected`).

What every cell depends on (harness.toml, the harness, what is installed, contracts, rates, what lies beside the scenarios) is compared as a whole: where it
is otherwise, all cells are affected. So they are where a file of the target is not Python, is a migration, is new, or differs outside functions. Inside
functions it goes by lines: a cell that never entered the block that differs has done the same before and after (harness.backend.altered).
What ran while no cell did (start-up) is of all cells. A cell is affected by its own scenario, its cassettes, its golden and surface, too; and one
that did not pass, or was not driven then, is driven.
"""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path

from harness.backend import tree
from harness.backend.altered.blocks import Block, Unknown
from harness.backend.altered.keepers import Keepers
from harness.backend.altered.source import altered
from harness.backend.altered.users import users
from harness.backend.branches import LEFT_OUT
from harness.core.config import Config
from harness.core.scenario import Cell, Scenario
from harness.run.fingerprint import fingerprint
from harness.run.plan import Plan
from harness.store import arcs, durations, goldens, surfaces
from harness.store.seen import Seen

ELSEWHERE = frozenset(
    [
        "source",
        "root",
        "app",
        "scenarios",
        "answers",
        "cassettes",
        "contracts",
        "rates",
        "tables",
        "found",
        "reads",
        "routes",
        "declared",
        "tasks",
        "unwatched",
        "traced",
        "keep",
        "requirements",
        "python",
        "phases_root",
        "phases_dir",
    ]
)
"""Fields of a description that say where things are or how long they stay, or were filled in by looking; what is there is compared by itself."""
MIGRATIONS = ("migrations/*", "*/migrations/*")
TESTS = tuple(pattern for pattern in LEFT_OUT if pattern not in MIGRATIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What decides a run: `parts`, `files` and `cells` as harness.store.seen.Seen has them."""

    parts: Mapping[str, str]
    files: Mapping[str, str]
    cells: Mapping[str, str]
    settings: frozenset[str] = frozenset()
    """Names of the target's settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`cells` are ids of those that can see it; None: nobody can say, and `why`."""

    what: str
    cells: frozenset[str] | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """The cells to be driven, in the plan's order; `unseen` is what changed and no cell runs."""

    cells: tuple[Cell, ...]
    changes: tuple[Change, ...]

    @property
    def unseen(self) -> tuple[str, ...]:
        return tuple(one.what for one in self.changes if one.cells == frozenset())


def state(config: Config, scenarios: Mapping[str, Scenario], plan: Plan) -> State:
    """As it is now; `config` once looking has filled it in."""
    used = fingerprint(config)
    parts = {name: used[name] for name in ("harness", "versions", "packages", "contracts")}
    described = [f"{one.name}={getattr(config, one.name)!r}" for one in fields(config) if one.name not in ELSEWHERE]
    parts["harness.toml"] = _digest("\n".join(described).encode())
    parts["rates"] = _digest(_bytes(config.rates))
    said = [config.answers, *sorted(config.answers.rglob("*.py"))]
    parts["answers"] = _digest(*(_bytes(path) for path in said if path.is_file()))
    parts["what the target declares"] = _digest("\n".join(sorted(config.declared)).encode())
    beside = [path for path in sorted(config.scenarios.rglob("*")) if path.is_file() and _is_of_all(path)]
    parts["what lies beside the scenarios"] = _digest(*(_bytes(path) for path in beside))
    own = {name: _own(config, one, plan.phase) for name, one in scenarios.items()}
    files = {name: _text(Path(path)) for name, path, _ in tree.files(os.fspath(config.root))}
    settings = frozenset(line.split()[1] for line in config.declared if line.startswith("setting "))
    cells = {cell.id: own[cell.scenario.id] for cell in plan.cells}
    return State(parts=parts, files=files, cells=cells, settings=settings)


def affected(plan: Plan, now: State, before: Seen, folder: Path) -> Affected:
    """Which cells of `plan` can see what differs between `before`, which is kept in `folder`, and `now`. Raises trace-missing."""
    changes = [
        Change(what=name, cells=None, why="every cell depends on it")
        for name in sorted({*now.parts, *before.parts})
        if now.parts.get(name) != before.parts.get(name)
    ]
    if not changes:
        changes = list(_Target(now, before, arcs.Ran(folder), Keepers(before.files)).changes())
    changes += _of_cells(now, before)
    every = frozenset(cell.id for cell in plan.cells)
    seen = [one.cells for one in changes if one.cells is not None]
    wanted = every if len(seen) < len(changes) else frozenset().union(*seen)
    return Affected(cells=tuple(cell for cell in plan.cells if cell.id in wanted), changes=tuple(changes))


def _of_cells(now: State, before: Seen) -> Iterator[Change]:
    told = {
        "cells that were not driven then": now.cells.keys() - before.cells.keys(),
        "a scenario, its cassettes or its golden": {
            cell for cell, digest in now.cells.items() if before.cells.get(cell, digest) != digest
        },
        "cells that did not pass then": now.cells.keys() & {*before.failed},
    }
    for what, cells in told.items():
        if cells:
            yield Change(what=what, cells=frozenset(cells))
    if "" in before.failed:
        yield Change(what="a check of the whole run did not pass then", cells=None, why="only a whole run can tell")


@dataclass(frozen=True, slots=True)
class _Target:
    """The target's files then and now, and who ran what of those of then."""

    now: State
    before: Seen
    ran: arcs.Ran
    kept: Keepers

    def changes(self) -> Iterator[Change]:
        known = _imported(self.before.files)
        for name in sorted({*self.now.files, *self.before.files}):
            old, new = self.before.files.get(name), self.now.files.get(name)
            nowhere = old is None or (name.endswith(".py") and not self.ran.lines(name))
            if old == new or (nowhere and any(fnmatchcase(name, pattern) for pattern in TESTS)):
                continue
            if old is None or new is None:
                yield Change(what=name, cells=None, why="it is new" if old is None else "it is gone")
            elif not name.endswith(".py") or any(fnmatchcase(name, pattern) for pattern in MIGRATIONS):
                yield Change(what=name, cells=None, why="no line says who reads it")
            elif not self.ran.lines(name):
                yield Change(what=name, cells=frozenset())  # nobody imports it
            else:
                yield from self._of_a_source(name, old, new, known)

    def _of_a_source(self, name: str, old: str, new: str, known: Iterable[str]) -> Iterator[Change]:
        try:
            for one in altered(old, new, known):
                if isinstance(one, Block):
                    yield self._seen(f"{name}:{one.at}", [(name, one)])
                    continue
                if one.name in self.now.settings:
                    raise Unknown(f"{one.name} is a setting")
                blocks = list(users(one.name, self.before.files))
                if blocks or not one.new:
                    yield self._seen(f"{name}:{one.name}", blocks)
        except Unknown as why:
            yield Change(what=name, cells=None, why=str(why))

    def _seen(self, what: str, blocks: Sequence[tuple[str, Block]]) -> Change:
        """Raises Unknown."""
        if not blocks:
            raise Unknown(f"nobody names {what.rpartition(':')[2]}: it may be found by its name")
        cells: set[str] = set()
        around = [other for _, block in blocks for other in self.kept.around(block.at)]
        for name, block in (*blocks, *around):
            by_line = self.ran.lines(name)
            cells |= {cell for line in range(block.lines[0], block.lines[1] + 1) for cell in by_line.get(line, ())}
        if "" in cells:
            raise Unknown(f"{what.rpartition(':')[2]} ran while no cell did, too")
        return Change(what=what, cells=frozenset(cells))


def _imported(files: Mapping[str, str]) -> frozenset[str]:
    """The first names of all modules that the target's sources import at their top."""
    found = set()
    for name, text in files.items():
        try:
            body = ast.parse(text).body if name.endswith(".py") else []
        except (SyntaxError, ValueError):
            continue
        for one in body:
            if isinstance(one, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in one.names}
            elif isinstance(one, ast.ImportFrom) and not one.level and one.module:
                found.add(one.module.partition(".")[0])
    return frozenset(found)


def _is_of_all(path: Path) -> bool:
    """Whether a file beside the scenarios is no scenario's own, and decides something."""
    own = path.name.endswith((".py", ".pyc", goldens.SUFFIX)) or path.name == durations.NAME
    return not own and not (path.suffix == surfaces.SUFFIX and path.parent.name != "declared")


def _own(config: Config, one: Scenario, phase: int) -> str:
    """What only the cells of one scenario depend on."""
    tapes = [config.cassettes / f"{name}.yaml" for name in one.tape_at(phase)]
    locked = [goldens.path_of(config.scenarios, one.id), surfaces.path_of(config.scenarios, one.id)]
    return _digest(repr(one).encode(), *(_bytes(path) for path in (*tapes, *locked)))


def _text(path: Path) -> str:
    """What is in a file; of what is no text, a digest."""
    content = _bytes(path)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return f"\0{_digest(content)}"


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _digest(*parts: bytes) -> str:
    made = hashlib.sha256()
    for part in parts:
        made.update(hashlib.sha256(part).digest())
    return made.hexdigest()[:16]
