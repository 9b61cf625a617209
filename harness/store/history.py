"""The history file: one JSON object a line, appended while the run goes on, read back as values.

Shapes are those of harness.core.history. A file that ends in the middle of a line, or without run.end, is what a
killed run leaves: it can be read, and its last cell counts as not settled.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TextIO

from harness.core.code import of_fields
from harness.core.errors import HarnessError
from harness.core.fold import Builder
from harness.core.fold.shapes import wrong_with
from harness.core.history import FORMAT, Event, RunHistory
from harness.core.ledger import Ledger
from harness.core.scenario import cell_id

_TAIL_BYTES = 65536
SEAL = "sha256"
"""The field of run.end that says what stands before it in the file."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, default=str).encode


class Pen:
    """Makes the lines of a history: `line(kind, fields)` adds `t` (seconds since the pen was made) and, inside a cell,
    `cell`."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._cell = ""

    def line(self, kind: str, fields: Mapping[str, Any]) -> str:
        if kind == "cell.start":
            self._cell = cell_id(fields["scenario"], fields["path"], fields.get("variation", ""))
        elif kind == "run.start":
            fields = {"format": FORMAT, **fields}
        event = {"kind": kind, "t": round(time.perf_counter() - self._begun, 6)}
        if self._cell:
            event["cell"] = self._cell
        if kind == "cell.end":
            self._cell = ""
        line = _encode({**event, **fields}) + "\n"
        try:
            line.encode()
        except UnicodeEncodeError:  # half a surrogate pair, which a target may send: JSON has an escape for it
            line = line.encode("utf-8", "backslashreplace").decode()
        return line


class HistoryWriter:
    """Appends events to a file: `tell(kind, fields)` as Pen.line."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file: TextIO = path.open("x", encoding="utf-8", newline="\n")
        self._pen = Pen()
        self._written = hashlib.sha256()

    def tell(self, kind: str, fields: Mapping[str, Any]) -> None:
        if kind == "run.end":
            fields = {**fields, SEAL: self._written.hexdigest()}
        self._write(self._pen.line(kind, fields))
        if kind in ("run.start", "cell.start", "cell.end", "run.end"):
            # what a killed run leaves says in which cell it was
            self._file.flush()

    def copy(self, lines: Iterable[bytes]) -> None:
        """Append lines that another pen made, as they are."""
        for line in lines:
            self._write(line.decode())
        self._file.flush()

    def _write(self, text: str) -> None:
        self._file.write(text)
        self._written.update(text.encode())

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> HistoryWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def row_fields(change: Any) -> dict[str, Any]:
    """The fields of a `row` event for a RowChange: `kind` is taken by the event's own, and what is usual is left out."""
    own = {field.name: getattr(change, field.name) for field in fields(change)}
    usual = {"key": "id", "links": {}}
    told = {name: value for name, value in own.items() if name not in usual or value != usual[name]}
    return {"table_kind": told.pop("kind"), **told}


def events(path: Path) -> Iterator[Event]:
    """Every event of the file. Raises history-missing, history-syntax. A torn last line ends the stream silently:
    without run.end the run counts as cut off anyway."""
    return (event for _, event in lines(path))


def lines(path: Path) -> Iterator[tuple[bytes, Event]]:
    """Each line as it stands in the file, with its event; as `events`."""
    try:
        with path.open("rb") as file:
            yield from parsed(file, str(path))
    except FileNotFoundError:
        raise HarnessError(
            f"no history at {path}", hint="run `harness verify` first, or name a run's folder", code="history-missing"
        ) from None


def parsed(stream: Iterable[bytes], source: str) -> Iterator[tuple[bytes, Event]]:
    """Each line with its event. Raises history-syntax; a torn last line ends the stream."""
    for number, line in enumerate(stream, 1):
        try:
            event = json.loads(line)
            if wrong := wrong_with(event):
                raise ValueError(wrong)
        except UnicodeDecodeError as error:
            raise HarnessError(
                f"{source} is not UTF-8: {error}", hint="drive the run again", code="history-syntax"
            ) from None
        except ValueError as error:
            if not line.endswith(b"\n"):
                return
            raise HarnessError(
                f"{source} line {number} is not an event: {error}",
                hint="the file was changed after the run; drive the run again",
                code="history-syntax",
            ) from None
        yield line, event


def sealed(path: Path) -> str | None:
    """What the end of a history says stands before it, "" where it says nothing; None where it has no end: it was cut off."""
    with path.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - _TAIL_BYTES))
        last = stream.read().rstrip(b"\n").rpartition(b"\n")[2]
    if not last.startswith(b'{"kind":"run.end"'):
        return None
    try:
        return str(json.loads(last).get(SEAL, ""))
    except ValueError:
        return None


def start_of(path: Path) -> Event:
    """The run.start of a history file, {} where it was cut off before. Raises history-missing, history-syntax, history-format."""
    start = next(events(path), {})
    if start:
        _of_this_format(start, str(path))
    return start


def read(path: Path, ledger: Ledger) -> RunHistory:
    """The run in a history file. `ledger` says which columns carry the money. Raises also history-format."""
    seal = _Seal()
    run = run_of(seal.seen(lines(path)), ledger, source=str(path))
    return replace(run, edited=seal.problem)


class _Seal:
    """Whether a file is what was written: run.end ends it, and says the sha256 of what stands before."""

    def __init__(self) -> None:
        self.problem = ""
        self._written = hashlib.sha256()
        self._ended = False

    def seen(self, stream: Iterable[tuple[bytes, Event]]) -> Iterator[Event]:
        for line, event in stream:
            if self._ended:
                self.problem = "the history goes on behind run.end"
            elif event["kind"] == "run.end":
                self._ended = True
                if event.get(SEAL) != self._written.hexdigest():
                    self.problem = (
                        "the history is not what was written: it was edited since"
                        if SEAL in event
                        else "run.end does not say what was written before it: nobody can tell whether it was edited"
                    )
            self._written.update(line)
            yield event


def run_of(stream: Iterable[Event], ledger: Ledger, *, source: str = "the history") -> RunHistory:
    """Fold events into a run. A cell without cell.end is there, not settled."""
    start: Event = {}
    end: Event | None = None
    code: Event | None = None
    own: Event | None = None
    builders: list[Builder] = []
    late: list[Event] = []
    for event in stream:
        kind = event["kind"]
        if kind == "run.start":
            start = event
            _of_this_format(event, source)
        elif kind == "run.end":
            end = event
        elif kind == "reached":
            code = event
        elif kind == "own":
            own = event
        elif kind == "cell.start":
            builders.append(Builder(event, ledger))
        elif builders and event.get("cell") == builders[-1].cell:
            builders[-1].add(event)
        if kind == "late":
            late.append(event)
    for event in late:
        for builder in builders:
            if builder.cell == event["of"]:
                builder.came_late(event)
    return RunHistory(
        start=start,
        cells=tuple(builder.build() for builder in builders),
        end=end,
        code=None if code is None else of_fields(code["functions"]),
        own=own,
        left_out_idle=() if code is None else tuple(code["left_out"]),
    )


def _of_this_format(start: Event, source: str) -> None:
    if start.get("format") != FORMAT:
        raise HarnessError(
            f"{source} has format {start.get('format')!r}; this harness reads format {FORMAT}",
            hint="drive the run again with this harness, or read it with the harness that wrote it",
            code="history-format",
        )
