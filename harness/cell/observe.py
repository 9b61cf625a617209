"""Drive one thing and observe everything: the nine steps of a run.

reset, seed, take the baseline, load the tape, drive, settle, capture rows, capture calls and tasks, tell the history.

What is driven is a `Work`: a scenario on a path (run.py), a tick of the simulated week, a task that a phase leaves in
the queue (`leave`: the same steps up to the capture). How it is observed is here, once.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Protocol

from harness.cell import credentials
from harness.cell.after import broken, late, side
from harness.cell.drive import Driven
from harness.cell.live import Live
from harness.core import stages
from harness.core.config import Config
from harness.core.history import LogLine, RowChange, TaskRun
from harness.core.scenario import Fault, cell_id
from harness.core.variation import named
from harness.stack import vary
from harness.stack.database import capture, journal, ledger, reset, snapshot
from harness.stack.roles import trace
from harness.stack.roles.clock import real
from harness.stack.roles.logs import Mark
from harness.store.history import row_fields

Tell = Callable[[str, Mapping[str, Any]], None]
"""tell(kind, fields): append one event to the history."""

Refs = Mapping[str, Mapping[str, Any]]
"""name of a row of the world -> its kind, id and what else is known of it."""

ODD = ("WARNING", "ERROR", "CRITICAL")


class Work(Protocol):
    """One thing to drive. `id` and `path` name its cell, `title` says it; the fake plays `tape` with `faults` over it."""

    id: str
    path: str
    title: str
    tape: Sequence[str]
    faults: Sequence[Fault]
    variation: str
    """What is laid over its world, "" for nothing."""
    varied: Mapping[str, int]
    """What that changed, once it is seeded: column -> rows."""

    def clear(self) -> None:
        """Take away what earlier work left, where this one begins anew."""

    def seed(self) -> Refs:
        """Put the given rows in, or say which are there."""

    def drive(self, refs: Refs) -> Driven:
        """Do it, and wait until all is quiet; what is only left (`leave`) waits for nothing."""

    def lines(self, mark: Mark) -> Iterable[LogLine]:
        """What was logged meanwhile; `mark` is where the logs ended before."""


class Clock:
    """Seconds by part of the work."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def observe(config: Config, live: Live, outer: Tell, work: Work) -> Clock:
    """Drive `work` and tell `outer` every event of it; cell.end says how many there were. Only a broken stack, which cell.end
    says too, or a wrong scenario raises; where nothing can be put back before, nothing is told."""
    clock, told = Clock(), Counter[str]()

    def tell(kind: str, fields: Mapping[str, Any]) -> None:
        told[kind] += 1
        outer(kind, fields)

    if live.spoilt:
        raise reset.reshaped_by(live.spoilt)
    try:
        came = [*live.late, *late.look(live)]
        mark = _put_back(live, work, clock, live.renewed())
    except broken.BREAKS as error:  # nothing of this one has begun: it is what the one before has left
        raise broken.named(error, live.stack) from None
    name = {"scenario": work.id, "path": work.path, **({"variation": work.variation} if work.variation else {})}
    outer("cell.start", {**name, "title": work.title})
    live.late = []
    for fields in came:
        tell("late", fields)
    try:
        ended = _observed(config, live, tell, work, clock, mark)
    except broken.BREAKS as error:
        failed = broken.named(error, live.stack)
        outer("cell.end", {"events": dict(told), **name, **broken.end_of(failed), "seconds": dict(clock.seconds)})
        raise failed from None
    outer("cell.end", {"events": dict(told), **name, **ended})
    return clock


