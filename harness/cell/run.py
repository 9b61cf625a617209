"""One cell: a scenario on a path, in a world of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from harness.cell import auth, drive, intruder, readback, timed
from harness.cell.drive import Driven
from harness.cell.live import Live
from harness.cell.meanwhile import at_the_first_call, where_it_waits
from harness.cell.observe import Clock, Refs, Tell, observe
from harness.core import fold
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.history import CellHistory, Event, LogLine, Read
from harness.core.scenario import Cell, Given
from harness.core.variation import (
    CONTENDED,
    CROWD,
    EDITED_AT,
    HELD,
    INTRUDER,
    NOBODY,
    OWNER,
    STRANGER,
    Variation,
    named,
)
from harness.stack import vary
from harness.stack.database import observer
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
        self._laid = named(cell.variation) if cell.variation else Variation(name="", says="the world as it is given")
        self.varied: Mapping[str, int] = {}
        self._bought: set[str] = set()
        self._move = vary.Move(())
        self._callers: Mapping[str, auth.Headers] = {}
        self._callers_again: Mapping[str, auth.Headers] = {}
        self._readers: Mapping[str, auth.Headers] = {}

    def clear(self) -> None:
        at = self._laid.at or (EDITED_AT if self._laid.edit is not None else self.config.begins)
        by_the_minute = drive.starts_a_schedule(self.config, self.scenario, self._way)
        begins = timed.undisturbed(datetime.fromisoformat(at).timestamp() if at else None, by_the_minute=by_the_minute)
        self.live.begin(self.scenario, begins)
        self.live.clean()

    def seed(self) -> Refs:
        given = self.scenario.given
        wanted = drive.action_rows(self.scenario, self._way)
        world = replace(given, rows=(*given.rows, *wanted))
        refs = self.live.seed(world)
        if self.variation:
            laid = self._lay(refs, [*(row.name for row in given.rows if row.asks), *(row.name for row in wanted)])
            self.varied, refs, self._move = laid.changed, {**refs, **laid.refs}, laid.move
        asking = auth.actors(self.scenario, self._way)
        if self._laid.caller in (STRANGER, NOBODY):
            self._callers = dict.fromkeys(asking, self._otherwise(self._laid.caller, given, refs))
        else:
            inside = dict.fromkeys(asking, self._inside(given, refs) or {}) if self._laid.caller == INTRUDER else {}
            if self._laid.again or not inside:
                self._callers = auth.headers(self.config.auth, given, refs, asking, self.live)
            else:
                self._callers = inside
                self.varied = {**self.varied, **self._move.over()}
            self._callers_again = inside or self._callers
        if self._laid.reads:
            self._readers = self._who_reads(given, refs)
        return refs

    def _inside(self, given: Given, refs: Refs) -> auth.Headers | None:
        """What a request of whoever asks carries once they belong to the twin; None where they cannot."""
        moved = self._move.over()
        try:
            return self._sent(given.actor, given, refs) if moved else None
        finally:
            self._move.back()

    def _otherwise(self, caller: str, given: Given, refs: Refs) -> auth.Headers:
        """What a request of somebody else carries; nothing, where nobody says how another one asks."""
        return (self._a_stranger(given, refs) or {}) if caller == STRANGER else {}

    def _who_reads(self, given: Given, refs: Refs) -> Mapping[str, auth.Headers]:
        """Before the baseline: logging in writes rows. Who asks anyway has logged in already."""
        asking = {
            OWNER: self._callers.get(given.actor) or self._sent(given.actor, given, refs),
            STRANGER: self._a_stranger(given, refs),
            INTRUDER: self._inside(given, refs),
            NOBODY: {},
        }
        return {caller: headers for caller, headers in asking.items() if headers is not None}

    def _a_stranger(self, given: Given, refs: Refs) -> auth.Headers | None:
        found = (self._sent(name, given, refs) for name in readback.strangers(given, refs))
        return next((one for one in found if one is not None), None)

    def _sent(self, name: str, given: Given, refs: Refs) -> auth.Headers | None:
        """None where nobody says how to ask as this one."""
        try:
            return auth.headers(self.config.auth, given, refs, [name], self.live)[name]
        except HarnessError:
            return None

    @property
    def _seed(self) -> str:
        """With a setting of its own a world has the same numbers: what is otherwise is the setting's doing."""
        return self._cell.id.partition("+")[0]

    def _lay(self, refs: Refs, asking: list[str]) -> vary.Laid:
        return vary.lay(
            (self.live.db, *self.live.beside),
            self._laid,
            known=self.live.catalogues,
            tables=self.config.tables,
            ledger=self.config.ledger,
            refs=refs,
            seed=self._seed,
            asking=asking,
            opening=self._cell.opening,
            actor=self.scenario.given.actor,
        )

    def drive(self, refs: Refs) -> Driven:
        extra: dict[str, Any] = {"run": {"kind": "path", "id": str(self.live.stack.run_dir)}}
        known, callers = {**refs, **extra}, self._callers
        if self._laid.caller == INTRUDER and not self._laid.again:
            known = {**intruder.within(self.scenario, self._way, refs, self.config.ledger.accounts), **extra}
        with self._somebody_else():
            driven = drive.drive(
                self.config, self.scenario, self._way, known, callers, self.live, varied=bool(self.variation)
            )
        driven.bought = self._bought
        if self._laid.again and driven.settled:
            driven = drive.both(driven, self._asked_again(known, refs, driven))
        if self._laid.reads and driven.settled:
            driven.reads += self._read_back(refs, driven)
        return driven

    def _asked_again(self, known: Refs, refs: Refs, first: Driven) -> Driven:
        """By whoever asked, or by an intruder, who has heard what was answered."""
        asked = partial(
            drive.drive,
            self.config,
            self.scenario,
            self._way,
            callers=self._callers_again,
            surface=self.live,
            varied=True,
        )
        if self._laid.caller != INTRUDER:
            return asked(refs=known)
        self._move.over()
        try:
            within = intruder.within(self.scenario, self._way, refs, self.config.ledger.accounts)
            return asked(refs={**known, **within}, before=first.http)
        finally:
            self._move.back()

    @contextmanager
    def _somebody_else(self) -> Iterator[None]:
        """Within, somebody writes on connections of their own as soon as a provider is asked, or their rows are waited for."""
        live, held, contended = self.live, HELD in self._laid.answers, CONTENDED in self._laid.rows
        facts = {
            "known": live.catalogues,
            "tables": self.config.tables,
            "ledger": self.config.ledger,
            "seed": self._seed,
        }
        with ExitStack() as open_:
            for db in (live.db, *live.beside) if held or contended else ():
                writers = vary.holders(db, **facts) if contended else [vary.writer(db, **facts)]
                for one in writers:
                    open_.callback(one.close)
                if contended:
                    look = open_.enter_context(closing(observer.again(db)))
                    open_.enter_context(where_it_waits(look, writers, self._bought.update))
                else:
                    write = partial(self._wrote, writers)
                    open_.enter_context(at_the_first_call(str(live.stack.fake_control), write))
            yield

    def _wrote(self, writers: Iterable[vary.Writer]) -> None:
        for one in writers:
            self._bought |= one.write()

    def _read_back(self, refs: Refs, driven: Driven) -> list[Read]:
        live, readers = self.live, dict(self._readers)
        inside = {caller: headers for caller in (INTRUDER,) if (headers := readers.pop(caller, None)) is not None}
        read = partial(
            readback.read_back,
            live.base_url,
            live.session,
            refs=refs,
            driven=driven.http,
            second=CROWD in self._laid.rows,
            endless=live.endless,
        )
        found = read(self.config.reads, callers=readers)
        if inside:
            self._move.over()
            try:
                found += read(intruder.reads(self.config.reads, found), callers=inside, own=intruder.own(refs))
            finally:
                self._move.back()
        return found

    def lines(self, mark: Mark) -> Iterable[LogLine]:
        return self.live.stack.logs_since(mark)
