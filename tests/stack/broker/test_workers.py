"""The tap beside real Celery workers: whatever their settings, a task is open until its worker has left it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery

from harness.stack.broker import tap
from harness.stack.roles import child
from tests.stack.broker.servers import sender, server, start

TELLING = {
    "task_serializer": "pickle", "result_serializer": "pickle", "accept_content": ["pickle", "json"], "task_compression": "gzip",
    "task_default_queue": "yard", "result_backend": None, "task_protocol": 1,
    "broker_transport_options": {"global_keyprefix": "yard:", "priority_steps": list(range(10)), "sep": ":", "queue_order_strategy": "priority"},
    "task_default_priority": 3,
}  # fmt: skip
"""All that the harness does not have by itself, and nowhere a result."""


class Yard:
    """One server, one worker, the app that sends, and the tap."""

    def __init__(self, folder: Path, url: str, options: dict[str, Any]) -> None:
        self.folder, self.url, self.options = folder, url, options
        self.worker = start(folder, url, options)
        self.app: Celery = sender(url, options)
        self.tap = tap.Broker(url, holding=self.holding)

    def holding(self) -> list[str] | None:
        asked = self.app.control.inspect(timeout=1.0)
        answers = [asked.active(), asked.reserved(), asked.scheduled()]
        if any(answer is None for answer in answers):
            return None
        return [(one.get("request") or one)["id"] for answer in answers for held in answer.values() for one in held]

    def run(self, name: str, *args: Any, **options: Any) -> list[Any]:
        """Send, settle, and give back every task of the epoch."""
        self.tap.reset()
        self.app.send_task(name, args, **options)
        assert self.tap.settle(30, at_least=1) == ""
        return list(self.tap.tasks())

    def restart(self) -> None:
        child.kill(self.worker)
        lost = self.tap.abandon()
        self.worker = start(self.folder, self.url, self.options)
        self.lost = lost

    def unacknowledged(self) -> int:
        client = redis.Redis.from_url(self.url)
        return sum(client.hlen(key) for key in client.keys("*unacked") if client.type(key) == b"hash")

    def close(self) -> None:
        child.kill(self.worker)
        self.tap.close()


@pytest.fixture(scope="module", params=["as celery has it", "another way"])
def yard(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    folder = tmp_path_factory.mktemp("yard")
    with server(folder) as url:
        plain = {"result_backend": url, "task_track_started": True}
        made = Yard(folder, url, plain if request.param == "as celery has it" else TELLING)
        yield made
        made.close()


def test_a_task_settles_with_what_it_came_to(yard):
    (task,) = yard.run("yard.add", 1, 2)
    assert (task.name, task.args, task.state, task.result) == ("yard.add", (1, 2), "SUCCESS", 3)


def test_a_failure_brings_its_error(yard):
    (task,) = yard.run("yard.fail")
    assert task.state == "FAILURE"
    assert "no such site" in task.error
    assert task.exception == {"type": "ValueError", "message": "no such site"}


def test_a_task_without_a_stored_result_tells_it_all_the_same(yard):
    (task,) = yard.run("yard.quiet")
    assert (task.state, task.result) == ("SUCCESS", {"credits_used": 3})


@pytest.mark.parametrize(("name", "states"), [("yard.ignore", {"IGNORED"}), ("yard.reject", {"REJECTED", "FAILURE"}), ("yard.early_reject", {"IGNORED", "REJECTED", "FAILURE"})])  # fmt: skip
def test_a_task_that_ends_without_a_result_settles(yard, name, states):
    """Claim: Ignore and Reject leave neither result nor, when acknowledged early, an event; the workers know them no more."""
    (task,) = yard.run(name)
    assert task.state in states


def test_a_retry_is_one_task_that_ends_once(yard):
    (task,) = yard.run("yard.again")
    assert (task.state, task.result) == ("SUCCESS", 2)
    assert (task.retries, task.due, task.redelivered) == (2, ("", "+1s", "+1s"), 0)


def test_a_message_is_told_whole(yard):
    """Claim: queue, priority, when it may run and no more, and that it ran, whatever the serializer and the prefix."""
    queue = "celery" if yard.options is not TELLING else "yard"
    (task,) = yard.run("yard.add", 1, countdown=1, expires=600, priority=6)
    assert (task.queue, task.priority, task.due, task.expires, task.started) == (queue, 6, ("+1s",), "+600s", True)
    (task,) = yard.run("yard.add", 1)
    assert (task.due, task.expires, task.parent, task.exception) == ((), "", "", {})


def test_an_unknown_name_is_told(yard):
    """Claim: a message for a task that no worker knows ends with the words for it."""
    (task,) = yard.run("yard.nobody")
    assert (task.state, task.exception["type"]) == ("FAILURE", "NotRegistered")
    assert "yard.nobody" in task.exception["message"]


def test_an_expired_message_settles(yard):
    (task,) = yard.run("yard.add", 1, expires=-1)
    assert (task.state, task.started, task.expires) == ("REVOKED", False, "past")


def test_a_message_that_no_worker_serves_is_told_at_once(yard):
    """Claim: queue and served queues are named, long before the time-out."""
    yard.tap.reset()
    yard.app.send_task("yard.add", (1,), queue="nobody")
    begun = time.monotonic()
    told = yard.tap.settle(120)
    assert told.startswith("no worker of this stack serves the queue ")
    assert "nobody" in told
    assert time.monotonic() - begun < 60  # a tenth would do: the bound is the time-out's half, for a busy machine
    served = "celery" if yard.options is not TELLING else "yard:yard"
    (task,) = yard.tap.tasks()
    assert (task.state, task.started) == ("LOST", False)
    assert told.endswith(f"; they serve {served} ([roles.worker] queues = [...] names all that one shall serve)")


def test_what_was_not_acknowledged_comes_again_when_its_worker_died(yard, tmp_path):
    """Claim: late acknowledgement is waited for: the message comes again by itself, once, and is named."""
    gate, done = tmp_path / "gate", tmp_path / "done"
    yard.tap.reset()
    yard.app.send_task("yard.held", (os.fspath(gate), os.fspath(done)))
    child.wait_until(yard.worker, gate.exists, what="the task's gate", timeout_s=30)
    yard.restart()
    assert yard.lost == 0
    assert yard.tap.settle(30) == ""
    assert done.read_text() == "x"
    assert yard.tap.redelivered() == ("yard.held",)
    (task,) = yard.tap.tasks()
    assert (task.state, task.redelivered, task.retries, task.started) == ("SUCCESS", 1, 0, True)


def test_what_was_acknowledged_dies_with_its_worker(yard, tmp_path):
    gate = tmp_path / "gate"
    yard.tap.reset()
    yard.app.send_task("yard.lost", (os.fspath(gate), ""))
    # the worker acknowledges beside the task's first statements
    child.wait_until(
        yard.worker, lambda: gate.exists() and not yard.unacknowledged(), what="acknowledgement", timeout_s=30
    )
    yard.restart()
    assert yard.lost == 1
    assert yard.tap.settle(30) == ""
    (task,) = yard.tap.tasks()
    assert (task.state, task.error, task.started) == ("LOST", "its worker was killed", True)


def test_a_chord_is_open_until_its_body_has_run(tmp_path):
    """Claim: parts and body are waited for, though nothing waits in a queue between them."""
    with server(tmp_path) as url:
        made = Yard(tmp_path, url, {"result_backend": url})
        try:
            tasks = made.run("yard.chord")
        finally:
            made.close()
    assert [task.name for task in tasks] == ["yard.chord", "yard.add", "yard.add", "yard.add"]
    assert [task.state for task in tasks] == ["SUCCESS"] * 4
    assert tasks[-1].result == 10
