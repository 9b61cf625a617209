"""A manage.py command of the target in a stack of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from harness.core.config import Config
from harness.stack.isolation.island import Island
from harness.stack.processes import beside, boot
from harness.stack.roles import environment


def manage_py(config: Config, place: Island, words: Sequence[str]) -> int:
    """Run it with the target's own environment, a fresh migrated database and no network; its exit code."""
    with boot.boot(config, place, fake=None, roles=False) as stack:
        line = environment.command(config.manage, stack.places, "manage")
        done = beside.run(stack, [*line, *words])
        sys.stdout.flush()
        return done.returncode
