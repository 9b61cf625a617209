"""The checklist as people read it: at any width, and as a table of a pull request."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from harness.core.verdict import Status, Verdict
from harness.jobs.checklist.report import document, markdown, print_checklist
from harness.jobs.checklist.values import Checklist
from tests.jobs.checklist.tables import fill, rows

FOUND = Checklist(phase=0, run=Path("runs/one"), sections=rows(), filled=fill(rows()))


@pytest.mark.parametrize("width", [80, 160])
def test_it_reads_at_any_width(width):
    """No word of the evidence is cut off; the command stays whole."""
    console = Console(width=width, record=True, color_system=None, file=StringIO())
    print_checklist(console, FOUND)
    text = console.export_text()
    for word in ("pass", "unknown", "Generate Content", "100000 -> 99978", "content +1", "no scenario claims this row"):
        assert word in text
    assert "\n  harness verify --only writer/generate_content@manual\n" in text
    assert ("a | b" in text) == (width == 160)
    assert "…" not in text


def test_markdown_keeps_the_plans_columns():
    """A bar in a word does not break the table; every row has as many cells as heads."""
    text = markdown(FOUND)
    assert "| Generate Content | a \\| b | ✅ pass | 100000 -> 99978 |" in text
    assert "| Nobody | - | ❔ unknown |" in text
    table = [line.replace("\\|", "") for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in table[:4]} == {9}


def test_a_run_that_is_amiss_as_a_whole_is_not_green():
    """Every row passes; that a cell is missing is said above the last line, and is in the document."""
    gap = Verdict(
        checker="complete", cell="", status=Status.FAIL, claim="all was driven", evidence=("1 cell is missing",)
    )
    passed = {name: tuple(replace(row, status=Status.PASS) for row in own) for name, own in FOUND.filled.items()}
    assert replace(FOUND, filled=passed).status is Status.PASS
    found = replace(FOUND, filled=passed, broken=(gap,))
    assert found.status is Status.UNKNOWN
    console = Console(width=120, record=True, color_system=None, file=StringIO())
    print_checklist(console, found)
    assert console.export_text().splitlines()[-2:] == [
        "fail of the whole run: complete: 1 cell is missing",
        "phase 0, run one: 3 pass, 0 fail, 0 unknown",
    ]
    assert document(found)["run_wide"] == ["complete: 1 cell is missing"]
