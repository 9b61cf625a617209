"""Task messages as Celery itself makes them, and the ones that still wait in their queues."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import redis
from celery import Celery


def sender(url: str) -> Celery:
    """An app that sends to the broker at `url` and keeps no results."""
    app = Celery("harness", broker=url, set_as_current=False)
    app.conf.update(broker_connection_retry_on_startup=False, task_serializer="json", result_backend=None)
    return app


def publish(app: Celery, name: str, args: Iterable[Any] = (), kwargs: Mapping[str, Any] | None = None) -> str:
    """Send one task message; return its id."""
    with app.producer_pool.acquire(block=True) as producer:
        sent = app.send_task(name, args=list(args), kwargs=dict(kwargs or {}), producer=producer)
    return str(sent.id)


def abandoned(client: redis.Redis, queues: Iterable[bytes], open_tasks: Iterable[str]) -> set[str]:
    """Which open tasks have left their queue: they died with the worker that was killed."""
    messages = (message for queue in queues for message in client.lrange(queue, 0, -1))
    return set(open_tasks) - {json.loads(message)["headers"]["id"] for message in messages}
