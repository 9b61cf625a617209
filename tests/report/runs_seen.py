"""Summaries of small judged runs, to print."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as File

from harness.core.code import Reachable
from harness.core.finding import Finding
from harness.core.golden import Golden
from harness.core.scenario import Path
from harness.core.verdict import Verdict
from harness.judge import overlap
from harness.judge.checks import judge
from harness.judge.golden.outcome import outcome_of
from harness.judge.summary import summarize
from tests.judge.ledgers import RATES, SCENARIO, TARGET, lawful_images, lawful_text

FREE = Finding(
    id="free-work",
    title="Work is free",
    laws={"law-4": ("*without a deduction",)},
    scenarios=("writer/free",),
    evidence="a run",
    ends_at_phase=4,
)
PLAN = {Path.MANUAL: ("path1: Generate Content",), Path.AUTOMATION: ("path2: Run Stage 4 Only",)}


class Facts:
    """The part of a Config that reports read."""

    name, source = "reference", File("harness.toml")
    tables, ledger = TARGET.tables, TARGET.ledger
    free, roles, surfaces_locked, reach = {}, {}, False, Reachable()


CONTENT = replace(SCENARIO, plan=PLAN)
IMAGES = replace(SCENARIO, id="writer/generate_images", title="Four images <b>by</b> DALL-E", paths=(Path.MANUAL,))
FREE_WORK = replace(SCENARIO, id="writer/free", title="Free work", paths=(Path.MANUAL,), findings=("free-work",))
SCENARIOS = {scenario.id: scenario for scenario in (CONTENT, IMAGES, FREE_WORK)}


def of(cell, scenario, path="manual"):
    return replace(
        cell, scenario=scenario.id, path=path, cell=f"{scenario.id}@{path}", seconds={"drive": 0.4, "capture": 0.05}
    )


def run(*, wrong=False):
    """(cells, summary): everything passes, with one finding; or images are charged wrongly and one model is unpriced."""
    free = replace(lawful_text(), ledger=(), accounts={"account": (100_000, 100_000), "bystander": (77, 77)})
    locked = {
        CONTENT.id: (lawful_text(), ()),
        IMAGES.id: (lawful_images(4), ()),
        FREE_WORK.id: (free, ("free-work",)),
    }
    goldens = {
        name: Golden(
            scenario=name, why="seen and right", outcome=outcome_of(cell, SCENARIOS[name], TARGET), known_wrong=known
        )
        for name, (cell, known) in locked.items()
    }
    images = lawful_images(4)
    if wrong:
        images = replace(
            images,
            accounts={"account": (100, 99), "bystander": (77, 77)},
            ledger=(replace(images.ledger[0], credits=-1, balance=99),),
            usage=(replace(images.usage[0], credits=1),),
        )
    content = lawful_text()
    cells = [
        of(content, CONTENT),
        of(content, CONTENT, "automation"),
        of(images, IMAGES),
        of(free, FREE_WORK),
    ]
    rates = replace(RATES, prices={"dall-e-3": RATES.prices["dall-e-3"]}) if wrong else RATES
    verdicts = judge(cells, SCENARIOS, goldens, rates, {"free-work": FREE}, Facts, 0, planned=[c.cell for c in cells])
    summary = summarize(
        verdicts,
        cells,
        SCENARIOS,
        {"free-work": FREE},
        phase=0,
        origins={"": "simulated"},
        seconds={"boot": 1.2, "total": 4.5, "compare": 0.1},
        memory_bytes=700 * 2**20,
        canonical_hash="ab" * 32,
        facts={"isolation": "network namespace"},
        target=TARGET,
    )
    return cells, summary


def lost_in(cell, finding, credits=4):
    """The verdict on a cell in which one of two deductions was lost because workers overlapped."""
    lost = overlap.Lost(account="account", credits=credits, deductions=1, taken=2)
    told = overlap.known_wrong(finding, [lost])
    return Verdict(
        checker=overlap.CHECKER,
        claim=overlap.CLAIM,
        cell=cell,
        status=told.status,
        evidence=told.evidence,
        credits_delta=told.credits_delta,
        finding=told.finding,
    )
