"""Booting the inprocess tier: database, broker and fake as the processes tier boots them, then the target, in here."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import redis

from harness.core.config import Config
from harness.stack import processes
from harness.stack.inprocess import interpreter, tasks
from harness.stack.inprocess.running import InprocessStack, Sender, check_roles
from harness.stack.island import Island


@contextmanager
def boot(config: Config, island: Island, *, fake: Mapping[str, Any] | None) -> Iterator[InprocessStack]:
    """Boot the stack of `config` with the target in this process; down when the context is left, however.

    Raises StackError as processes.boot does, and inprocess-import, inprocess-second, inprocess-role.
    """
    check_roles(config.roles)
    begun = time.perf_counter()
    with processes.boot(config, island, fake=fake, roles=False) as below:
        with interpreter.within(config.root, below.env, below.run_dir / "logs"):
            if island.kind == "hook":
                interpreter.guard_network()
            loading = time.perf_counter()
            target = interpreter.load(config)
            sender = Sender()
            run = tasks.install(target.app, sender)
            kept = redis.Redis.from_url(below.redis_url)
            line = tasks.Line(target.app, kept.flushall)
            sender.put = line.put
            timings = {**below.timings, "target": time.perf_counter() - loading, "boot": time.perf_counter() - begun}
            stack = InprocessStack(below=below, target=target, line=line, run=run, sender=sender, timings=timings)
            stack.begin(())
            try:
                yield stack
            finally:
                stack.down()
                kept.close()
                _close_connections()


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
