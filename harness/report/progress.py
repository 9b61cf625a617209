"""Cells as they finish. On a terminal one live line; elsewhere one line for each finished scenario, and for each varied world,
so that a log shows where a run was when it stopped."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from harness.core.counts import count
from harness.judge.summary import EDITED
from harness.report import undeclared
from harness.report.say import say


class RunProgress:
    """Hears the events of a run (`hear` has the shape of a history's `tell`) and shows how far it is."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self.console = console
        self._quiet = quiet
        self._live: Progress | None = None
        self._task: Any = None
        self._total = self._done = 0
        self._part = ""
        self._endings: list[str] = []
        self._tried: list[str] = []
        self._told: set[str] = set()
        self._begun = time.perf_counter()

    def hear(self, kind: str, fields: Mapping[str, Any]) -> None:
        if self._quiet:
            return
        if kind == "run.start":
            self._start(fields)
        elif kind == "booted":
            if self._live is None:
                which = "stack" if not self._done else "a fresh stack"
                say(self.console, f"{which} up after {time.perf_counter() - self._begun:.1f} s")
            if why := fields.get("cold"):
                say(self.console, f"roles: started cold ({why})")
        elif kind == "cell.start":
            self._cell(fields["scenario"], fields["path"], fields.get("variation", ""))
        elif kind == "undeclared":
            self._tried = [host for host in fields["hosts"] if host not in self._told]
        elif kind == "cell.end":
            self._end(fields)
        elif kind == "run.end":
            self.close()

    def close(self) -> None:
        """Stop the live line; says the last scenario where there is none. Safe to call twice."""
        self._flush()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def __enter__(self) -> RunProgress:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, fields: Mapping[str, Any]) -> None:
        self._total, self._done = len(fields.get("cells", ())), 0
        self._begun = time.perf_counter()
        if why := fields.get("clock"):
            say(self.console, f"clock: real ({why}): what is due later is waited for")
        for line in fields.get("not_held", ()):
            say(self.console, f"not held: {line}")
        for line in fields.get("unwatched", ()):
            say(self.console, f"not watched: {line}")
        if self.console.is_terminal:
            self._live = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=self.console,
                transient=True,
            )
            self._task = self._live.add_task("booting the stack", total=self._total)
            self._live.start()

    def _cell(self, scenario: str, path: str, variation: str) -> None:
        part = f"~{EDITED if '=' in variation else variation}" if variation else scenario
        if part != self._part:
            self._flush()
            self._part = part
        if self._live is not None:
            self._live.update(self._task, description=f"{scenario}@{path}")

    def _end(self, fields: Mapping[str, Any]) -> None:
        self._done += 1
        self._endings.append("" if fields.get("settled", True) else "not settled")
        if self._live is not None:
            self._live.advance(self._task)
        for host in self._tried:
            say(self.console, f"{fields['scenario']}@{fields['path']}: {undeclared.told(host)}")
        self._told |= {*self._tried}
        self._tried = []

    def _flush(self) -> None:
        if self._live is None and self._endings:
            width = len(str(self._total))
            cells = count(len(self._endings), "cell")
            odd = sum(1 for ending in self._endings if ending)
            note = f", {odd} not settled" if odd else ""
            elapsed = time.perf_counter() - self._begun
            say(
                self.console,
                f"[{self._done:>{width}}/{self._total}] {elapsed:6.1f} s  {self._part}  {cells}{note}",
            )
        self._endings = []