def _observed(config: Config, live: Live, tell: Tell, work: Work, clock: Clock, mark: Mark) -> dict[str, Any]:
    """What is between its start and its end, and what its end says. `mark` is where logs ended."""
    query = ledger.query_of(live.db, *live.beside)
    there: ledger.Held = {}
    opening: ledger.Held = {}
    apart: ledger.Read = {}
    before: dict[str, Mapping[str, Any]] = {}

    def seeded(refs: Refs) -> None:
        capture.mark_baseline(live.db, *live.beside)
        before.update(side.stores(live))
        there.update(ledger.balances(query, config, refs))
        opening.update(ledger.opening(query, config, refs))
        apart.update(ledger.apart(query, config.ledger))
        tell("seeded", {"refs": refs, "accounts": opening})
        if work.variation:
            tell("varied", {"changed": work.varied})

    refs, driven = _drive(live, work, clock, seeded)
    with clock.part(stages.CAPTURE):
        changes = capture.changes(live.db, config.tables, *live.beside)
        changes += tuple(ledger.changed(apart, ledger.apart(query, config.ledger)))
        ledger.check_columns(changes, config.ledger)
        closing = ledger.closing(query, config, refs, there, opening)
        report = live.fake.report()
        for exchange in driven.http:
            tell("http", {name: value for name, value in asdict(exchange).items() if name != "form" or value})
        for read in driven.reads:
            tell("read", asdict(read))
        tasks = live.broker.tasks()
        for task in tasks:
            tell("task", asdict(task))
        calls = [asdict(call) for call in report.calls]
        texts = credentials.held(live.world, (live.db, *live.beside), refs, changes)
        for call in credentials.named(calls, texts, live.world.key):
            tell("call", call)
        tell("tape", {"unplayed": list(report.unplayed), "tape": list(work.tape), "late": report.late})
        if report.undeclared:
            tell("undeclared", {"hosts": list(report.undeclared)})
        for change in changes:
            tell("row", row_fields(change))
        noted = journal.read(live.db, *live.beside)
        for transaction in noted.transactions:
            tell("tx", asdict(transaction))
        for account, held in ledger.born(query, config, changes).items():
            tell("balance", {"account": account, "opening": 0, "closing": held["credits"], "born": str(held["id"])})
        for account, held in opening.items():
            if account in closing:  # one that is gone has no balance, and the fold says that none was observed
                left = closing[account]["credits"]
                opened = _more(held["credits"]) if str(held["id"]) in driven.bought else held["credits"]
                tell("balance", {"account": account, "opening": opened, "closing": left})
        lines = list(work.lines(mark))
        for line in lines:
            if _worth_telling(line, config.markers):
                tell("log", asdict(line))
        for leak in credentials.leaks(_said(driven, tasks, changes, lines), texts):
            tell("leak", leak)
        if not driven.settled:
            driven.settle_reason += broken.still(live.stack)
            if stale := live.distrust():
                ended = f"{' and '.join(stale)} will be started anew: what did not settle ends with this cell"
                driven.notes.append(ended)
        for note in driven.notes:
            tell("note", {"text": note})
        for fields in side.changed(live, before):
            tell("side", fields)
            if fields["store"] == side.SCHEMA:
                side.spoils(live, f"{work.id}@{work.path}", fields)
            if fields["store"] == side.MADE:
                tell(
                    "note",
                    {
                        "text": f"the target made {fields['key']} while it ran: its rows are not compared, and the next reset drops it"
                    },
                )
    name = cell_id(work.id, work.path, work.variation)
    live.seen = late.Seen(cell=name, rows=noted.last, messages=len(tasks), calls=len(report.calls))
    timed, made = live.timed.spans(), snapshot.made_between(live.db, *live.beside)
    return {
        "settled": driven.settled,
        "reason": driven.settle_reason,
        **({"code": driven.settle_code, "hint": driven.settle_hint} if driven.settle_code else {}),
        "clock": timed,
        "prepared": made,
        "seconds": dict(clock.seconds),
    }


def _more(credits: Any) -> Any:
    """As the database says a balance, with what was bought."""
    return str(Decimal(credits) + vary.BOUGHT) if isinstance(credits, str) else credits + vary.BOUGHT


def leave(live: Live, work: Work) -> Refs:
    """Drive `work` and go: no baseline, no capture, no history. For what somebody else is to find as it was left."""
    clock = Clock()
    _put_back(live, work, clock, nullcontext())  # no worker is started that might take what is left
    refs, _ = _drive(live, work, clock, lambda refs: None)
    return refs


def _put_back(live: Live, work: Work, clock: Clock, anew: AbstractContextManager[None]) -> Mark:
    """All is as it was before anything was driven; done within `anew`. Where logs end now."""
    with clock.part(stages.RESET):
        trace.running(live.stack.trace, "")
        with anew:
            work.clear()
            live.broker.reset()
        return live.stack.log_mark()


def _drive(live: Live, work: Work, clock: Clock, seeded: Callable[[Refs], None]) -> tuple[Refs, Driven]:
    """The steps that make something happen; `seeded` is called before any of it does."""
    with clock.part(stages.SEED):
        live.timed.begin(real())
        refs = work.seed()
        seeded(refs)
    with clock.part(stages.LOAD):
        laid = named(work.variation).answers if work.variation else None
        live.fake.load(work.id, work.tape, work.faults, laid)
        live.resting.begin(cell_id(work.id, work.path, work.variation))
    with clock.part(stages.DRIVE):
        trace.running(live.stack.trace, cell_id(work.id, work.path, work.variation))
        driven = work.drive(refs)
    return refs, driven


def _worth_telling(line: LogLine, markers: Sequence[str]) -> bool:
    return line.level in ODD or bool(line.exception) or any(marker in line.message for marker in markers)


def _said(
    driven: Driven, tasks: Iterable[TaskRun], changes: Iterable[RowChange], lines: Iterable[LogLine]
) -> Iterator[tuple[str, Any]]:
    """All that a target said, of whatever level, and where: no secret belongs there."""
    for exchange in driven.http:
        yield f"the answer to {exchange.method} {exchange.path} ", exchange.response
    for read in driven.reads:
        yield f"the answer to GET {read.path} as {read.caller} ", read.response
    for task in tasks:
        yield f"the message {task.name} ", [list(task.args), dict(task.kwargs), task.result, task.error]
    for change in changes:
        yield f"{change.kind} {change.op} ", dict(change.after or {})
    for line in lines:
        yield f"a line of {line.role} at {line.level or 'no level'}", line.message
