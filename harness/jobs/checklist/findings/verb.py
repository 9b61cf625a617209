"""`harness findings`: what is known to be wrong in the target, with the evidence of a stored run."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.core.counts import plain
from harness.core.errors import DIFFERENCES, OK
from harness.core.verdict import Status
from harness.jobs.checklist.findings import report as shown
from harness.jobs.checklist.findings.run import findings_of
from harness.jobs.checklist.verb import markdown_option, run_option
from harness.verb.asked import known
from harness.verb.options import config_option, json_option, loaded


@click.command()
@config_option
@run_option
@markdown_option
@json_option
def findings(config_path: Path, run: Path, markdown: bool, as_json: bool) -> int:
    """Every declared finding and the plan's three potential issues: laws broken, cells, evidence, the phase that ends it.

    Exit code 0: none shows. 1: one shows, or is unknown because the run did not drive its cells. 2: usage.
    """
    config = loaded(config_path)
    found = findings_of(config, known(config).law, run)
    if as_json:
        print(json.dumps(shown.document(found), ensure_ascii=False, default=plain))
    elif markdown:
        print(shown.markdown(found))
    else:
        shown.print_findings(Console(), found)
    return OK if found.status is Status.PASS else DIFFERENCES
