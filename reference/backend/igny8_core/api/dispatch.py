"""Handing work to the queue."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from rest_framework.response import Response

from igny8_core.api.exceptions import ServiceUnavailable
from igny8_core.api.responses import ok
from igny8_core.auth.models import Account

logger = logging.getLogger(__name__)

# kombu's error, redis-py's, and the RuntimeError of Celery's Redis result store when it gives up reconnecting.
UNREACHABLE = (OperationalError, RedisError, RuntimeError)


def send(task: Task, account: Account, *args: Any, **kwargs: Any) -> str:
    """Queue a task for an account; its id begins with the account's, so that only the account can ask for it."""
    task_id = f"{account.pk}-{uuid.uuid4()}"
    with queue_errors():
        task.apply_async(args=args, kwargs=kwargs, task_id=task_id)
    return task_id


@contextmanager
def queue_errors() -> Iterator[None]:
    """Turn an unreachable broker or result store into a 503."""
    try:
        yield
    except UNREACHABLE as error:
        logger.error("the work queue is not reachable: %s", error)
        raise ServiceUnavailable from error


def accepted(task_id: str) -> Response:
    return ok({"task_id": task_id}, status=202)


def belongs_to(task_id: str, account: Account) -> bool:
    return task_id.startswith(f"{account.pk}-")
