"""Tasks in one interpreter keep the order that a worker gives them, and come to what Celery says they come to."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import pytest

from harness.stack.inprocess import tasks, worker
from harness.stack.inprocess.line import Line, Message
from harness.stack.isolation import leaving
from harness.stack.roles import clock, clockhook


def test_a_task_that_is_sent_runs_after_its_sender(yard):
    """Claim: never inside it, as Celery's own eager mode would have it; first in, first out."""
    yard.app.tasks["yard.say"].delay("one", "two", "three")
    yard.app.tasks["yard.say"].delay("four")
    assert yard.told == []
    assert worker.apply_here(yard.line, yard.run) == 4
    assert yard.told == [f"{word} {what}" for word in ("one", "four", "two", "three") for what in ("begins", "ends")]
    assert [task.args for task in yard.line.tasks()] == [
        ("one", "two", "three"),
        ("four",),
        ("two", "three"),
        ("three",),
    ]


def test_a_task_that_is_applied_runs_where_it_stands(yard):
    """Claim: `.apply()` is no message, so nothing waits for it."""
    assert yard.app.tasks["yard.say"].apply(("now",)).result == "now"
    assert yard.told == ["now begins", "now ends"]
    assert yard.line.tasks() == ()


def test_a_failed_task_is_told_as_a_worker_tells_it(yard):
    """Claim: state and error as harness.stack.broker.tap reads them off a real result."""
    task_id = yard.line.publish("yard.fail")
    worker.apply_here(yard.line, yard.run)
    (seen,) = yard.line.tasks()
    assert (seen.id, seen.name, seen.state, seen.error) == (task_id, "yard.fail", "FAILURE", "ValueError: not today 7")
    assert seen.exception == {"type": "ValueError", "message": "not today 7"}


@pytest.mark.parametrize(
    ("how", "error"),
    [("sys.exit", "SystemExit: 0"), ("os._exit", "LeftEarly: os._exit(0)")],
)
def test_a_task_that_ends_its_process_has_failed(yard, how, error):
    """Claim: whoever judges goes on; the task is told as failed, as one whose worker ended is."""
    yard.line.publish("yard.leave", (how,))
    with leaving.held():
        worker.apply_here(yard.line, yard.run)
    (seen,) = yard.line.tasks()
    assert (seen.state, seen.error) == ("FAILURE", error)


def test_an_unknown_task_fails_instead_of_vanishing(yard):
    """Claim: a message whose task is gone when it is applied is a failed task."""
    yard.line.put(Message(id="x", name="yard.gone", args=(), kwargs={}))
    worker.apply_here(yard.line, yard.run)
    assert [(task.state, task.error) for task in yard.line.tasks()] == [("FAILURE", "NotRegistered: yard.gone")]


def test_a_message_is_told_as_its_envelope_would_tell_it(yard):
    """Claim: queue, parent, priority, when it may run and no more; who never ran says so."""
    yard.app.tasks["yard.say"].apply_async(("one", "two"), priority=6, expires=600)
    yard.app.send_task("yard.nobody", ("x",), queue="other", countdown=3600)
    worker.apply_here(yard.line, yard.run)
    parent, later, child = yard.line.tasks()
    assert (parent.queue, parent.priority, parent.expires, parent.due, parent.parent) == ("celery", 6, "+600s", (), "")
    assert (child.parent, child.started) == (parent.id, True)
    assert (later.name, later.queue, later.due, later.started) == ("yard.nobody", "other", ("+3600s",), False)


def test_a_retry_is_told(yard):
    """Claim: a task that is tried again where it stands counts its tries, and says for when each was meant."""

    @yard.app.task(name="yard.again", bind=True, max_retries=2)
    def again(self):
        if self.request.retries < 2:
            raise self.retry(countdown=5)
        return self.request.retries

    yard.line.publish("yard.again")
    worker.apply_here(yard.line, yard.run)
    (task,) = yard.line.tasks()
    assert (task.state, task.retries, task.due) == ("SUCCESS", 2, ("", "+5s", "+5s"))


def test_a_task_for_later_is_not_applied_now(yard):
    """Claim: countdown and eta are kept; what is not due is still open, and settling says so."""
    yard.app.tasks["yard.say"].apply_async(("later",), countdown=3600)
    yard.app.tasks["yard.say"].apply_async(("then",), eta="2999-01-01T00:00:00+00:00")
    assert worker.apply_here(yard.line, yard.run) == 0
    assert yard.line.settle(0.01) == "after 0.01 s still open: 2 task(s): yard.say"


@pytest.fixture
def hands(tmp_path):
    """A clock that this process follows."""
    made = clock.Clock(file=tmp_path / "ahead")
    clock.go(made, 0.0)
    clockhook.install(made.file)
    yield made
    clockhook.remove()


def test_what_is_due_later_is_due_once_nothing_else_is_open(yard, hands):
    """Claim: each task sees its own time, in the order of their times; what was put off while it ran is put off from there."""
    aged: list[float] = []
    line = Line(yard.app, hands=hands, going=aged.append)
    seen: dict[str, float] = {}

    @yard.app.task(name="yard.clock", shared=False)
    def at(word: str, *more: str) -> None:
        seen[word] = time.time()
        if more:
            at.apply_async(more, countdown=3600)

    begun = time.time()
    with tasks.in_line(yard.app, line.put):
        working = worker.threaded("worker", line, yard.run)
        at.apply_async(("second",), countdown=7200)
        at.apply_async(("first", "third"), countdown=1800)
        assert line.settle(60, at_least=3) == ""
        assert line.sent() == 3
        working.stop()
    gone = {word: moment - begun for word, moment in seen.items()}
    assert list(gone) == ["first", "third", "second"]
    assert all(due <= gone[word] < due + 60 for word, due in (("first", 1800), ("third", 5400), ("second", 7200)))
    assert abs(sum(aged) - 7200) < 60
    (told,) = line.leaps()
    assert told.endswith(" s ahead in 3 jumps for yard.clock")
    assert time.time() - begun < 60  # what follows is in real time


