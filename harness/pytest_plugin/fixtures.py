"""The fixtures; the package's docstring lists them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from harness.cell.live import Live
from harness.cell.run import folded
from harness.core.config import Config
from harness.core.counts import signed
from harness.core.errors import HarnessError
from harness.core.history import Call, CellHistory, TaskRun
from harness.core.scenario import Cell, Fault
from harness.core.verdict import Verdict, worst
from harness.judge.checks import CELL_CHECKERS, judge
from harness.pytest_plugin.money import Seen, bare_context, bare_history, spending
from harness.pytest_plugin.session import Session
from harness.pytest_plugin.stash import SESSION
from harness.stack.inprocess import beat, worker

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}


@pytest.fixture(scope="session")
def harness_session(request: pytest.FixtureRequest) -> Session:
    """What the plugin holds: the target's description, its scenarios, its stack."""
    return request.config.stash[SESSION]


@pytest.fixture(scope="session")
def django_db_setup(harness_session: Session, django_db_blocker: Any) -> None:
    """pytest-django's database is the harness's: migrated and cached, nothing to create and nothing to destroy."""
    from django.db import connections

    with django_db_blocker.unblock():
        harness_session.live()
        for connection in connections.all():
            # what Django's own set-up keeps for tests with serialized_rollback
            connection._test_serialized_contents = connection.creation.serialize_db_to_string()


@pytest.fixture
def drive(request: pytest.FixtureRequest, harness_session: Session, django_db_setup: None, django_db_blocker: Any) -> Callable[..., CellHistory]:  # fmt: skip
    """drive(cell), or drive("orders/refund@manual"): one cell on the committed database, judged.

    Fails with the report's own words where a golden or a law is broken; returns all that was seen. Fails with
    pytest-db in a test that has a transaction of pytest-django's open: the workers would not see its rows.
    """
    own_transaction = DATABASE_FIXTURES & set(request.fixturenames) or request.node.get_closest_marker("django_db")

    def run(what: Cell | str) -> CellHistory:
        try:
            if own_transaction:
                raise HarnessError(
                    "drive() resets and commits, so it cannot stand in a test with a database transaction of its own",
                    hint="take the django_db mark (or the db fixture) out of this test",
                    code="pytest-db",
                )
            cell = harness_session.checked(what if isinstance(what, Cell) else _only(harness_session, what))
            with django_db_blocker.unblock():
                history = _driven(harness_session, cell)
        except HarnessError as error:
            pytest.fail(f"{error.message}\n hint: {error.hint}\n code: {error.code}", pytrace=False)
        verdicts = _verdicts(harness_session, history)
        if worst(verdicts).bad:
            pytest.fail(_told(cell, [one for one in verdicts if one.status.bad]), pytrace=False)
        return history

    return run


@dataclass(slots=True)
class Providers:
    """The provider fake in one test. `wrong` is what the tapes before the last one came to."""

    live: Live
    config: Config
    name: str
    faults: tuple[Fault, ...] = ()
    wrong: list[str] = field(default_factory=list)

    def play(self, *cassettes: str, faults: Sequence[Fault] = ()) -> int:
        """Answer from these cassettes from here on, each recording once; returns how many recordings there are."""
        self.settle()
        self.faults = tuple(faults)
        return self.live.fake.load(self.name, cassettes, faults)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every provider call since `play`."""
        return self.live.fake.report().calls

    def settle(self) -> None:
        """Judge the tape that is played now, as every cell's is."""
        report = self.live.fake.report()
        history = bare_history(calls=report.calls, unplayed=report.unplayed, late_calls=report.late)
        result = CELL_CHECKERS["provider"][1](history, bare_context(self.config, faults=self.faults))
        if result.status.bad:
            self.wrong += result.evidence


@pytest.fixture
def providers(request: pytest.FixtureRequest, harness_session: Session, django_db_setup: None) -> Iterator[Providers]:
    """Recorded provider answers. The test fails when a call fits no recording or breaks the provider's contract, and
    when a recording was never played."""
    live = harness_session.live()
    live.fake.load(request.node.name, (), ())
    made = Providers(live, harness_session.config, request.node.name)
    yield made
    made.settle()
    live.fake.load("", (), ())
    if made.wrong:
        pytest.fail("provider calls and recordings differ:\n  " + "\n  ".join(made.wrong), pytrace=False)


