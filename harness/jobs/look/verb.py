"""`harness look`: what the harness reads of the target, so that nobody has to list it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.backend.look import cache
from harness.backend.python import interpreter
from harness.core.errors import OK
from harness.jobs.look import run as job
from harness.verb.options import config_option, isolation_option, json_option, loaded, phase_option


@click.command()
@config_option
@phase_option
@isolation_option
@click.option("--database", is_flag=True, help="Boot a migrated database and ask its catalogue too.")
@click.option("--fresh", is_flag=True, help="Ask again, whatever was found before.")
@json_option
def look(config_path: Path, phase: int | None, isolation: str, database: bool, fresh: bool, as_json: bool) -> int:
    """Models, routes, tasks, queues, schedule, runtime: read from the target by its own interpreter.

    Nothing is driven and nothing connects; what was found is kept until the target, its environment or its packages
    change. Exit code 2: the target cannot be imported, or has no Celery app that can be found. 3: the stack failed.
    """
    config = loaded(config_path, phase)
    where = cache.place(config, interpreter.executable(config))
    text = None if fresh else job.cached(where, database=database, as_json=as_json)
    if text is not None:
        sys.stdout.write(text)
        return OK
    # what is found again needs no island
    from harness.verb.inside import Island, enter

    def inside(place: Island) -> int:
        sys.stdout.write(job.asked(config, place, where, database=database, as_json=as_json))
        return OK

    return enter(config, inside, isolation=isolation, as_json=as_json)
