"""Text that a target may put into its answers, rows and logs is shown escaped in every form, and nothing hangs on it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from harness.jobs.checklist.findings.report import markdown
from harness.jobs.checklist.findings.values import Findings
from harness.report.html import write
from harness.report.printable import LONGEST, inert, shown
from harness.report.terminal import print_report
from tests.jobs.checklist.findings.entries import entry
from tests.report.runs_seen import run

EVERY = {
    "half a surrogate pair": ("price \ud83d", "price \\ud83d"),
    "a terminal's order": ("\x1b[2Jgone", "\\x1b[2Jgone"),
    "an order of eight bits": ("\x9b2Jgone", "\\x9b2Jgone"),
    "NUL": ("a\0b", "a\\x00b"),
    "right to left": ("a\u202eb", "a\\u202eb"),
    "Markdown": ("| a | ![x](https://x.example/p.png) |", "| a | ![x](https://x.example/p.png) |"),
}
"""Name -> what came, and how it is shown where it is no markup."""


def told(text: str):
    """A summary of which the first failure has `text` as its evidence."""
    _, summary = run(wrong=True)
    return replace(summary, failures=(replace(summary.failures[0], evidence=(text,)), *summary.failures[1:]))


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("name", EVERY)
def test_a_terminal_gets_printable_text(name, terminal):
    """Claim: the escape is read, the character never arrives; a log is UTF-8 that can be written."""
    came, is_shown = EVERY[name]
    out = io.StringIO()
    print_report(Console(file=out, width=120, force_terminal=terminal, no_color=True), told(came))
    assert is_shown in out.getvalue()
    assert came == is_shown or came not in out.getvalue()
    out.getvalue().encode()


@pytest.mark.parametrize("name", EVERY)
def test_the_page_gets_printable_text(name, tmp_path):
    came, is_shown = EVERY[name]
    text = write(tmp_path / "report.html", told(came)).read_text()
    assert is_shown in text
    assert came == is_shown or came not in text


@pytest.mark.parametrize("name", EVERY)
def test_markdown_gets_printable_text_that_is_no_markup(name):
    """Claim: no image is fetched, no cell of a table begins or ends, no HTML is read."""
    came, _ = EVERY[name]
    one = replace(entry(), shown={"a/b@manual": (f"{came} <img src=x>",)})
    (line,) = [
        one for one in markdown(Findings(phase=0, run=Path("runs/one"), entries=(one,))).splitlines() if "img" in one
    ]
    assert line == f"  - {inert(came)} \\<img src=x\\>"
    assert came not in line


def test_inert_text_has_no_mark_left_that_is_not_escaped():
    marked = inert("| a | ![x](https://x.example) |\n`_b_` content_generation <b>&lt;")
    assert marked == (r"\| a \| \!\[x\](https://x.example) \| \`\_b\_\` content_generation \<b\>\&lt;")


@pytest.mark.timeout(60)
def test_a_line_of_ten_megabytes_is_cut_with_its_length(tmp_path):
    """Claim: in every form, in seconds."""
    came = "x" * 10_000_000
    cut = f"{'x' * LONGEST}… (10000000 characters)"
    assert shown(came) == cut
    for terminal in (False, True):
        out = io.StringIO()
        print_report(Console(file=out, width=120, force_terminal=terminal, no_color=True), told(came))
        assert cut in " ".join(out.getvalue().split())
        assert len(out.getvalue()) < 100_000
    assert cut in write(tmp_path / "report.html", told(came)).read_text()
