"""`harness checklist`: the plan's Path 1, 2, 3 and Frontend tables, filled in from a stored run."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.core.counts import plain
from harness.core.errors import DIFFERENCES, OK
from harness.core.verdict import Status
from harness.jobs.checklist import report as shown
from harness.jobs.checklist.run import filled_in
from harness.verb.asked import known
from harness.verb.options import config_option, json_option, loaded

run_option = click.option(
    "--run", "run", type=click.Path(path_type=Path), default=Path("runs/latest"), show_default=True,
    help="The folder of a stored run.",
)  # fmt: skip
markdown_option = click.option("--markdown", is_flag=True, help="Markdown for a pull request instead of text.")


@click.command()
@config_option
@run_option
@markdown_option
@json_option
def checklist(config_path: Path, run: Path, markdown: bool, as_json: bool) -> int:
    """Fill in the plan's checklist from a stored run: pass, fail or unknown, with credits, rows and provider calls.

    The run is judged again with today's goldens. Exit code 0: every row passes. 1: a row failed or is unknown. 2: usage.
    """
    config = loaded(config_path)
    found = filled_in(config, known(config).law, run)
    if as_json:
        print(json.dumps(shown.document(found), ensure_ascii=False, default=plain))
    elif markdown:
        print(shown.markdown(found))
    else:
        shown.print_checklist(Console(), found)
    return OK if found.status is Status.PASS else DIFFERENCES
