"""contracts/checklist.toml is the plan's own words, read strictly, and the scenarios stand for its rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.backend import description, scenarios
from harness.core.errors import HarnessError
from harness.jobs.checklist.files import read
from harness.jobs.checklist.judge import claims_of

ROOT = Path(__file__).resolve().parents[3]
SEED = ROOT.parent / "shared" / "seed"
PLAN = read(ROOT / "contracts" / "checklist.toml")


def test_every_claim_of_a_scenario_is_a_row_and_every_path_row_is_claimed():
    config = description.load(ROOT / "harness.toml")
    claims = claims_of(PLAN.sections, scenarios.load(config))
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
