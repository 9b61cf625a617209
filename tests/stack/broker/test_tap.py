"""The broker tap sees every task message, and knows when nothing is left to come."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.stack.broker import tap
from tests.stack.broker.servers import sender, server


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
def client(url: str) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(url)
    yield client
    client.flushall()
    client.close()


@pytest.fixture
def broker(url: str, client: redis.Redis) -> Iterator[tap.Broker]:
    broker = tap.Broker(url)
    yield broker
    broker.close()


def publish(url: str, name: str, *args: object, **kwargs: object) -> str:
    """What a sender with Celery's own settings does; the task's id."""
    return str(sender(url, {}).send_task(name, args, kwargs).id)


def finish(client: redis.Redis, task_id: str, status: str = "SUCCESS", result: object = None) -> None:
    """What a worker does to the broker: take the message, then store the result."""
    client.rpop("celery")
    meta = {"task_id": task_id, "status": status, "result": result}
    client.set(f"celery-task-meta-{task_id}", json.dumps(meta), ex=60)


def test_a_task_is_open_until_its_result_is_stored(broker: tap.Broker, client: redis.Redis) -> None:
    """Published is not done; taken from the queue is not done; a stored result is."""
    task_id = publish(broker.url, "jobs.write", 1, b=2)
    assert "1 task(s): jobs.write" in broker.settle(0.05)
    client.rpop("celery")
    assert "1 task(s): jobs.write" in broker.settle(0.05)
    finish(client, task_id, result={"ok": True})
    assert broker.settle(1) == ""
    (task,) = broker.tasks()
    assert (task.name, task.args, task.kwargs, task.state, task.result) == (
        "jobs.write",
        (1,),
        {"b": 2},
        "SUCCESS",
        {"ok": True},
    )


def test_a_failed_task_brings_its_error(broker: tap.Broker, client: redis.Redis) -> None:
    """The exception's type and text are kept as evidence."""
    task_id = publish(broker.url, "jobs.write")
    finish(client, task_id, "FAILURE", {"exc_type": "ValueError", "exc_message": ["no such site"]})
    assert broker.settle(1) == ""
    assert broker.tasks()[0].error == "ValueError: no such site"


def test_a_started_state_is_not_the_end(broker: tap.Broker, client: redis.Redis) -> None:
    """task_track_started stores STARTED under the same key as the result."""
    task_id = publish(broker.url, "jobs.write")
    finish(client, task_id, "STARTED", {"pid": 1})
    assert "still open" in broker.settle(0.05)


def test_a_worker_event_ends_a_task_that_stores_no_result(broker: tap.Broker, client: redis.Redis) -> None:
    """ignore_result tasks are known by their events, which come in batches."""
    task_id = publish(broker.url, "jobs.quiet")
    client.rpop("celery")
    body = base64.b64encode(json.dumps([{"type": "task-succeeded", "uuid": task_id}]).encode()).decode()
    client.publish("/0.celeryev/task.multi", json.dumps({"body": body}))
    assert broker.settle(1) == ""
    assert broker.tasks()[0].state == "SUCCESS"


def test_a_task_published_by_a_task_is_waited_for(broker: tap.Broker, client: redis.Redis) -> None:
    """A message that appears before its parent ends keeps the stack unsettled."""
    parent = publish(broker.url, "jobs.parent")
    child = publish(broker.url, "jobs.child")
    finish(client, parent)
    assert "jobs.child" in broker.settle(0.05)
    finish(client, child)
    assert broker.settle(1) == ""
    assert [task.name for task in broker.tasks()] == ["jobs.parent", "jobs.child"]


def test_settle_waits_for_messages_that_must_come(broker: tap.Broker) -> None:
    """An empty broker is not settled while a message is still expected."""
    assert broker.settle(0.05, at_least=1) == "after 0.05 s only 0 of 1 expected task messages were seen"


def test_an_unacknowledged_message_is_not_quiet(broker: tap.Broker, client: redis.Redis) -> None:
    """A message that a worker holds unacknowledged keeps the stack unsettled, whoever sent it."""
    message = {"body": "", "headers": {"id": "elsewhere"}, "properties": {"delivery_tag": "tag"}}
    client.hset("unacked", "tag", json.dumps([message, "", "celery"]))
    assert "still queued or unacknowledged" in broker.settle(0.05)
    client.delete("unacked")
    assert broker.settle(1) == ""


def test_waiting_asks_nothing_until_something_changes(broker: tap.Broker, client: redis.Redis) -> None:
    """The harness's own questions stand in the tap, too: they must not wake it, or it asks thousands of times a second."""
    publish(broker.url, "jobs.write")
    before = client.info("stats")["total_commands_processed"]
    assert broker.settle(1.0) != ""
    assert client.info("stats")["total_commands_processed"] - before < 200


def test_settle_returns_as_soon_as_the_last_result_arrives(broker: tap.Broker, client: redis.Redis) -> None:
    """Waiting is observing: a result stored from elsewhere ends it."""
    task_id = publish(broker.url, "jobs.write")
    finisher = threading.Thread(target=finish, args=(client, task_id))
    finisher.start()
    assert broker.settle(30) == ""
    finisher.join()


def test_reset_forgets_everything_but_the_bindings_of_live_workers(broker: tap.Broker, client: redis.Redis) -> None:
    """Workers bind once, at start-up: emptying the bindings would make them deaf."""
    client.sadd("_kombu.binding.celery", "celery")
    client.set("lock:site:1", "held")
    publish(broker.url, "jobs.write")
    broker.reset()
    assert broker.tasks() == ()
    assert broker.settle(1) == ""
    assert sorted(client.keys()) == [b"_kombu.binding.celery"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(), raw=st.binary())
def test_no_text_confuses_the_tap(broker: tap.Broker, client: redis.Redis, text: str, raw: bytes) -> None:
    """Arguments survive the server's escaping, and foreign commands with any bytes are passed over."""
    client.set(b"other-" + raw, raw)
    broker.reset()
    task_id = publish(broker.url, "jobs.echo", text)
    finish(client, task_id, result=text)
    assert broker.settle(1) == ""
    (task,) = broker.tasks()
    assert (task.args, task.result) == ((text,), text)
