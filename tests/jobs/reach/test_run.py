"""`harness reach` of a stored run: what is left, by whom a line was run, and what is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.backend import branches
from harness.core.code import fields_of
from harness.core.errors import HarnessError
from harness.jobs.reach import report as shown
from harness.jobs.reach import run as job
from harness.run.fingerprint import sources
from harness.store import arcs, floor
from harness.store.history import HistoryWriter
from harness.verb.options import loaded

SHOP = """def pay(order):
    if order.sum < 0:
        raise ValueError(order)
    return order.sum


def send(order):
    return order
"""
TOML = """
format = 1
[target]
root = "target"
[reach]
excused = [{ at = "shop.py:send", why = "no route leads there yet" }]
"""


@pytest.fixture
def config(tmp_path: Path):
    (tmp_path / "target").mkdir()
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "target" / "manage.py").write_text("")
    (tmp_path / "target" / "shop.py").write_text(SHOP)
    (tmp_path / "harness.toml").write_text(TOML)
    return loaded(tmp_path / "harness.toml")


@pytest.fixture
def run(config, tmp_path: Path) -> Path:
    return stored(config, tmp_path / "runs" / "one")


def stored(config, folder: Path, *, whole: bool = True) -> Path:
    seen = {"a@manual": {"shop.py": {(-1, 2), (2, 4), (4, -1)}}}
    arcs_of = branches.sources(config)
    folder.mkdir(parents=True)
    arcs.keep(folder, config.root, seen, arcs_of)
    with HistoryWriter(folder / "history.ndjson") as history:
        start = {
            "cells": [],
            "whole": whole,
            "tier": "processes",
            "vary": "none",
            "sources": sources(config),
        }
        history.tell("run.start", start)
        made = branches.functions(config.root, folder, arcs_of)
        history.tell("reached", {"functions": fields_of(made), "left_out": []})
        history.tell("run.end", {"seconds": {}, "cells": 0})
    return folder


def test_what_is_left_is_told_with_its_source_and_who_came_near(config, run):
    """Claim: the branch that nobody took, with the cell that ran its line; nothing of what is excused."""
    assert list(shown.lines(job.found(config, run))) == [
        "reached     branches 1 of 2 (50.0%), functions 1 of 2 (50.0%)",
        "excused     1 functions",
        "",
        "shop.py  branches 1 of 2 (50.0%), functions 1 of 2 (50.0%)",
        "      1  pay",
        "         2 if order.sum < 0:",
        "           never -> 3 raise ValueError(order)   (run by a@manual)",
    ]
    (left,) = shown.document(job.found(config, run))["left"]
    assert left["branches"] == [
        {"line": 2, "text": "if order.sum < 0:", "to": 3, "then": "raise ValueError(order)", "cells": ["a@manual"]}
    ]
    assert shown.document(job.found(config, run, ("*:send",)))["left"] == []


def test_a_line_says_which_cells_ran_it(config, run):
    assert list(shown.line(job.line_at(config, run, "shop.py:4"))) == [
        "shop.py:4  return order.sum",
        "ran in 1 cell",
        "  a@manual",
    ]
    assert list(shown.line(job.line_at(config, run, "shop.py:3")))[1:] == ["ran in 0 cells"]
    (config.root / "shop.py").write_text("\n" + SHOP)
    assert "the target has changed since that run" in "\n".join(shown.line(job.line_at(config, run, "shop.py:4")))


@pytest.mark.parametrize("at", ["shop.py:99", "shop.py:0", "shop.py:x", "gone.py:1", "shop.py", ""])
def test_a_line_that_is_not_there_is_refused(config, run, at):
    with pytest.raises(HarnessError) as refused:
        job.line_at(config, run, at)
    assert refused.value.code == "trace-no-line"


def test_a_whole_run_is_accepted_with_a_reason(config, run):
    job.accept(config, run, "nobody pays less than nothing", ci=False)
    kept = floor.read(config.scenarios)
    assert kept is not None
    assert kept.modules == {"shop.py": {"branches": (1, 2), "functions": (1, 2)}}
    assert (kept.phase, kept.vary, kept.why) == (0, "none", "nobody pays less than nothing")


def test_no_part_no_reason_and_no_ci_is_accepted(config, run, tmp_path):
    part = stored(config, tmp_path / "runs" / "part", whole=False)
    for folder, why, ci, code in ((part, "a good reason", False, "reach-part"), (run, "no", False, "reach-why"), (run, "a good reason", True, "reach-ci")):  # fmt: skip
        with pytest.raises(HarnessError) as refused:
            job.accept(config, folder, why, ci=ci)
        assert refused.value.code == code
    assert floor.read(config.scenarios) is None


def test_a_skeleton_overwrites_nothing(config, run):
    made = job.write(config, run, "shop.py:pay")
    assert made == config.scenarios / "reach" / "shop_py_pay.py"
    assert "from shop import pay" in made.read_text()
    made.write_text("mine")
    with pytest.raises(HarnessError) as refused:
        job.write(config, run, "shop.py:pay")
    assert (refused.value.code, made.read_text()) == ("reach-there", "mine")


def test_a_run_that_did_not_note_it_says_so(config, tmp_path):
    folder = tmp_path / "runs" / "two"
    with HistoryWriter(folder / "history.ndjson") as history:
        history.tell("run.start", {"cells": []})
    with pytest.raises(HarnessError, match="says nothing of the code that ran") as refused:
        job.found(config, folder)
    assert refused.value.code == "trace-missing"
    assert refused.value.hint == "drive it so: harness verify --reach"
