"""A small Celery app, and a line that its messages wait in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from celery import Celery
from django.conf import settings

from harness.stack.inprocess import tasks
from harness.stack.inprocess.line import Line, Message, Outcome


@dataclass(slots=True)
class Yard:
    """`told` is what the tasks did, in order."""

    app: Celery
    line: Line
    told: list[str] = field(default_factory=list)
    put: Any = None
    """Where messages go instead, in a fork."""

    def run(self, message: Message) -> Outcome:
        return tasks.applied(self.app, message)


@pytest.fixture(scope="session", autouse=True)
def _django() -> None:
    """Workers close Django's connections after each task; here there are none."""
    if not settings.configured:
        settings.configure(DATABASES={})


@pytest.fixture
def yard() -> Iterator[Yard]:
    app = Celery("yard", broker="memory://", backend="cache+memory://", set_as_current=False)
    made = Yard(app, Line(app))

    @app.task(name="yard.say", shared=False)
    def say(word: str, *more: str) -> str:
        made.told.append(f"{word} begins")
        if more:
            say.delay(*more)
        made.told.append(f"{word} ends")
        return word

    @app.task(name="yard.fail", shared=False)
    def fail() -> None:
        raise ValueError("not today", 7)

    @app.task(name="yard.leave", shared=False)
    def leave(how: str) -> None:
        {"sys.exit": sys.exit, "os._exit": os._exit}[how](0)

    with tasks.in_line(app, lambda message: (made.put or made.line.put)(message)):
        yield made
