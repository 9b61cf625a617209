"""A small checklist: a row that a scenario claims, one that nobody does, and a section of which nothing can be known."""

from __future__ import annotations

from dataclasses import replace

from harness.jobs.checklist import judge
from harness.jobs.checklist.values import Row, Section
from tests.judge.ledgers import TARGET
from tests.report.runs_seen import SCENARIOS, run


def rows(**more: object) -> tuple[Section, ...]:
    own = Row(section="path1", words=("Generate Content", "a | b"), operations=("content_generation",))
    return (
        Section(id="path1", title="Path 1", columns=("Test", "Page"), rows=(replace(own, **more), Row(section="path1", words=("Nobody", "-")))),
        Section(id="frontend", title="Pages", columns=("Test",), rows=(Row(section="frontend", words=("Load",)),), unknown="no page is driven"),
    )  # fmt: skip


def fill(sections, *, cells=None, scenarios=SCENARIOS, wrong=False, phase=0):
    seen, summary = run(wrong=wrong)
    return judge.fill(sections, seen if cells is None else cells, summary.verdicts, scenarios, TARGET, phase)
