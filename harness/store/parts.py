"""The history of a part of a run: where each cell stands in the file, and whether it is all there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.core.history import Event
from harness.core.scenario import cell_id
from harness.store import history


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`cells` maps each cell to (where its lines begin, how many bytes they are); `odd` says what is wrong with the
    lines, "" when nothing is. `end` is None when the run was cut off."""

    path: Path
    start: Event
    end: Event | None
    cells: Mapping[str, tuple[int, int]]
    odd: str
    late: tuple[Event, ...] = ()
    """What came of its last cell when it was over: told between cells."""

    def lines_of(self, cell: str) -> bytes:
        begin, length = self.cells[cell]
        with self.path.open("rb") as file:
            file.seek(begin)
            return file.read(length)


def read(path: Path) -> Part:
    """Raises history-missing, history-syntax."""
    start: Event = {}
    end: Event | None = None
    cells: dict[str, tuple[int, int]] = {}
    problems: list[str] = []
    late: list[Event] = []
    for name, begin, length, events in _groups(history.lines(path)):
        if name:
            if name in cells:
                problems.append(f"{name} is in it twice")
            cells[name] = (begin, length)
            problems += filter(None, [problem_with(events, name)])
            continue
        for event in events:
            start = event if event["kind"] == "run.start" else start
            end = event if event["kind"] == "run.end" else end
            late += [event] if event["kind"] == "late" else []
    return Part(path=path, start=start, end=end, cells=cells, odd="; ".join(problems[:3]), late=tuple(late))


def problem_with(events: Sequence[Event], cell: str) -> str:
    """Why `events` are not the whole history of `cell`; "" when they are: each is the cell's, and cell.end counted them."""
    kinds = [event["kind"] for event in events]
    if not events or kinds[0] != "cell.start" or kinds[-1] != "cell.end" or kinds.count("cell.end") > 1:
        return f"{cell} has no {'end' if kinds[:1] == ['cell.start'] else 'beginning'}"
    head = events[0]
    own = cell_id(str(head.get("scenario")), str(head.get("path")), head.get("variation", ""))
    if own != cell or any(event.get("cell") != cell for event in events):
        return f"{cell} holds events of another cell"
    counted, seen = events[-1].get("events"), Counter(kinds[1:-1])
    if counted != dict(seen):
        return f"{cell} does not hold what was observed: {counted} counted, {dict(seen)} there"
    return ""


def _groups(lines: Iterable[tuple[bytes, Event]]) -> Iterator[tuple[str, int, int, list[Event]]]:
    """(cell, offset, bytes, events) of each run of lines of one cell; the cell is "" between cells."""
    name, begin, at, events = "", 0, 0, list[Event]()
    for line, event in lines:
        own = event.get("cell", "")
        if own != name or event["kind"] == "cell.start":
            if events:
                yield name, begin, at - begin, events
            name, begin, events = own, at, []
        events.append(event)
        at += len(line)
    if events:
        yield name, begin, at - begin, events
