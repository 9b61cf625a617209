"""The ticks of a week: what beat sends at each moment is published, and observed as one cell when all is quiet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from harness.cell import drive
from harness.cell.live import Live
from harness.cell.observe import Refs, Tell, observe
from harness.core.config import Config
from harness.core.history import LogLine
from harness.core.scenario import Fault
from harness.core.week import Week
from harness.jobs.week.due import due_ticks, hours_of
from harness.jobs.week.judge import tick_name
from harness.jobs.week.values import HOURS, PATH, Beat, Send
from harness.stack.roles import clock
from harness.stack.roles.logs import Mark


def drive_ticks(
    config: Config, week: Week, live: Live, beat: Beat, start: datetime, tell: Tell, workers: Sequence[str]
) -> None:
    """Seed once, start `workers`, then drive tick after tick, the clock at each at the time that it stands for."""
    live.clean()
    refs = live.seed(week.given)
    kind = config.ledger.accounts
    accounts = {name: ref for name, ref in refs.items() if ref["kind"] == kind}
    hours = hours_of(start, HOURS)
    due = {schedule.account: set(due_ticks(schedule, hours)) for schedule in week.schedules}
    _go(live, start)
    begun, seen = live.stack.log_mark(), Counter[LogLine]()
    for worker in workers:
        live.start(worker)
    ticks = beat.ticks
    for at in ticks:
        tick = _Tick(
            config=config,
            live=live,
            at=at,
            sends=[send for send in beat.sends if send.at == at],
            tape=tuple(name for schedule in week.schedules if at in due[schedule.account] for name in schedule.tape),
            accounts=accounts,
            seen=seen,
            begun=begun if at == ticks[-1] else None,
        )
        _go(live, at)
        observe(config, live, tell, tick)
        live.stack.alive()


def _go(live: Live, at: datetime) -> None:
    clock.go(live.clock, (at - datetime.now(UTC)).total_seconds())


@dataclass(kw_only=True)
class _Tick:
    """What beat sends at one moment, as cell.observe.Work: what one tick leaves is what the next begins with.

    `seen` are the log lines of earlier ticks. The last tick reads from the week's beginning (`begun`): what was written
    while no tick was looking is told there.
    """

    config: Config
    live: Live
    at: datetime
    sends: Sequence[Send]
    tape: Sequence[str]
    accounts: Refs
    seen: Counter[LogLine]
    begun: Mark | None
    path: str = PATH
    faults: Sequence[Fault] = ()
    variation: str = ""
    varied: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.id, self.title = tick_name(self.at), f"beat at {self.at:%Y-%m-%d %H:%M} UTC"

    def clear(self) -> None:
        """Nothing: the world goes on."""

    def seed(self) -> Refs:
        return self.accounts

    def drive(self, refs: Refs) -> drive.Driven:
        for send in self.sends:
            self.live.send(send.task, send.args, send.kwargs or {})
        driven = drive.Driven()
        drive.settle(self.config, self.live, driven, at_least=len(self.sends))
        return driven

    def lines(self, mark: Mark) -> Iterable[LogLine]:
        lines = Counter(self.live.stack.logs_since(mark if self.begun is None else self.begun))
        if self.begun is None:
            self.seen.update(lines)
        else:
            lines -= self.seen
        return lines.elements()
