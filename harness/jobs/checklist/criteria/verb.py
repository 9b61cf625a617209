"""`harness criteria`: the plan's seven success criteria, each pass, fail or unknown, with evidence."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.core.counts import plain
from harness.core.errors import DIFFERENCES, OK
from harness.jobs.checklist.criteria import report as shown
from harness.jobs.checklist.criteria.logs import read_logs
from harness.jobs.checklist.criteria.run import made_of, of_stack, seen_in
from harness.jobs.checklist.criteria.values import Criteria
from harness.verb.asked import known
from harness.verb.inside import Island, enter
from harness.verb.options import config_option, isolation_option, json_option, loaded, phase_option
from harness.verb.target import ready


@click.command()
@config_option
@phase_option
@isolation_option
@click.option(
    "--runs", "folders", type=click.Path(path_type=Path), multiple=True,
    help="The folder of a stored run; repeat it for parts that were driven apart [default: runs/latest].",
)  # fmt: skip
@click.option("--logs", "log_dir", type=click.Path(path_type=Path), help="A folder of logs that covers a week.")
@click.option("--docker-logs", "containers", multiple=True, metavar="NAME", help="Read `docker logs NAME`. Repeatable.")
@click.option("--no-stack", is_flag=True, help="Boot nothing: the integration tests and the schema stay unknown.")
@json_option
def criteria(
    config_path: Path, phase: int | None, isolation: str, folders: tuple[Path, ...], log_dir: Path | None,
    containers: tuple[str, ...], no_stack: bool, as_json: bool,
) -> int:  # fmt: skip
    """Is the migration complete? The plan's seven criteria, from stored runs, logs, sources and a disposable stack.

    The runs are judged again; the integration tests run at the phase of the runs. Exit code 0: all seven pass. 1: one
    failed or is unknown. 2: usage. 3: the stack failed.
    """
    config = loaded(config_path) if no_stack else ready(loaded(config_path), isolation=isolation)
    logs = read_logs(log_dir, containers)
    law = known(config).law
    seen = seen_in(config, law, folders or (Path("runs/latest"),), phase, logs)
    if no_stack:
        return _tell(made_of(seen, None, None), as_json)

    def inside(place: Island) -> int:
        return _tell(made_of(seen, *of_stack(seen, place)), as_json)

    return enter(config, inside, isolation=isolation, as_json=as_json)


def _tell(found: Criteria, as_json: bool) -> int:
    if as_json:
        print(json.dumps(shown.document(found), ensure_ascii=False, default=plain))
    else:
        shown.print_criteria(Console(), found)
    return OK if found.complete else DIFFERENCES
