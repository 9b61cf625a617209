"""`harness doctor`: what is missing or wrong, all at once."""

from __future__ import annotations

import json
from pathlib import Path

import click

from harness.core.errors import DIFFERENCES, OK
from harness.report import printable
from harness.verb.options import config_option, isolation_option, json_option


@click.command()
@config_option
@isolation_option
@click.option("--no-stack", is_flag=True, help="Boot nothing: tell what can be read and looked at.")
@json_option
def doctor(config_path: Path, isolation: str, no_stack: bool, as_json: bool) -> int:
    """Everything that is missing or wrong, all at once, each with its mend.

    The machine, every line of harness.toml, the target as its own interpreter sees it, scenarios and their files, and a
    whole stack. Exit code 0: a run can be believed. 1: it cannot, and each `->` says what to do about it.
    """
    from harness.jobs.adopt.doctor import report as shown
    from harness.jobs.adopt.doctor import run as job

    found = job.examined(config_path, isolation=isolation, stack=not no_stack)
    document = shown.document(found)
    if as_json:
        print(json.dumps(document))
    else:
        for line in shown.lines(found):
            print(printable.shown(line))
    return OK if document["believable"] else DIFFERENCES
