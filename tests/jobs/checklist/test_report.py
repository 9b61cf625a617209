"""The checklist: a row is what its cells showed; what nobody claims or drove is unknown; the plan's words are its own."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path as File

import pytest
from rich.console import Console

from harness.backend import description as configuration
from harness.backend import scenarios as loader
from harness.core.errors import HarnessError
from harness.core.scenario import Path
from harness.core.verdict import Status
from harness.jobs.checklist import report as checklist
from harness.jobs.checklist.report import Row, Section
from harness.jobs.checklist.verb import read
from tests.judge.ledgers import TARGET
from tests.report.runs_seen import CONTENT, FREE_WORK, IMAGES, SCENARIOS, run

ROOT = File(__file__).resolve().parents[3]
SEED = ROOT.parent / "shared" / "seed"
PLAN = read(ROOT / "contracts" / "checklist.toml")


def rows(**more: object) -> tuple[Section, ...]:
    own = Row(section="path1", words=("Generate Content", "a | b"), operations=("content_generation",))
    return (
        Section(id="path1", title="Path 1", columns=("Test", "Page"), rows=(replace(own, **more), Row(section="path1", words=("Nobody", "-")))),
        Section(id="frontend", title="Pages", columns=("Test",), rows=(Row(section="frontend", words=("Load",)),), unknown="no page is driven"),
    )  # fmt: skip


def fill(sections, *, cells=None, scenarios=SCENARIOS, wrong=False, phase=0):
    seen, summary = run(wrong=wrong)
    return checklist.fill(sections, seen if cells is None else cells, summary.verdicts, scenarios, TARGET, phase)


def first(sections=None, **how):
    return fill(sections or rows(), **how)["path1"][0]


def test_a_row_has_its_evidence():
    """Credits before and after, rows, provider calls, and the command that repeats it."""
    row = first()
    assert row.status is Status.PASS
    (seen,) = row.seen
    assert (seen.credits, dict(seen.calls)) == ("100000 -> 99978", {"openai POST /v1/chat/completions": 1})
    assert seen.changed == ("content +1 status=draft task_id=null",)
    assert seen.repeat == "harness verify --only writer/generate_content@manual"


def test_a_row_that_nobody_claims_is_unknown():
    filled = fill(rows())
    assert [one.status for one in filled["path1"]] == [Status.PASS, Status.UNKNOWN]
    assert filled["path1"][1].notes == ("no scenario claims this row",)
    assert (filled["frontend"][0].status, filled["frontend"][0].notes) == (Status.UNKNOWN, ("no page is driven",))


def test_a_row_that_was_not_driven_is_unknown():
    row = first(cells=[])
    assert (row.status, row.notes) == (Status.UNKNOWN, ("writer/generate_content@manual was not driven in this run",))
    assert row.seen[0].repeat


def claimed_by(scenario):
    plan = {Path.MANUAL: ("path1: Generate Content",)}
    return {**SCENARIOS, CONTENT.id: replace(CONTENT, plan={}), scenario.id: replace(scenario, plan=plan)}


def test_a_row_that_is_known_wrong_fails():
    """The run passes with it; the plan asks whether the button works."""
    row = first(rows(operations=()), scenarios=claimed_by(FREE_WORK))
    assert row.status is Status.FAIL
    assert "writer/free@manual passes only as known wrong: free-work" in row.notes


def test_a_row_whose_cell_fails_fails():
    row = first(rows(operations=()), scenarios=claimed_by(IMAGES), wrong=True)
    assert row.status is Status.FAIL
    assert any(note.startswith("writer/generate_images@manual: golden: ") for note in row.notes)


@pytest.mark.parametrize(
    ("more", "phase", "says"),
    [
        ({"operations": ("clustering",)}, 0, "CreditUsageLog shows no charge for clustering"),
        ({"operations": ("image_generation",), "credits_each": 5}, 4, "4 credits for 4 by dall-e-3; the plan says 5 each"),
        ({"operations": (), "accounts": 2}, 0, "1 of 2 accounts paid"),
    ],
)  # fmt: skip
def test_the_plans_own_words_are_held_against_the_run(more, phase, says):
    """Whatever the golden locks: a green golden of a wrong price is no green row."""
    row = first(rows(**more), scenarios=claimed_by(IMAGES), phase=phase)
    assert row.status is Status.FAIL
    assert f"writer/generate_images@manual: {says}" in row.notes


def test_a_price_of_a_later_phase_is_said_and_not_demanded():
    row = first(rows(operations=("image_generation",), credits_each=5, since=4), scenarios=claimed_by(IMAGES))
    assert row.status is Status.PASS
    assert row.notes == ("the plan's 5 credits each hold from phase 4 on; at 0 it is as locked",)


def test_a_claim_of_no_row_is_an_error():
    stray = {CONTENT.id: replace(CONTENT, plan={Path.MANUAL: ("path1: Generate Contents",)})}
    with pytest.raises(HarnessError) as told:
        fill(rows(), scenarios=stray)
    assert (told.value.code, told.value.hint) == ("checklist-claim", "did you mean 'path1: Generate Content'?")


@pytest.mark.parametrize("width", [80, 160])
def test_it_reads_at_any_width(width):
    """No word of the evidence is cut off; the command stays whole."""
    console = Console(width=width, record=True, color_system=None, file=StringIO())
    checklist.print_checklist(console, rows(), fill(rows()))
    text = console.export_text()
    for word in ("pass", "unknown", "Generate Content", "100000 -> 99978", "content +1", "no scenario claims this row"):
        assert word in text
    assert "\n  harness verify --only writer/generate_content@manual\n" in text
    assert ("a | b" in text) == (width == 160)
    assert "…" not in text


def test_markdown_keeps_the_plans_columns():
    """A bar in a word does not break the table; every row has as many cells as heads."""
    text = checklist.markdown(rows(), fill(rows()))
    assert "| Generate Content | a \\| b | ✅ pass | 100000 -> 99978 |" in text
    assert "| Nobody | - | ❔ unknown |" in text
    table = [line.replace("\\|", "") for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in table[:4]} == {9}


def test_every_claim_of_a_scenario_is_a_row_and_every_path_row_is_claimed():
    config = configuration.load(ROOT / "harness.toml")
    claims = checklist.claims_of(PLAN.sections, loader.load(config))
    paths = [row.claim for section in PLAN.sections if section.id.startswith("path") for row in section.rows]
    assert [claim for claim in paths if claim not in claims] == []
    assert [len(section.rows) for section in PLAN.sections] == [11, 7, 3, 5]


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ('words = ["Cluster Keywords", ', "words = [", "checklist-value", "section[0].row[0] has 4 words for 5 columns"),
        ('words = ["Generate Ideas"', 'words = ["Cluster Keywords"', "checklist-value", "'path1: Cluster Keywords' is there twice"),
        ("since = 4", "since = 8", "checklist-value", "since 8 is not a phase"),
        ("credits_each = 5", "credit_each = 5", "checklist-unknown-key", "'credit_each'"),
        ("[tests.classes]", "[tests.clases]", "checklist-unknown-key", "'clases'"),
        ('7 = "No legacy', '8 = "No legacy', "checklist-unknown-key", "'8'"),
        ("format = 1", "format = 2", "checklist-value", "format 2"),
        ("[criteria]", "[[criteria", "checklist-syntax", "not valid TOML"),
    ],
)  # fmt: skip
def test_a_broken_file_is_told(tmp_path, old, new, code, says):
    """A row that fell out of the file would be a row that nobody asks for."""
    text = (ROOT / "contracts" / "checklist.toml").read_text()
    assert old in text
    (tmp_path / "checklist.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(HarnessError) as told:
        read(tmp_path / "checklist.toml")
    assert told.value.code == code
    assert says in told.value.message


@pytest.mark.skipif(not SEED.is_dir(), reason="the plan's text is not part of this repository")
def test_the_rows_are_the_plans():
    """Word for word: every row, head, issue, criterion and integration test of contracts/checklist.toml."""
    text = next(SEED.glob("*.txt")).read_text()
    for section in PLAN.sections:
        assert f"#### {section.title}\n" in text
        assert f"| {' | '.join(section.columns)} | Pass? |" in text
        for row in section.rows:
            assert f"| {' | '.join(row.words)} | ☐ |" in text
    assert text.count("| ☐ |") == sum(len(section.rows) for section in PLAN.sections)
    assert all(f"### ⚠️ Issue {issue.number}: {issue.title}" in text for issue in PLAN.issues)
    assert all(f"{number}. ✅ {title}" in text for number, title in PLAN.criteria.items())
    assert f"test {PLAN.module} -v 2" in text
    assert sorted(name.partition(".")[2] for name in PLAN.tests) == sorted(
        line.split("(")[0].removeprefix("def ").strip() for line in text.splitlines() if line.startswith("def test_")
    )
