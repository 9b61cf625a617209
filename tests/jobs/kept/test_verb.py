"""`harness runs`, as it is called."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from harness import cli
from harness.backend.description import load
from harness.verb.tidied import tidied
from tests.run.test_kept import Shelf

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    (tmp_path / "backend").mkdir()
    shutil.copy(ROOT / "reference" / "backend" / "manage.py", tmp_path / "backend")
    (tmp_path / "harness.toml").write_text('format = 1\n[harness]\nkeep = 2\n[target]\nroot = "backend"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        cli.main(["runs", *words])
    said = capsys.readouterr()
    return left.value.code, said.out, said.err


def test_runs_are_listed_with_why_they_stay(project, capsys):
    shelf = Shelf(project / "runs")
    goes, needed, *newest = shelf.put(), shelf.put(phase=4), shelf.put(), shelf.put(end="")
    code, out, _ = run(capsys)
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert code == 0
    assert lines[0].startswith(f"{newest[1]} 0.0 MB processes, phase 0, cut off: one of the newest 2")
    assert lines[2] == f"{needed} 0.0 MB processes, phase 4: the newest of its kind"
    assert lines[3] == f"{goes} 0.0 MB processes, phase 0: may go"
    assert lines[4] == "4 runs, 0.0 MB (keep = 2); 1 of them may go, 0.0 MB"
    told = json.loads(run(capsys, "--json")[1])
    assert [(one["name"], bool(one["why"])) for one in told["runs"]][-1] == (goes, False)


def test_what_may_go_goes_when_it_is_said_and_what_is_held_stays(project, capsys):
    shelf = Shelf(project / "runs")
    held, goes, *_ = (shelf.put() for _ in range(4))
    assert run(capsys, "--hold", f"runs/{held}")[0] == 2
    assert run(capsys, "--hold", f"runs/{held}", "--why", "what customers were charged in May")[0] == 0
    code, out, _ = run(capsys, "--clean")
    assert code == 0
    assert out.startswith("1 older run taken away, 0.0 MB freed (keep = 2; harness runs)\n")
    assert "marked: what customers were charged in May" in out
    assert goes not in shelf.left()
    run(capsys, "--release", f"runs/{held}")
    run(capsys, "--clean")
    assert held not in shelf.left()


def test_a_number_that_is_none_is_refused(project, capsys):
    (project / "harness.toml").write_text('format = 1\n[harness]\nkeep = -1\n[target]\nroot = "backend"\n')
    code, _, err = run(capsys)
    assert (code, "keep -1 is not a number of runs" in err) == (2, True)


def test_behind_a_verdict_it_is_said_on_stderr(project, capsys):
    """Claim: the last line of stdout stays the verdict's, and with --json nothing is said at all."""
    shelf = Shelf(project / "runs")
    for _ in range(4):
        shelf.put()
    config = load(project / "harness.toml")
    out = Console()
    out.print("PASS")
    tidied(config, project / "runs", out)
    said = capsys.readouterr()
    assert said.out == "PASS\n"
    assert said.err == "2 older runs taken away, 0.0 MB freed (keep = 2; harness runs)\n"
    shelf.put()
    tidied(config, project / "runs", Console(quiet=True))
    assert capsys.readouterr() == ("", "")
