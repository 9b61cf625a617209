"""What a verdict was made by, beside its history."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.backend.description import load
from harness.run.held_to import held_to, otherwise
from tests.whole.workshop import description

ROOT = Path(__file__).resolve().parents[2]
ID = "writer/generate_content"


@pytest.fixture
def project(tmp_path) -> Path:
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "harness.toml").write_text(description(copies=("scenarios",)))
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "here", "elsewhere"),
    [
        (f"scenarios/{ID}.golden.toml", "why", "#\nwhy", ["its golden or its surface"], []),
        (f"scenarios/{ID}.surface", "# why: ", "# why: that ", ["its golden or its surface"], []),
        ("scenarios/findings.toml", "title", "#\ntitle", ["findings.toml"], ["findings.toml"]),
        ("harness.toml", "id_ranges = true", "id_ranges = false", ["harness.toml"], ["harness.toml"]),
        ("harness.toml", "settle_timeout_s = 20", "settle_timeout_s = 21", [], []),
        (f"scenarios/{ID}.py", "from", "#\nfrom", ["the scenarios"], ["the scenarios"]),
    ],
)
def test_what_is_not_as_it_was_is_named_where_it_counts(project, file, old, new, here, elsewhere):
    """Claim: another golden counts in its scenario, another rate card everywhere, and how a run is driven nowhere."""
    before = held_to(load(project / "harness.toml"))
    path = project / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    after = held_to(load(project / "harness.toml"))
    assert otherwise(before, before, ID) == []
    assert otherwise(before, after, ID) == here
    assert otherwise(before, after, "planner/create_tasks") == elsewhere


def test_a_run_of_before_that_says_nothing_is_another_in_all(project):
    now = held_to(load(project / "harness.toml"))
    assert otherwise({}, now, ID) == ["its golden or its surface", *now["rest"]]
    assert otherwise({}, now, "")[0] == "goldens or surfaces"
