"""The clock of a cell beside real Celery workers: what is due later is due now, and sees the time that it was due at."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from celery import Celery

from harness.stack.broker import tap
from harness.stack.roles import child, clock, sender
from tests.stack.broker import servers

HOUR = 3600.0
WHOLE_S = 60.0
"""More than any of it takes, on the busiest machine, and far less than what is put off."""


class Shell:
    """The target's shell in this process: what the stack's own would be asked."""

    def __init__(self, app: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("celery.app.utils.find_app", lambda name: app)

    def call(self, code: str, timeout_s: float = 60) -> dict[str, Any]:
        exec(code, {"__name__": "console"})
        return {"ok": True, "value": None}


@contextmanager
def standing(folder: Path, monkeypatch: pytest.MonkeyPatch, pool: str, options: dict[str, Any], *, real: bool = False) -> Iterator[Any]:  # fmt: skip
    """Server, worker and tap, with one clock."""
    with servers.server(folder) as url:
        settings = {"result_backend": url, **options}
        hands = (
            clock.REAL
            if real
            else clock.install(
                SimpleNamespace(time="jumps", requirements=(), python=None, source=folder / "harness.toml"), folder
            )
        )  # type: ignore[arg-type]
        worker = servers.start(folder, url, settings, pool=pool, hands=hands)
        app = servers.sender(url, settings)
        shell = Shell(app, monkeypatch)

        def leap(due: float, going: Callable[[float], object]) -> float | None:
            return clock.leap(hands, due, going=going, tell=lambda ahead: sender.due(shell, "yard", ahead))

        broker = tap.Broker(url, leap=None if real else leap)
        try:
            yield SimpleNamespace(app=app, broker=broker, url=url, hands=hands)
        finally:
            child.kill(worker)
            broker.close()


@pytest.fixture(scope="module", params=["prefork", "threads", "solo"])
def yard(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with (
        pytest.MonkeyPatch.context() as patch,
        standing(tmp_path_factory.mktemp("yard"), patch, request.param, {}) as made,
    ):
        yield made


def cell(yard: Any, name: str, *args: Any, **options: Any) -> list[Any]:
    """A cell begins, one message is sent, and all of it settles."""
    clock.go(yard.hands, 0.0)
    yard.broker.reset()
    yard.app.send_task(name, args, **options)
    assert yard.broker.settle(WHOLE_S, at_least=1) == ""
    return list(yard.broker.tasks())


def told(yard: Any) -> list[tuple[str, float]]:
    """Each line of the clock: what for, and by how many seconds."""
    found = [re.fullmatch(r"the clock went (\d+) s ahead (.+)", line) for line in yard.broker.leaps()]
    return [(one[2], float(one[1])) for one in found if one]


def test_a_retry_an_hour_later_sees_a_clock_an_hour_later(yard):
    """Claim: three retries of an hour each settle at once, every one in its own hour, and the clock never goes back."""
    begun = time.time()
    (task,) = cell(yard, "yard.tomorrow", HOUR)
    assert task.state == "SUCCESS"
    gone = [later - earlier for earlier, later in zip(task.result, task.result[1:], strict=False)]
    assert all(HOUR <= one < HOUR + WHOLE_S for one in gone)
    assert task.result[0] - begun < WHOLE_S
    assert told(yard) == [("in 3 jumps for yard.tomorrow", pytest.approx(3 * HOUR, abs=WHOLE_S))]


def test_a_cell_begins_in_real_time_again(yard):
    """Claim: what a cell before saw of the future is over in the process that saw it."""
    cell(yard, "yard.tomorrow", HOUR)
    (task,) = cell(yard, "yard.clock")
    assert abs(task.result - time.time()) < WHOLE_S
    assert yard.broker.leaps() == ()


def test_what_is_due_later_runs_in_the_order_of_its_times(yard):
    """Claim: each sees its own time, though the later one was sent first; nobody runs before."""
    clock.go(yard.hands, 0.0)
    yard.broker.reset()
    now = datetime.now(UTC)
    yard.app.send_task("yard.clock", ("second",), eta=now + timedelta(hours=3))
    yard.app.send_task("yard.clock", ("first",), eta=now + timedelta(hours=1))
    assert yard.broker.settle(WHOLE_S, at_least=2) == ""
    seen = {task.args[0]: task.result - now.timestamp() for task in yard.broker.tasks()}
    assert 1 * HOUR <= seen["first"] < 1 * HOUR + WHOLE_S
    assert 3 * HOUR <= seen["second"] < 3 * HOUR + WHOLE_S


def test_a_step_that_waits_brings_about_what_is_due_later_and_nothing_else(yard, tmp_path):
    """Claim: nobody settles, and the task of an hour later runs; what runs is not overtaken."""
    clock.go(yard.hands, 0.0)
    yard.broker.reset()
    assert not yard.broker.advance()
    yard.app.send_task("yard.clock", countdown=HOUR)
    deadline = time.monotonic() + WHOLE_S
    while not yard.broker.advance():
        assert time.monotonic() < deadline
    assert yard.broker.settle(WHOLE_S, at_least=1) == ""
    (task,) = yard.broker.tasks()
    assert task.result - time.time() + WHOLE_S >= HOUR
    assert len(yard.broker.leaps()) == 1


def test_a_growing_delay_between_retries_is_kept(yard):
    """Claim: autoretry_for with retry_backoff: 300 s, then 600 s."""
    begun = time.time()
    (task,) = cell(yard, "yard.late")
    assert 900 <= task.result - begun < 900 + WHOLE_S


def test_what_expires_before_its_time_is_revoked(yard):
    """Claim: the worker asks the clock of the cell whether a message has expired, not the real one."""
    (task,) = cell(yard, "yard.clock", countdown=HOUR, expires=HOUR / 2)
    assert task.state == "REVOKED"


def test_what_expires_after_its_time_runs(yard):
    (task,) = cell(yard, "yard.clock", countdown=HOUR, expires=2 * HOUR)
    assert task.state == "SUCCESS"


def test_the_parts_of_a_chord_may_be_due_later(yard):
    """Claim: parts an hour apart, and the body that waits for both."""
    tasks = cell(yard, "yard.parts")
    assert [task.name for task in tasks] == ["yard.parts", "yard.clock", "yard.clock", "yard.gathered"]
    first, second = tasks[-1].result
    assert abs(second - first - HOUR / 2) < WHOLE_S


def test_a_key_that_expires_does_so_sooner_by_what_the_clock_went(yard):
    """Claim: a lock of ten minutes is gone for a task an hour later; one of a day has 23 hours left."""
    clock.go(yard.hands, 0.0)
    yard.broker.reset()
    kept = redis.Redis.from_url(yard.url)
    kept.set("lock", 1, ex=600)
    kept.set("day", 1, ex=86400)
    kept.set("always", 1)
    yard.app.send_task("yard.clock", countdown=HOUR)
    assert yard.broker.settle(WHOLE_S, at_least=1) == ""
    assert not kept.exists("lock")
    assert 82000 < kept.ttl("day") <= 82800 + WHOLE_S
    assert kept.ttl("always") == -1


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_a_time_beyond_the_visibility_time_out_does_not_double(tmp_path, monkeypatch, pool):
    """Claim: a message that is held for longer than its transport believes in does not come twice: the hour does not pass
    where kombu looks."""
    options = {"broker_transport_options": {"visibility_timeout": 20, "unacked_restore_interval": 1}}
    with standing(tmp_path, monkeypatch, pool, options) as yard:
        (task,) = cell(yard, "yard.tomorrow", HOUR)
        (seen,) = yard.broker._traffic.tasks.values()
    assert task.state == "SUCCESS"
    assert seen.pushed == 4


def test_a_chord_without_redis_is_asked_for_until_it_is_there(tmp_path, monkeypatch):
    """Claim: chord_unlock, which asks every second, does not keep the clock from going on to the parts."""
    (tmp_path / "results").mkdir()
    options = {"result_backend": f"file://{tmp_path}/results"}
    with standing(tmp_path, monkeypatch, "prefork", options) as yard:
        tasks = cell(yard, "yard.parts")
        leaps = told(yard)
    assert tasks[-1].name == "yard.gathered"
    assert leaps[0] == ("in 2 jumps for yard.clock", pytest.approx(HOUR, abs=WHOLE_S))


def test_real_time_waits(tmp_path, monkeypatch):
    """Claim: without the clock the time-out tells what is open and when it is due."""
    with standing(tmp_path, monkeypatch, "solo", {}, real=True) as yard:
        yard.broker.reset()
        yard.app.send_task("yard.clock", countdown=HOUR)
        told = yard.broker.settle(3, at_least=1)
    assert told.startswith("after 3 s still open: 1 task(s): yard.clock; the first of 1 is due at ")
