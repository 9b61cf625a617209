"""The target made ready to boot, before anything is cut off from the network.

foresee  what will run it starts to import what it needs, beside all that follows here
ready    its environment is installed, and what harness.toml leaves out is filled in by looking
looked   what looking finds, from the cache where nothing changed
"""

from __future__ import annotations

import json
from dataclasses import replace

from harness.backend import auth, tables
from harness.backend.look import cache, declared, read
from harness.backend.python import interpreter
from harness.backend.roles import usual
from harness.core.config import Config
from harness.core.errors import HarnessError, StackError
from harness.core.look.values import Look
from harness.stack.processes import early
from harness.verb.inside import answer


def foresee(config: Config, *, isolation: str) -> None:
    """To be followed by a run in the processes tier; without one it is for nothing, and ends with this process."""
    early.begin(config, isolation)


def ready(config: Config, *, isolation: str) -> Config:
    """Raises target-requirements, target-python, target-install, and what looking raises."""
    interpreter.executable(config)
    look = looked(config, isolation=isolation)
    config = auth.filled(usual.filled(config, look), look)
    reads = tuple(one.template for one in look.django.routes if one.own and (not one.methods or "GET" in one.methods))
    own = [one for one in look.django.routes if one.own]
    routes = (f"{method} {one.template}" for one in own for method in one.methods or ("GET",))
    tasks = (task.name for task in look.celery.tasks if task.own) if look.celery else ()
    config = replace(
        config,
        unwatched=tables.unwatched(look.django, config.databases),
        reads=tuple(dict.fromkeys(reads)),
        routes=tuple(dict.fromkeys(routes)),
        tasks=tuple(dict.fromkeys(tasks)),
        declared=declared.lines(look, config.root, config.free),
    )
    return tables.filled(config, tables.models(look.django, config.databases))


def looked(config: Config, *, isolation: str) -> Look:
    """Raises target-import, target-manage, no-celery-app, look-broke."""
    where = cache.place(config, interpreter.executable(config))
    text = cache.find(where)
    if text is None:
        from harness.stack.processes import looking  # where nothing changed, nobody looks

        text = str(
            answer(config, lambda place: looking.alone(config, place, where), isolation=isolation, silent=_silent)
        )
        cache.keep(where, text)
    return read.look(json.loads(text))


def _silent(code: int) -> HarnessError:
    return StackError(
        f"looking at the target ended with code {code} and no answer",
        hint="harness look shows where it breaks",
        code="look-broke",
    )
