"""A finding in a terminal, as Markdown and as JSON: every form says the same."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from harness.jobs.checklist.findings.report import document, markdown, print_findings
from harness.jobs.checklist.findings.values import Findings
from tests.jobs.checklist.findings.entries import entry


def test_every_form_says_the_same():
    one = entry()
    found = Findings(phase=0, run=Path("runs/one"), entries=(one,))
    console = Console(width=80, record=True, color_system=None)
    print_findings(console, found)
    for text in (console.export_text(), markdown(found)):
        for word in (
            "free-work",
            "Work is free",
            "issue 1 of the plan",
            one.state,
            "law-4: content_generation",
            "phase 4 ends it",
        ):
            assert word in text
    (body,) = document(found)["findings"]
    assert (body["id"], body["status"], body["issue"]) == ("free-work", "fail", 1)