def test_fewer_messages_than_expected_are_not_rest(yard):
    """Claim: a step that should have sent a task and did not is seen, although nothing is open."""
    assert yard.line.settle(0.01, at_least=1) == "after 0.01 s only 0 of 1 expected task messages were seen"


def test_arguments_travel_as_json(yard):
    """Claim: what no broker could carry is refused when it is sent, in the sender's face."""
    with pytest.raises(Exception, match="not JSON serializable"):
        yard.app.tasks["yard.say"].delay(object())


def test_what_is_left_is_left_as_it_was(yard):
    """Claim: outside of `in_line` the app is Celery's again."""
    before = {**yard.app.conf}
    app = type(yard.app)("other", broker="memory://", set_as_current=False)
    send, eager = app.send_task, app.conf.task_always_eager
    with tasks.in_line(app, yard.line.put):
        assert app.conf.task_always_eager
    assert (app.send_task, app.conf.task_always_eager) == (send, eager)
    assert "apply" not in vars(app.Task)
    assert {**yard.app.conf} == before


def test_threads_take_turns_and_rest_is_observed(yard):
    """Claim: two workers apply every message once; settling returns when the last one ended."""
    workers = [worker.threaded(name, yard.line, yard.run) for name in ("one", "two")]
    for n in range(20):
        yard.line.publish("yard.say", [f"word {n}"])
    assert yard.line.settle(30, at_least=20) == ""
    for one in workers:
        one.stop()
    assert sorted(yard.told) == sorted(f"word {n} {what}" for n in range(20) for what in ("begins", "ends"))
    assert {task.state for task in yard.line.tasks()} == {"SUCCESS"}


def test_a_killed_worker_cleans_nothing_up(yard, tmp_path):
    """Claim: a forked worker ends as a killed process: `finally` does not run, its task is lost, what it sent stays."""
    begun, cleaned = tmp_path / "begun", tmp_path / "cleaned"

    @yard.app.task(name="yard.hang", shared=False)
    def hang() -> None:
        yard.app.tasks["yard.say"].delay("sent before the end")
        try:
            begun.touch()
            import signal

            signal.pause()
        finally:
            cleaned.touch()

    one = worker.forked("worker", yard.line, yard.run, lambda remote: setattr(yard, "put", remote))
    yard.line.publish("yard.hang")
    assert yard.line.wait_for("yard.say", 30), "the message of the forked worker never came"
    while not begun.exists():
        assert yard.line.settle(0.01)
    one.kill()
    assert yard.line.abandon() == 1
    assert not cleaned.exists()
    assert yard.put is None
    states = {task.name: (task.state, task.error) for task in yard.line.tasks()}
    assert states == {"yard.hang": ("LOST", "its worker was killed"), "yard.say": ("LOST", "")}


def test_a_task_of_a_class_of_its_own_waits_in_line_too(yard):
    """Claim: a base class that is not the app's own does not take a task out of the order."""
    from celery import Task

    class Logged(Task):
        pass

    @yard.app.task(name="yard.own", base=Logged, shared=False)
    def own() -> None:
        yard.told.append("own")

    own.delay()
    assert yard.told == []
    assert worker.apply_here(yard.line, yard.run) == 1
    assert yard.told == ["own"]


def test_lines_nest(yard):
    """Claim: a cell that is driven inside of a test has a line of its own, and the test's line is back afterwards."""
    inner = Line(yard.app)
    with tasks.in_line(yard.app, inner.put):
        yard.app.tasks["yard.say"].delay("inner")
    yard.app.tasks["yard.say"].delay("outer")
    assert [task.args for task in inner.tasks()] == [("inner",)]
    assert [task.args for task in yard.line.tasks()] == [("outer",)]


def test_an_eta_without_a_zone_is_in_the_apps(yard):
    """Claim: as Celery has it, and not an error in the sender's face."""
    yard.app.conf.timezone = "UTC"
    yard.app.tasks["yard.say"].apply_async(("then",), eta=datetime(2999, 1, 1))  # noqa: DTZ001 - that is the point
    yard.app.tasks["yard.say"].apply_async(("now",), eta=datetime(2001, 1, 1))  # noqa: DTZ001
    assert worker.apply_here(yard.line, yard.run) == 1
    assert yard.line.waiting() == ("yard.say",)


def test_what_is_being_applied_outlives_its_epoch(yard):
    """Claim: a reset does not make a task that still runs look ended."""
    go = threading.Event()

    @yard.app.task(name="yard.slow", shared=False)
    def slow() -> None:
        go.wait()

    one = worker.threaded("one", yard.line, yard.run)
    yard.line.publish("yard.slow")
    while not yard.line.running():
        assert yard.line.settle(0.01)
    yard.line.reset()
    assert yard.line.running() == ("yard.slow",)
    assert "yard.slow" in yard.line.settle(0.01)
    go.set()
    assert yard.line.settle(30) == ""
    one.stop()
