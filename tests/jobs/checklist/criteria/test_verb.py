"""`harness checklist`, `findings` and `criteria` on one small stored run: exit codes, documents, and nothing green."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import preloaded

pytestmark = pytest.mark.stack
ROOT = Path(__file__).resolve().parents[4]


def harness(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from harness.cli import main; main()", *map(str, words)]
    return preloaded.run(command, cwd=ROOT, timeout=200)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three cells: a row of the plan, a finding, and a row that nobody claims."""
    runs = tmp_path_factory.mktemp("runs")
    only = ("planner/cluster_keywords@manual", "writer/content_low_balance@manual", "planner/create_tasks@manual")
    told = harness("verify", "--runs", runs, *(word for name in only for word in ("--only", name)))
    assert told.returncode == 0, told.stdout + told.stderr
    return (runs / "latest").resolve()


def test_the_checklist_of_a_part_is_not_green(run: Path):
    """One row passes; what was not driven is unknown, in every form."""
    told = harness("checklist", "--run", run, "--json")
    assert told.returncode == 1
    body = json.loads(told.stdout)
    assert body["counts"] == {"pass": 1, "fail": 0, "unknown": 25}
    row = body["sections"][0]["rows"][0]
    assert (row["test"], row["status"], row["cells"][0]["credits"]) == ("Cluster Keywords", "pass", "500 -> 495")
    told = harness("checklist", "--run", run, "--markdown")
    assert told.returncode == 1
    assert told.stdout.count("❔ unknown") == 25


def test_a_charge_that_is_not_the_golden_fails_its_row(run: Path, tmp_path: Path):
    """The stored history is judged again: a credit more on the balance is seen."""
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    history = copy / "history.ndjson"
    text = history.read_text()
    assert '"closing":495' in text
    history.write_text(text.replace('"closing":495', '"closing":494'))
    told = harness("checklist", "--run", copy)
    assert told.returncode == 1
    assert "Cluster Keywords: planner/cluster_keywords@manual: golden: " in told.stdout


def test_findings_show_or_are_unknown(run: Path):
    told = harness("findings", "--run", run, "--json")
    assert told.returncode == 1
    found = {one["id"]: one for one in json.loads(told.stdout)["findings"]}
    assert found["work-without-charge"]["status"] == "fail"
    assert list(found["work-without-charge"]["shown"]) == ["writer/content_low_balance@manual"]
    assert {found[name]["status"] for name in found if name != "work-without-charge"} == {"unknown"}
    assert [found[name]["issue"] for name in ("images-never-charged", "default-image-model-unknown", "several-calculations")] == [1, 2, 3]  # fmt: skip
    assert "#### Work is delivered free of charge" in harness("findings", "--run", run, "--markdown").stdout


def test_criteria_without_a_stack_know_what_they_do_not_know(run: Path):
    told = harness("criteria", "--runs", run, "--no-stack", "--json")
    assert told.returncode == 1
    body = json.loads(told.stdout)
    assert [one["status"] for one in body["criteria"]] == ["unknown", "unknown", "unknown", "fail", "unknown", "fail", "fail"]  # fmt: skip
    assert not body["complete"]


def test_the_integration_tests_run_in_a_disposable_stack(run: Path):
    """At the phase of the run; the schema is read from the same database."""
    told = harness("criteria", "--runs", run, "--json")
    first, last = (json.loads(told.stdout)["criteria"][n] for n in (0, 6))
    assert first["status"] == "pass", first
    assert first["evidence"] == ["21 tests ran and passed, all 21 of the plan among them"]
    assert any("in the schema of igny8_global_integration_settings" in line for line in last["evidence"])


def test_runs_of_another_phase_are_refused(run: Path):
    told = harness("criteria", "--runs", run, "--phase", 3, "--no-stack")
    assert told.returncode == 2
    assert "code: criteria-phase" in told.stderr
