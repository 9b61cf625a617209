"""What is said of one patch, and what all come to, from documents and outcomes that are written here."""

from __future__ import annotations

from typing import Any

import pytest

from harness.jobs.score.judge import said, score, together, wilson_lower
from harness.jobs.score.values import NEUTRAL, Heard, How, Share
from tests.jobs.score.shops import measured, outcome


def verdict(checker: str, cell: str, status: str = "fail", *evidence: str) -> dict[str, Any]:
    return {"checker": checker, "cell": cell, "status": status, "evidence": list(evidence)}


def of_verify(code: int | None, document: dict[str, Any]):
    return said("verify", code, document, seconds=1.0, day="2026-01-02")


def test_who_told_and_in_how_many_cells():
    """Claim: checks in the order of the report, each once, its cells counted once, with the first line of its evidence."""
    found = of_verify(
        1,
        {
            "failures": [verdict("golden", "a@manual", "fail", "10 instead of 20"), verdict("law-6", "a@manual"), verdict("golden", "b@manual"), verdict("golden", "b@manual")],
            "unknowns": [verdict("settled", "c@manual", "unknown", "a task is open"), verdict("unused", "", "unknown")],
        },
    )  # fmt: skip
    assert found.how is How.TOLD
    assert found.by == (
        Heard(job="verify", check="golden", cells=2, cell="a@manual", evidence="10 instead of 20"),
        Heard(job="verify", check="law-6", cells=1, cell="a@manual", evidence=""),
        Heard(job="verify", check="settled", cells=1, cell="c@manual", evidence="a task is open"),
        Heard(job="verify", check="unused", cells=0, cell="", evidence=""),
    )


def test_verdicts_that_pass_tell_nothing():
    """Claim: of a document that lists all verdicts only the bad ones are heard."""
    found = said(
        "week", 1, {"verdicts": [verdict("due", "", "pass"), verdict("charged", "", "fail")]}, seconds=1, day=""
    )
    assert [heard.check for heard in found.by] == ["charged"]


@pytest.mark.parametrize(
    ("code", "document", "how", "why"),
    [
        (0, {"failures": []}, How.SURVIVED, ""),
        (3, {"error": {"code": "role-died"}}, How.BOOT, "role-died"),
        (2, {"error": {"code": "target-import"}}, How.BOOT, "target-import"),
        (1, {"affected": {"cells": []}, "cells": []}, How.SURVIVED, ""),
        (1, {"failures": []}, How.BOOT, "silent"),
        (3, {}, How.BOOT, "silent"),
        (None, {}, How.TIME, ""),
    ],
)
def test_what_is_no_verdict_is_not_told(code: int | None, document: dict[str, Any], how: How, why: str):
    """Claim: an error, an exit code without a reason, and a job that never ends are no work of the checks."""
    found = of_verify(code, document)
    assert (found.how, found.code, found.by) == (how, why, ())


def test_several_jobs_tell_together():
    """Claim: one job that tells is enough; one that stopped counts only where none tells."""
    silent, stopped, told = outcome(How.SURVIVED), outcome(How.BOOT, code="x"), outcome(How.TOLD, "law-1")
    assert together([silent, stopped, told]).how is How.TOLD
    assert together([silent, stopped]) == outcome(How.BOOT, code="x").__class__(
        how=How.BOOT, by=(), code="x", seconds=5.0, measured_on="2026-01-02", asked=2
    )
    assert together([silent, silent]).how is How.SURVIVED


def test_the_tables_of_a_catalogue():
    """Claim: by kind; who told first; the golden alone apart; what stopped in no share; alarms but for what was declared."""
    found = score(
        [
            measured("a", How.TOLD, "golden"),
            measured("b", How.TOLD, "golden", "law-6"),
            measured("c", How.TOLD, "law-1", kind="ledger"),
            measured("d", How.SURVIVED, kind="ledger"),
            measured("e", How.BOOT, code="role-died"),
            measured("f", How.TIME),
            measured("n1", How.SURVIVED, role=NEUTRAL),
            measured("n2", How.TOLD, "golden", role=NEUTRAL),
            measured("n3", How.TOLD, "http", role=NEUTRAL, changes="contract"),
        ]
    )
    assert found.whole == Share(told=3, of=4)
    assert found.kinds == {"ledger": Share(told=1, of=2), "price": Share(told=2, of=2)}
    assert list(found.first.items()) == [("golden", 2), ("law-1", 1)]
    ids = [[one.entry.id for one in some] for some in (found.golden_alone, found.survivors, found.stopped)]
    assert ids == [["a"], ["d"], ["e", "f"]]
    assert found.neutral == Share(told=1, of=3)
    assert [one.entry.id for one in found.alarms] == ["n2"]
    assert [one.entry.id for one in found.declared] == ["n3"]


def test_what_was_asked_of_a_score():
    """Claim: a share below it fails, one that is just it does not, and no mistakes at all reach nothing."""
    three_of_four = score([*(measured(c, How.TOLD, "golden") for c in "abc"), measured("d", How.SURVIVED)])
    assert three_of_four.reaches(None)
    assert three_of_four.reaches(0.75)
    assert not three_of_four.reaches(0.76)
    assert not score([]).reaches(0.0)
    assert score([]).reaches(None)


@pytest.mark.parametrize(
    ("told", "of", "lower"), [(0, 0, 0.0), (0, 10, 0.0), (10, 10, 0.7225), (90, 100, 0.8256), (47, 76, 0.5063)]
)
def test_wilsons_lower_bound(told: int, of: int, lower: float):
    """Claim: as tables of it have it; 10 of 10 is no certainty."""
    assert wilson_lower(told, of) == pytest.approx(lower, abs=0.0005)
