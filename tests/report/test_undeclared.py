"""A host that the target looked for and nobody declared is told with the line that declares it, in every form."""

from __future__ import annotations

import io
import tomllib
from dataclasses import replace

import pytest
from rich.console import Console

from harness.backend import providers
from harness.core.history import CellHistory
from harness.judge.summary import summarize
from harness.report.html import html_of
from harness.report.machine import document
from harness.report.progress import RunProgress
from harness.report.terminal import print_report
from harness.report.undeclared import declaring, told
from tests.report.runs_seen import run

HOST = "o1.ingest.sentry.example"
TOLD = f'{HOST} is no provider of harness.toml; under [providers] this declares it: sentry = {{ host = "{HOST}", kind = "http" }}'


@pytest.mark.parametrize(
    ("host", "line"),
    [
        ("api.stripe.com", 'stripe = { host = "api.stripe.com", kind = "http" }'),
        ("api.openai.com", 'openai = { host = "api.openai.com" }'),
        ("redis", 'redis = { host = "redis", kind = "http" }'),
        ("http.example", 'http_host = { host = "http.example", kind = "http" }'),
        ("my-shop.example", 'my_shop = { host = "my-shop.example", kind = "http" }'),
    ],
)
def test_the_line_declares_the_host(host, line):
    """Claim: harness.toml takes it as it stands; the providers' public hosts are known without a line."""
    assert declaring(host) == line

    public, _ = providers.read("harness.toml", {})
    hosts, _ = providers.read("harness.toml", tomllib.loads(f"[providers]\n{line}\n")["providers"])
    assert set(hosts) == {*public, host}


def tried() -> tuple[list[CellHistory], object]:
    """A run of which two cells looked for the host, and its summary."""
    cells, _ = run()
    odd = [replace(cell, undeclared=(HOST,)) for cell in cells[:2]] + cells[2:]
    return odd, summarize([], odd, {}, {}, phase=0)


def test_the_report_names_the_host_once_and_counts_its_cells():
    cells, summary = tried()
    assert summary.undeclared == {HOST: (cells[0].cell, cells[1].cell)}
    out = io.StringIO()
    print_report(Console(file=out, width=80), summary)
    assert f"undeclared    {TOLD} (2 cells)\n" in out.getvalue()
    assert document(summary)["undeclared"] == {
        HOST: {"cells": [cells[0].cell, cells[1].cell], "declare": declaring(HOST)}
    }


def test_the_page_lists_it_in_each_cell():
    _, summary = tried()
    assert html_of(summary).count("<h3>Undeclared hosts</h3>") == 2
    assert html_of(summary).count("kind = &#34;http&#34;") == 2 + 1  # and in the summary


def test_a_run_without_any_says_nothing():
    _, summary = run()
    out = io.StringIO()
    print_report(Console(file=out, width=80), summary)
    assert "undeclared" not in out.getvalue()
    assert document(summary)["undeclared"] == {}
    assert "Undeclared" not in html_of(summary)


def test_progress_tells_it_at_the_end_of_the_first_cell():
    """Claim: as soon as the cell has ended; once a run, because a target that looks for a host does so in every cell."""
    out = io.StringIO()
    with RunProgress(Console(file=out, width=200)) as progress:
        progress.hear("run.start", {"cells": ["a/b@manual", "a/c@manual"]})
        for name in ("a/b", "a/c"):
            progress.hear("cell.start", {"scenario": name, "path": "manual"})
            progress.hear("undeclared", {"hosts": [HOST]})
            assert (TOLD in out.getvalue()) is (name == "a/c")
            progress.hear("cell.end", {"scenario": name, "path": "manual", "settled": True})
    assert out.getvalue().count(f"a/b@manual: {told(HOST)}") == 1
    assert out.getvalue().count(HOST) == 2
