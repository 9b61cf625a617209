"""`harness manage -- test igny8_core`: a manage.py command of the target, with a database and a broker of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from harness.stack.isolation import island
from harness.stack.processes import boot as processes
from harness.stack.roles.environment import command as filled
from harness.verb.failure import guarded
from harness.verb.options import config_option, isolation_option, loaded, phase_option


@click.command(context_settings={"ignore_unknown_options": True})
@config_option
@phase_option
@isolation_option
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
def manage(config_path: Path, phase: int | None, isolation: str, words: tuple[str, ...]) -> int:
    """Run a manage.py command of the target in a disposable stack, and return its exit code.

    The command sees the target's own environment, a fresh migrated database and no network. Its tests, say:
    `harness manage -- test igny8_core`.
    """
    config = loaded(config_path, phase)

    def inside(place: island.Island) -> int:
        with processes.boot(config, place, fake=None, roles=False) as stack:
            line = filled(config.manage, stack.places, "manage")
            done = subprocess.run(
                [*line, *words], cwd=config.root, env=stack.env, check=False, stdin=subprocess.DEVNULL
            )
            sys.stdout.flush()
            return done.returncode

    return island.run(guarded(inside, as_json=False), hosts=config.provider_hosts, mode=isolation)
