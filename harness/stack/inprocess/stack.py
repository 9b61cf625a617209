"""Booting the inprocess tier: database, broker and fake as the processes tier boots them, then the target, in here."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import redis

from harness.backend.python.interpreter import together
from harness.core.config import Config
from harness.stack.broker import later
from harness.stack.inprocess import interpreter, voices
from harness.stack.inprocess.line import Line
from harness.stack.inprocess.running import InprocessStack, check_roles
from harness.stack.isolation.island import Island
from harness.stack.processes import boot as processes
from harness.stack.processes.running import Stack
from harness.stack.roles import clockhook, environment, tracehook


@contextmanager
def boot(
    config: Config,
    island: Island,
    *,
    fake: Mapping[str, Any] | None,
    planned: Stack | None = None,
    reachable: bool = False,
) -> Iterator[InprocessStack]:
    """Boot the stack of `config` with the target in this process; down when the context is left, however.

    `planned` (processes.plan) says that this process has the target's environment already (interpreter.within), as
    pytest's has; the target's tasks and workers are then as Celery has them, but `at_work`. `reachable`: others will
    come over HTTP, so the target is served. Raises StackError as processes.boot does, and inprocess-import,
    inprocess-second, inprocess-role, and HarnessError target-apart.
    """
    check_roles(config.roles)
    together(config, "the inprocess tier")
    begun = time.perf_counter()
    with ExitStack() as held:
        below = held.enter_context(
            processes.boot(config, island, fake=fake, roles=False, planned=planned, reachable=reachable)
        )
        if planned is None:
            held.enter_context(interpreter.within(config.root, environment_of(below), below.run_dir / "logs"))
            if island.kind == "hook":
                interpreter.guard_network()
        if below.trace.folder is not None:
            tracehook.install(**below.trace.asked)
            held.callback(tracehook.remove)
        loading = time.perf_counter()
        target = interpreter.load(config)
        gc.collect()
        gc.freeze()  # what was imported is not walked again during the cells
        if below.clock.file is not None:
            clockhook.install(below.clock.file)
            held.callback(clockhook.remove)
        kept = redis.Redis.from_url(below.redis_url)
        held.callback(kept.close)
        stack = InprocessStack(
            below=below,
            target=target,
            line=Line(target.app, kept.flushall, hands=below.clock, going=lambda seconds: later.age(kept, seconds)),
            timings={**below.timings, "target": time.perf_counter() - loading, "boot": time.perf_counter() - begun},
        )
        held.callback(_close_connections)
        held.enter_context(_signed())
        if planned is None:
            held.enter_context(stack.at_work())
        if reachable:
            held.enter_context(stack.serving())
        yield stack


@contextmanager
def _signed() -> Iterator[None]:
    """Within, each statement is sent under the name of the role whose thread sends it, as a role's own connection is named."""
    from django.db.backends.signals import connection_created

    def sign(connection: Any, **_: Any) -> None:
        if connection.vendor != "postgresql":
            return
        signed = ""

        def under_its_name(execute: Any, query: Any, params: Any, many: Any, context: Any) -> Any:
            nonlocal signed
            if (role := voices.role_now()) != signed:
                with connection.connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('application_name', %s, false)", [role])
                signed = role
            return execute(query, params, many, context)

        connection.execute_wrappers[:] = [
            w for w in connection.execute_wrappers if w.__name__ != under_its_name.__name__
        ]
        connection.execute_wrappers.append(under_its_name)

    connection_created.connect(sign, weak=False)
    try:
        yield
    finally:
        connection_created.disconnect(sign)


def environment_of(below: Stack) -> dict[str, str]:
    """What the target sees here: its environment as in any stack, with [target.inprocess_env] laid over it."""
    own = below.config.inprocess_env
    compiled = {"PYTHONPYCACHEPREFIX": os.fspath(below.cache_dir / environment.COMPILED)}
    return below.env | compiled | environment.filled(own, below.places, "target.inprocess_env")


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
