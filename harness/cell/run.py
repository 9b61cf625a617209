"""One cell: a scenario on a path, in a world of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from harness.cell import auth, drive
from harness.cell.drive import Driven
from harness.cell.live import Live
from harness.cell.observe import Clock, Refs, Tell, observe
from harness.core import fold
from harness.core.config import Config
from harness.core.history import CellHistory, Event, LogLine
from harness.core.scenario import Cell
from harness.core.variation import VARIATIONS
from harness.stack import vary
from harness.stack.roles.logs import Mark


def run_cell(config: Config, cell: Cell, live: Live, tell: Tell) -> Clock:
    """Drive `cell` and tell every event of it. Only a broken stack or a wrong scenario raises."""
    return observe(config, live, tell, _Scenario(config, cell, live))


def folded(config: Config, cell: Cell, live: Live) -> CellHistory:
    """Drive `cell` and keep what was seen as a value, where no file of the run is wanted. Raises as run_cell."""
    events: list[Event] = []

    def tell(kind: str, fields: Mapping[str, Any]) -> None:
        events.append({"kind": kind, **fields})

    run_cell(config, cell, live, tell)
    return fold.folded(events[0], events, config.ledger)


class _Scenario:
    """A scenario on its path, as observe.Work."""

    def __init__(self, config: Config, cell: Cell, live: Live) -> None:
        self.config, self.scenario, self.live = config, cell.scenario, live
        self.id, self.title, self.path = cell.scenario.id, cell.scenario.title, str(cell.path)
        self.tape, self.faults = cell.scenario.tape_at(config.phase), cell.scenario.faults
        self._way, self._cell = cell.path, cell
        self.variation = cell.variation
        self.varied: Mapping[str, int] = {}
        self._callers: Mapping[str, auth.Headers] = {}

    def clear(self) -> None:
        self.live.begin(self.scenario)
        self.live.clean()

    def seed(self) -> Refs:
        given = self.scenario.given
        wanted = drive.action_rows(self.scenario, self._way)
        world = replace(given, rows=(*given.rows, *wanted))
        refs = self.live.seed(world)
        if self.variation:
            laid = self._lay(refs, [*(row.name for row in given.rows if row.asks), *(row.name for row in wanted)])
            self.varied, refs = laid.changed, {**refs, **laid.refs}
        self._callers = auth.headers(self.config.auth, given, refs, auth.actors(self.scenario, self._way), self.live)
        return refs

    def _lay(self, refs: Refs, asking: list[str]) -> vary.Laid:
        return vary.lay(
            (self.live.db, *self.live.beside),
            VARIATIONS[self.variation],
            known=self.live.catalogues,
            tables=self.config.tables,
            ledger=self.config.ledger,
            refs=refs,
            seed=self._cell.id,
            asking=asking,
            opening=self._cell.opening,
        )

    def drive(self, refs: Refs) -> Driven:
        extra: dict[str, Any] = {"run": {"kind": "path", "id": str(self.live.stack.run_dir)}}
        return drive.drive(self.config, self.scenario, self._way, {**refs, **extra}, self._callers, self.live)

    def lines(self, mark: Mark) -> Iterable[LogLine]:
        return self.live.stack.logs_since(mark)