@pytest.fixture
def run_tasks(harness_session: Session, django_db_setup: None) -> Iterator[Callable[..., tuple[TaskRun, ...]]]:
    """run_tasks(): apply what was sent with .delay() in this test, and what that sends, in the test's own transaction.

    Without this fixture a task is what Celery makes of it. Returns every task of the test so far: name, arguments, state,
    error, result. The test fails when one of them failed, unless it says run_tasks(failing=True), and when it leaves a
    task behind that nobody applied (one for later, too).
    """
    stack = harness_session.live().stack
    stack.line.reset()
    expected = False

    def run(*, failing: bool = False) -> tuple[TaskRun, ...]:
        nonlocal expected
        expected = expected or failing
        worker.apply_here(stack.line, stack.run)
        return stack.line.tasks()

    with stack.in_line():
        yield run
    left, seen = stack.line.waiting(), stack.line.tasks()
    stack.line.reset()
    wrong = [f"sent and never applied: {name}" for name in left]
    if not expected:
        wrong += [
            f"{task.name} ended in {task.state}: {task.error}" for task in seen if task.state not in ("SUCCESS", "LOST")
        ]
    if wrong:
        pytest.fail("tasks are not as a test leaves them:\n  " + "\n  ".join(wrong), pytrace=False)


@pytest.fixture
def ledger(harness_session: Session, django_db_setup: None) -> Callable[[Any], AbstractContextManager[Seen]]:
    """with ledger(account) as seen: what the block charged that account (an instance or its key), read afterwards.

    Leaving the block holds what a ledger alone can show: the balance is the sum of its transactions and chains, is never
    negative, each deduction has its usage log and each usage log its deduction with the same credits, every usage log is
    the rate card's, signs and scales are right.
    """

    def watch(account: Any) -> AbstractContextManager[Seen]:
        return spending(harness_session.config, harness_session.law.rates, getattr(account, "pk", account))

    return watch


@pytest.fixture
def schedule(
    harness_session: Session, run_tasks: Callable[[], tuple[TaskRun, ...]]
) -> Callable[[str, str], Iterator[datetime]]:
    """for moment in schedule(start, end): beat's clock; at each moment its tasks are sent, for
    run_tasks() to apply, and time stands still.

    `start` (exclusive) and `end` are ISO times, UTC unless they say otherwise.
    """
    stack = harness_session.live().stack
    begun: list[Generator[Any, None, None]] = []

    def run(start: str, end: str) -> Iterator[datetime]:
        begun.append(beat.between(stack.target.app, _utc(start), _utc(end)))
        return (moment for moment, _ in begun[-1])

    yield run
    for clock in begun:
        clock.close()  # time goes on, however the test ended


def _driven(session: Session, cell: Cell) -> CellHistory:
    live = session.live()
    try:
        with live.stack.at_work():
            history = folded(session.config, cell, live)
        live.stack.alive()
    finally:
        session.reset()
    return history


def _verdicts(session: Session, history: CellHistory) -> list[Verdict]:
    """The verdicts on this one cell; what needs several cells (do the paths agree?) is `harness verify`'s to say."""
    law, config = session.law, session.config
    every = judge([history], law.scenarios, law.goldens, law.rates, law.findings, config, config.phase)
    return [verdict for verdict in every if verdict.cell == history.cell]


def _told(cell: Cell, wrong: Sequence[Verdict]) -> str:
    lines = [f"{cell.id} is not as locked" if wrong else f"{cell.id}: nothing was judged, so nothing is shown"]
    for verdict in wrong:
        delta = f" ({signed(verdict.credits_delta)} credits)" if verdict.credits_delta else ""
        lines += [f"  {verdict.checker}: {verdict.claim}{delta}", *(f"    {line}" for line in verdict.evidence)]
        if verdict.hint:
            lines.append(f"    hint: {verdict.hint}")
    return "\n".join(lines)


def _only(session: Session, name: str) -> Cell:
    found = session.cells([name])
    if len(found) != 1:
        raise HarnessError(
            f"'{name}' is {len(found)} cells",
            hint=f"name one: {', '.join(cell.id for cell in found[:4])}",
            code="pytest-cell",
        )
    return found[0]


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
