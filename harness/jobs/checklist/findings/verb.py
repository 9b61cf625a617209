"""`harness findings`: what is known to be wrong in the target, with the evidence of a stored run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console

from harness.core.errors import DIFFERENCES, OK, HarnessError, did_you_mean
from harness.core.verdict import Status
from harness.jobs.checklist.findings import report as shown
from harness.jobs.checklist.verb import PLAN, Issue, markdown_option, read, run_option, run_wide
from harness.report.say import say
from harness.report.terminal import STYLES
from harness.run import judged
from harness.store import runs as store
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
    plan = read(config.contracts / PLAN)
    law = known(config).law
    issues = issues_of(plan.issues, law.findings)
    folder = store.find(run)
    result = judged.judge_run(config, law, folder)
    phase, cells = result.phase, result.history.cells
    found = shown.entries(law.findings, issues, law.scenarios, law.goldens, result.verdicts, phase)
    charges = shown.charges_of(cells, law.scenarios, law.rates, phase)
    found += [
        shown.calculations(issue.number, issue.title, charges, law.rates, phase)
        for issue in plan.issues
        if issue.calculations
    ]
    found.sort(key=lambda one: one.issue or 99)
    broken = run_wide(result.verdicts)
    counts = {status: sum(1 for one in found if one.status is status) for status in Status}
    green = not (counts[Status.FAIL] or counts[Status.UNKNOWN] or broken)
    head = (
        f"phase {phase}, run {folder.name}: {counts[Status.FAIL]} show, {counts[Status.UNKNOWN]} unknown, "
        f"{counts[Status.PASS]} ended or no defect"
    )
    if as_json:
        body = {
            "format": 1, "phase": phase, "run": str(folder), "counts": {str(s): n for s, n in counts.items()},
            "run_wide": [f"{one.checker}: {one.evidence[0]}" for one in broken], "findings": shown.document(found),
        }  # fmt: skip
        print(json.dumps(body, ensure_ascii=False))
    elif markdown:
        print(f"### Findings\n\n{head}\n\n{shown.markdown(found)}")
    else:
        console = Console()
        shown.print_findings(console, found)
        say(console)
        for one in broken:
            say(console, f"{one.status} of the whole run: {one.checker}: {one.evidence[0]}", STYLES[one.status])
        say(console, head, STYLES[Status.PASS if green else Status.FAIL if counts[Status.FAIL] else Status.UNKNOWN])
    return OK if green else DIFFERENCES


def issues_of(issues: tuple[Issue, ...], findings: Iterable[str]) -> dict[str, int]:
    """Finding -> number of the plan's issue that it answers. Raises checklist-finding for one that is not declared."""
    for issue in issues:
        for name in issue.finds:
            if name not in findings:
                raise HarnessError(
                    f"{PLAN}: issue {issue.number} is answered by the unknown finding '{name}'",
                    hint=did_you_mean(name, findings),
                    code="checklist-finding",
                )
    return {name: issue.number for issue in issues for name in issue.finds}
