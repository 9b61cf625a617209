"""runs/<time>/arcs.coverage: which code of the target ran, and in which cell; a data file of coverage.py's, a context a cell.

`keep` makes it of what the target's processes noted (harness.stack.roles.tracehook); `Ran` says which cells ran a line.
Whoever has coverage.py can read it too: `coverage html --data-file=runs/latest/arcs.coverage`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from harness.core.errors import HarnessError, StackError

NAME = "arcs.coverage"

Arcs = Mapping[str, Mapping[str, set[tuple[int, int]]]]
"""Cell ("" for what ran while none did) -> path below the root -> arcs."""


def noted(file: Path, cells: Sequence[str]) -> Arcs:
    """What the processes of a run have written into `file`; `cells` by their numbers. Only Python's sources are of interest."""
    found: dict[str, dict[str, set[tuple[int, int]]]] = {}
    with file.open(encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            if not line.endswith("\n"):
                break  # the disk was full
            cell, path, since, to = line.split("\t")
            if path.endswith(".py"):
                found.setdefault(cells[int(cell)], {}).setdefault(path, set()).add((int(since), int(to)))
    return found


def keep(folder: Path, root: Path, arcs: Arcs, sources: Iterable[str]) -> Path:
    """Write the data file of a run, and in it all of `sources`, paths below `root`, those that never ran too.

    Raises StackError trace-empty.
    """
    from coverage import CoverageData  # by runs alone that note it

    if not any(arcs.values()):
        raise StackError(
            "no code of the target was seen to run",
            hint=f"target.root is {root}: is the target's code there, and does it run in processes of Python's?",
            code="trace-empty",
        )
    path, root = folder / NAME, root.resolve()  # coverage.py knows a file by its plain name alone
    data = CoverageData(basename=str(path))
    for cell, files in sorted(arcs.items()):
        data.set_context(cell)
        data.add_arcs({str(root / file): found for file, found in files.items()})
    data.set_context("")
    data.touch_files(str(root / file) for file in sources)
    data.write()
    return path


class Ran:
    """Which cells ran what, by the data file of a run. Raises trace-missing where there is none."""

    def __init__(self, folder: Path) -> None:
        from coverage import CoverageData

        file = folder / NAME
        if not file.is_file():
            raise HarnessError(
                f"{folder} says nothing of the code that ran",
                hint="drive it so: harness verify --reach",
                code="trace-missing",
            )
        self._data = CoverageData(basename=str(file))
        self._data.read()
        self._lines: dict[str, dict[int, tuple[str, ...]]] = {}

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(sorted(self._data.measured_files()))

    def lines(self, path: str) -> Mapping[int, tuple[str, ...]]:
        """Each line of the source at `path`, below the root, that ran, and in which cells; "" among them if it ran while none did."""
        if path not in self._lines:
            (file,) = [one for one in self.files if one.endswith(f"/{path}")] or [""]
            by_line = self._data.contexts_by_lineno(file) if file else {}
            self._lines[path] = {number: tuple(sorted(cells)) for number, cells in by_line.items()}
        return self._lines[path]

    def cells_at(self, path: str, line: int) -> tuple[str, ...]:
        """Of one line."""
        return self.lines(path).get(line, ())
