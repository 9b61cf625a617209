"""harness golden review: a stored run's changes one by one, at a terminal; or all of them as a list."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click
from rich.console import Console

from harness.core.counts import plain
from harness.core.errors import DIFFERENCES, OK
from harness.jobs.golden.review import report as shown
from harness.jobs.golden.review import run as job
from harness.jobs.golden.review.judge import to_review
from harness.jobs.golden.review.terminal import Terminal
from harness.report.printable import lines_shown
from harness.verb.accepting import at_terminal, in_ci
from harness.verb.options import CONFIG, config_option, json_option, loaded, run_option

EVERYTHING = "*"


@click.command("review")
@click.argument("pattern", default=EVERYTHING)
@click.option("--list", "as_list", is_flag=True, help="Print all of them, and ask nothing.")
@run_option
@config_option
@json_option
def review(pattern: str, as_list: bool, run: Path | None, config_path: Path, as_json: bool) -> int:
    """Look at what a stored run came to one change at a time, the dearest first, and accept or skip each by a key. Exit code 1 while anything
    differs."""
    if as_json and not as_list:
        raise click.UsageError("--json goes with --list")
    if not as_list:
        at_terminal()
    config = loaded(config_path)
    stored, pages = job.read(config, run)
    if as_list:
        items = to_review(stored, pattern)
        if as_json:
            click.echo(json.dumps(shown.document(items, stored.phase, pages), default=plain))
        else:
            shown.listed(Console(), items, pages)
        return DIFFERENCES if items else OK
    out = Console()
    found = job.review(config, stored, pattern, ci=in_ci(), out=out, who=Terminal(), pages=pages)
    options = [("--run", run), ("--config", config_path if str(config_path) != CONFIG else None)]
    words = [
        *([pattern] if pattern != EVERYTHING else []),
        *(word for name, value in options if value is not None for word in (name, str(value))),
    ]
    click.echo(lines_shown(shown.closing(found, shlex.join(["harness", "golden", "review", *words]))))
    return DIFFERENCES if found.skipped or found.left or found.waiting else OK
