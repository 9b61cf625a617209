"""A stored history is judged from the file alone, by the law of now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.backend import scenarios
from harness.backend.description import load
from harness.cell import live
from harness.core.errors import HarnessError
from harness.core.history import FORMAT
from harness.core.verdict import Status, worst
from harness.run import judged
from tests.store.streams import write_run
from tests.watched import WATCHED

ROOT = Path(__file__).resolve().parents[2]
CELL = "planner/create_tasks@manual"


@pytest.fixture(scope="module")
def config():
    return load(ROOT / "harness.toml")


@pytest.fixture(scope="module")
def law(config):
    return judged.read_law(config, scenarios.load(config))


def write(folder: Path, *events: dict) -> Path:
    (folder / "history.ndjson").write_text("".join(json.dumps(event) + "\n" for event in events))
    return folder


def start(*cells: str, phase: int = 0) -> dict:
    return {"kind": "run.start", "t": 0, "format": FORMAT, "phase": phase, "cells": list(cells), "tables": WATCHED}


def test_a_run_of_another_format_is_refused_by_its_number_first(tmp_path, law):
    """Claim: whatever else an older harness did not write."""
    event = {"kind": "run.start", "t": 0, "format": 1, "phase": 0, "cells": []}
    with pytest.raises(HarnessError, match=r"has format 1; this harness reads format 3") as told:
        judged.judge_run(load(ROOT / "harness.toml"), law, write(tmp_path, event))
    assert told.value.code == "history-format"


def test_a_run_that_does_not_say_what_it_watched_is_refused(tmp_path, law):
    """Claim: nothing is judged that nobody looked at; the run of an older harness is driven again."""
    event = {name: value for name, value in start().items() if name != "tables"}
    with pytest.raises(HarnessError, match="does not say which tables were watched") as told:
        judged.judge_run(load(ROOT / "harness.toml"), law, write(tmp_path, event))
    assert told.value.code == "history-format"


def test_the_law_is_read_whole(law):
    """Every scenario with its golden, a rate card that prices something, and findings."""
    assert set(law.goldens) == set(law.scenarios)
    assert law.rates.rule("content_generation", 0)
    assert law.findings


def test_an_empty_run_is_never_a_pass(config, law, tmp_path):
    """Planned and not driven: fail. Nothing planned: no pass either."""
    for planned in ((CELL,), ()):
        result = judged.judge_run(config, law, write(tmp_path, start(*planned)))
        assert worst(result.verdicts) is not Status.PASS


def test_the_phase_is_the_runs_own(config, law, tmp_path):
    """A run at phase 4 is held to the goldens of phase 4, whatever harness.toml says now."""
    assert judged.judge_run(config, law, write(tmp_path, start(CELL, phase=4))).phase == 4


@pytest.mark.parametrize(("told", "meant"), [({}, 1), ({"workers": 4}, 4)])
def test_the_workers_are_the_runs_own(config, law, tmp_path, told, meant):
    """A history that says nothing had one: what several may lose is then not excused."""
    result = judged.judge_run(config, law, write(tmp_path, {**start(CELL), **told}))
    assert result.history.workers == meant


@pytest.mark.parametrize(
    ("tier", "asked", "meant"), [("docker", 4, 4), ("docker", None, 1), ("processes", None, 1), ("processes", 4, 1)]
)
def test_a_run_tells_how_many_workers_it_has(config, tier, asked, meant):
    """As many as it boots: only the docker tier boots several."""
    assert live.workers_of(config, tier, asked) == meant


def test_what_is_no_history_is_an_error(config, law, tmp_path):
    """Not an empty run."""
    with pytest.raises(HarnessError) as caught:
        judged.judge_run(config, law, tmp_path)
    assert caught.value.code == "history-missing"


def test_origins_are_told_of_the_cassettes_that_were_played(config, law, tmp_path):
    """From the cassettes themselves; one that has gone since is left out."""
    call = {"kind": "call", "cell": CELL, "n": 1, "provider": "openai", "host": "h", "method": "POST", "path": "/", "request": {}, "status": 200, "disposition": "played", "success": True}  # fmt: skip
    cell = {"cell": CELL, "scenario": "planner/create_tasks", "path": "manual"}
    run = write(
        tmp_path,
        start(CELL),
        {"kind": "cell.start", "title": "x", **cell},
        {**call, "cassette": "openai/writer/generate_content"},
        {**call, "n": 2, "cassette": "openai/writer/gone"},
        {"kind": "cell.end", **cell, "settled": True, "reason": "", "seconds": {}},
    )
    assert judged.judge_run(config, law, run).origins == {"openai/writer/generate_content": "simulated"}


def whole(tmp_path) -> list[bytes]:
    """The lines of a run of one cell, as it was written."""
    return write_run(tmp_path / "written" / "history.ndjson", tables=WATCHED).read_bytes().splitlines(keepends=True)


def without_a_cell(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if b'"cell":' not in line]


EDITS = {
    "as it was": (lambda lines: lines, ""),
    "no run.end": (lambda lines: lines[:-1], "the run was cut off: its history has no run.end"),
    "half a line": (lambda lines: [*lines[:-1], lines[-1][:20]], "the run was cut off: its history has no run.end"),
    "a digit": (
        lambda lines: [line.replace(b'"opening":', b'"opening":1') for line in lines],
        "the history is not what was written: it was edited since",
    ),
    "a line less": (lambda lines: [*lines[:5], *lines[6:]], "the history is not what was written: it was edited since"),
    "lines in another order": (
        lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
        "the history is not what was written: it was edited since",
    ),
    "a cell less": (without_a_cell, "writer/generate_content@manual was planned but is not in the history"),
    "more behind the end": (lambda lines: [*lines, lines[-2]], "the history goes on behind run.end"),
    "a seal less": (
        lambda lines: [*lines[:-1], b'{"kind":"run.end","t":1,"seconds":{},"cells":1}\n'],
        "run.end does not say what was written before it: nobody can tell whether it was edited",
    ),
    "another count": (
        lambda lines: [*lines[:-1], b'{"kind":"run.end","t":1,"seconds":{},"cells":2}\n'],
        "run.end speaks of 2 cells, run.start of 1",
    ),
    "a plan less": (
        lambda lines: [lines[0].replace(b'"cells":["writer/generate_content@manual"]', b'"cells":["api/x@manual"]'), *lines[1:]],
        "writer/generate_content@manual is in the history and was not planned",
    ),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_a_run_that_was_cut_off_or_edited_is_no_run(config, law, tmp_path, edit):
    """Claim: whatever a stored history says, it passes only as the whole of what was written."""
    change, said = EDITS[edit]
    lines = whole(tmp_path)
    changed = change(lines)
    assert (changed == lines) is (edit == "as it was")
    (tmp_path / "history.ndjson").write_bytes(b"".join(changed))
    verdicts = judged.judge_run(config, law, tmp_path).verdicts
    (complete,) = [one for one in verdicts if one.checker == "complete"]
    if said:
        assert (complete.status, complete.code) == (Status.FAIL, "run-incomplete")
        assert said in complete.evidence
    else:
        assert complete.status is Status.PASS
