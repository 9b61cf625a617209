"""The command lines of shards, their merge and workers."""

from __future__ import annotations

import json
import os
import signal
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from harness.jobs.worker import send, watch
from harness.store import durations
from harness.store.history import HistoryWriter
from tests.cli.test_commands import run
from tests.jobs.worker import broker
from tests.watched import WATCHED

__all__ = ["run"]  # the fixture

verify = import_module("harness.jobs.verify.run")  # the module: its package may hold the command under that name
CELL = "planner/create_tasks@manual"


@pytest.mark.parametrize("value", ["0/3", "4/3", "3", "a/b", "1/0", "-1/2", "1/2/3"])
def test_a_shard_that_is_none_is_a_usage_error(run, value):
    """Claim: exit code 2, showing what was given."""
    code, _, err = run("verify", "--plan", f"--shard={value}")
    assert code == 2
    assert f"'{value}' is not one part of several, e.g. 2/5" in err


def test_the_plan_of_a_shard_is_its_own(run):
    """Claim: all shards together plan what the whole does; each says which part it is."""
    whole = json.loads(run("verify", "--vary", "none", "--plan", "--json")[1])["cells"]
    parts = []
    for n in (1, 2, 3):
        code, out, _ = run("verify", "--vary", "none", "--plan", "--shard", f"{n}/3")
        assert code == 0
        assert out.startswith(f"shard {n}/3 of a plan of {len(whole)} cells: about ")
        parts += json.loads(run("verify", "--vary", "none", "--plan", "--json", "--shard", f"{n}/3")[1])["cells"]
    assert sorted(parts) == sorted(whole)


def test_named_durations_must_be_there(run, tmp_path):
    """Claim: a misspelt file does not become an even split."""
    code, _, err = run("verify", "--plan", "--shard", "1/2", "--durations", str(tmp_path / "none.toml"))
    assert code == 2
    assert "code: durations-missing" in err


@pytest.mark.parametrize(
    "more", [["--shard", "1/2"], ["--tier", "docker"], ["--isolation", "hook"], ["--workers", "2"]]
)
def test_what_workers_decide_cannot_be_asked_for_from_here(run, more):
    """Claim: it is refused, not ignored."""
    code, _, err = run("verify", "--on", "redis://127.0.0.1:1/0", *more)
    assert code == 2
    assert "--on goes with none of --shard, --tier, --isolation, --workers" in err


def history(folder: Path, *, whole: bool = True, settled: bool = True) -> Path:
    scenario, _, path = CELL.partition("@")
    with HistoryWriter(folder / "history.ndjson") as written:
        written.tell("run.start", {"phase": 0, "whole": whole, "cells": [CELL], "tables": WATCHED})
        written.tell("cell.start", {"scenario": scenario, "path": path, "title": "x"})
        seconds = {"drive": 0.2, "seed": 0.05}
        written.tell("cell.end", {"events": {}, "scenario": scenario, "path": path, "settled": settled, "reason": "", "seconds": seconds})  # fmt: skip
    return folder


def test_durations_are_written_from_a_whole_run(run, tmp_path):
    """Claim: to the file that was named; the terminal says how many cells it holds."""
    out = tmp_path / "durations.toml"
    assert run("report", "durations", str(history(tmp_path / "run")), "--out", str(out)) == (
        0,
        f"{out}: 1 cell, 0.2 s\n",
        "",
    )
    assert durations.read(out).milliseconds == {CELL: 250}


@pytest.mark.parametrize("odd", [{"whole": False}, {"settled": False}])
def test_durations_are_not_written_from_a_part(run, tmp_path, odd):
    """Claim: a run of chosen cells, or one that hung, would make every later split uneven."""
    code, _, err = run("report", "durations", str(history(tmp_path / "run", **odd)), "--out", str(tmp_path / "d.toml"))
    assert code == 2
    assert "code: durations-part" in err
    assert not (tmp_path / "d.toml").exists()


def test_a_broker_that_is_not_there_ends_a_worker(run):
    """Claim: exit code 3, and nothing is left behind."""
    code, _, err = run("worker", "--broker", "redis://127.0.0.1:1/0")
    assert code == 3
    assert "code: remote-broker" in err


def test_no_worker_is_exit_code_3(run, tmp_path, monkeypatch):
    """Claim: verify says that nobody answers; it neither waits nor passes."""
    monkeypatch.setattr(watch, "ANSWER_S", 0.05)
    with broker.serving(tmp_path) as url:
        code, out, err = run("verify", "--on", url, "--only", CELL, "--runs", str(tmp_path / "runs"))
    assert code == 3
    assert f"error: no worker answers at {url} within 1.05 s" in err
    assert "PASS" not in out


def test_a_verify_on_workers_that_is_terminated_leaves_as_by_an_exit(tmp_path, monkeypatch):
    """Claim: with 143, through every `finally` on the way; afterwards SIGTERM is what it was."""
    before, seen = signal.getsignal(signal.SIGTERM), []

    def driven(*_):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.sigtimedwait([], 5)
        finally:
            seen.append("taken back")

    monkeypatch.setattr(send, "drive_remote", driven)
    asked = SimpleNamespace(config=None, plan=None)
    how = verify.How(out=Console(quiet=True), as_json=True, isolation="auto", workers=None)
    with pytest.raises(SystemExit) as caught:
        verify.remotely(asked, how, "redis://h", tmp_path)
    assert (caught.value.code, seen, signal.getsignal(signal.SIGTERM)) == (143, ["taken back"], before)


def test_workers_of_a_tier_that_has_one_are_refused(run):
    """Claim: a number that nobody would heed is a usage error, not a run with one worker that says four."""
    code, _, err = run("verify", "--workers", "4", "--only", CELL)
    assert code == 2
    assert "--workers goes with --tier docker" in err
