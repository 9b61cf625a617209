"""What is printed of a catalogue, and its document."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from harness.jobs.score import report as shown
from harness.jobs.score.judge import score
from harness.jobs.score.values import NEUTRAL, How, Share
from tests.jobs.score.shops import measured

MEASURED = [
    measured("a", How.TOLD, "golden"),
    measured("b", How.SURVIVED, kind="ledger", what="Rows are lost."),
    measured("c", How.BOOT, code="role-died"),
    measured("n", How.TOLD, "http", role=NEUTRAL),
    measured("m", How.SURVIVED, role=NEUTRAL),
]


def printed(show) -> str:
    out = io.StringIO()
    show(Console(file=out, width=200))
    return out.getvalue()


def test_one_line_a_patch():
    """Claim: what became of it, by whom, in how many cells; a refactor is quiet or an alarm."""
    lines = [printed(lambda out, one=one: shown.print_one(out, one)) for one in MEASURED]
    assert [line.split()[0] for line in lines] == ["told", "survived", "boot", "alarm", "quiet"]
    assert "golden 1  (2 s)" in lines[0]
    assert "role-died" in lines[2]


def test_the_tables():
    """Claim: kinds, who told first, the golden alone, what stopped, alarms and survivors with their sentences, and the bound."""
    text = printed(lambda out: shown.print_score(out, score(MEASURED), ("verify",), {"commit": "abc", "shard": ""}))
    for line in (
        "told first by: golden 1",
        "by the golden alone: 1: a",
        "  boot  c  role-died",
        "neutral refactors left in peace: 1 of 2",
        "  alarm  n: Drawing costs 6.  http 1",
        "a@manual: http: http says so",
        "b: Rows are lost.",
        "commit: abc",
        "score: 1 of 2 mistakes told, 50%; with 95 % certainty at least 9% of such mistakes",
    ):
        assert line in text
    assert "shard" not in text
    assert [line.split() for line in text.splitlines() if line.startswith(("price", "ledger", "all"))] == [
        ["ledger", "0", "of", "1"],
        ["price", "1", "of", "1"],
        ["all", "1", "of", "2"],
    ]


def test_what_each_job_adds_is_told():
    """Claim: with several jobs, what the first tells, then what it tells with the next; with one there is nothing to add."""
    steps = [measured(name, How.TOLD, "law-1") for name in "ab"]
    steps[1] = replace(steps[1], outcome=replace(steps[1].outcome, asked=2))
    silent = measured("c", How.SURVIVED)
    found = score([*steps, replace(silent, outcome=replace(silent.outcome, asked=2))])
    assert found.steps == (Share(told=1, of=3), Share(told=2, of=3))
    text = printed(lambda out: shown.print_score(out, found, ("verify --vary none", "week"), {}))
    assert "told by verify --vary none: 1 of 3, 33%\ntold by week and those before: 2 of 3, 67%" in text
    assert "and those before" not in printed(lambda out: shown.print_score(out, score(MEASURED), ("verify",), {}))


def test_the_document_holds_every_patch_without_its_diff():
    found = shown.document(score(MEASURED), MEASURED, {"commit": "abc"}, passed=False)
    assert (found["status"], found["survivors"], found["alarms"], found["stopped"]) == ("fail", ["b"], ["n"], ["c"])
    assert found["score"]["share"] == 0.5
    (first, *_) = found["patches"]
    assert "diff" not in first
    assert list(first["by"]) == [
        {"job": "verify", "check": "golden", "cells": 1, "cell": "a@manual", "evidence": "golden says so"}
    ]
