"""Shards become one run, or are refused: nothing is lost, counted twice, or taken from another split."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.backend import scenarios
from harness.backend.description import load
from harness.core.errors import HarnessError
from harness.jobs.report import merge
from harness.judge.golden import canonical
from harness.run import judged
from harness.run import plan as plans
from harness.run.shard import fields_of, part
from harness.store import history, parts
from harness.store.durations import Durations
from harness.store.history import HistoryWriter
from harness.store.runs import HISTORY
from tests.watched import WATCHED

ROOT = Path(__file__).resolve().parents[3]
CODE = {"harness": "0.1.0 abc", "target": "def"}


@pytest.fixture(scope="module")
def config():
    return load(ROOT / "harness.toml")


@pytest.fixture(scope="module")
def plan(config):
    return plans.make(scenarios.load(config), only=["planner/*"])


def write(folder: Path, config, plan, **other) -> Path:
    """A run of `plan` in which nothing happened; `other` are fields of run.start, None leaves one out."""
    folder.mkdir(parents=True)
    own = {} if plan.shard is None else {**fields_of(plan, plan.shard), "code": CODE}
    start = {
        "harness": "0.1.0", "target": config.name, "phase": plan.phase, "tier": plan.tier, "isolation": "namespace",
        "seed": 0, "whole": plan.whole, "cells": [cell.id for cell in plan.cells], "tables": WATCHED, **own, **other,
    }  # fmt: skip
    with HistoryWriter(folder / HISTORY) as written:
        written.tell("run.start", {name: value for name, value in start.items() if value is not None})
        for cell in plan.cells:
            names = {"scenario": cell.scenario.id, "path": str(cell.path)}
            written.tell("cell.start", {**names, "title": cell.scenario.title})
            written.tell("seeded", {"refs": {}, "accounts": {}})
            ended = {"settled": True, "reason": "", "seconds": {"drive": 0.1}}
            written.tell("cell.end", {"events": {"seeded": 1}, **names, **ended})
        written.tell("run.end", {"seconds": {"total": 1.5, "boot": 1.0}, "cells": len(plan.cells)})
    return folder


@pytest.fixture
def shards(tmp_path, config, plan):
    """The folders of three shards that belong together."""
    return [write(tmp_path / f"s{n}", config, part(plan, n, 3, Durations())) for n in (1, 2, 3)]


def refused(config, folders, code: str, message: str) -> HarnessError:
    with pytest.raises(HarnessError, match=message) as caught:
        merge.check(config, folders)
    assert (caught.value.code, caught.value.exit_code) == (code, 2)
    return caught.value


def altered(folder: Path, edit) -> Path:
    """The run with `edit(event)` made of each event; None drops it."""
    events = [edit(json.loads(line)) for line in (folder / HISTORY).read_text().splitlines()]
    (folder / HISTORY).write_text("".join(json.dumps(event) + "\n" for event in events if event is not None))
    return folder


def test_the_merged_history_is_that_of_one_machine(tmp_path, config, plan, shards):
    """Claim: in whichever order the shards are named, the canonical form is that of an unsharded run."""
    whole = write(tmp_path / "whole", config, plan)
    for n, order in enumerate((shards, shards[::-1])):
        folder = tmp_path / f"merged{n}"
        merge.write(merge.check(config, order), folder)
        one, two = (canonical.canonical_bytes(history.events(f / HISTORY), config.ledger) for f in (whole, folder))
        assert one == two
        run = history.read(folder / HISTORY, config.ledger)
        assert [cell.cell for cell in run.cells] == [cell.id for cell in plan.cells]
        assert not run.shard
        assert run.end["seconds"] == {"total": 4.5, "boot": 3.0}


def test_what_came_of_the_last_cell_of_a_shard_is_kept(tmp_path, config, shards):
    """Claim: it is told between cells, and the cell fails in the whole as it does in the part."""
    path = shards[0] / HISTORY
    lines = path.read_text().splitlines()
    cell = json.loads(lines[-2])["cell"]
    late = {"kind": "late", "t": 9.0, "of": cell, "code": "late-work", "lines": ["a row"], "hint": ""}
    path.write_text("\n".join([*lines[:-1], json.dumps(late), lines[-1]]) + "\n")
    merge.write(merge.check(config, shards), tmp_path / "merged")
    run = history.read(tmp_path / "merged" / HISTORY, config.ledger)
    assert {one.cell: [came.lines for came in one.late] for one in run.cells if one.late} == {cell: [("a row",)]}


def test_who_drove_what_is_kept(tmp_path, config, shards):
    """Claim: each shard is named with its cells, its logs lie below its own name."""
    (shards[1] / "logs").mkdir()
    (shards[1] / "logs" / "web.log").write_text("said")
    found = merge.check(config, shards)
    merge.write(found, tmp_path / "merged")
    told = [event for event in history.events(tmp_path / "merged" / HISTORY) if event["kind"] == "part"]
    assert [(event["name"], event["run"]) for event in told] == [("1/3", "s1"), ("2/3", "s2"), ("3/3", "s3")]
    assert sorted(cell for event in told for cell in event["cells"]) == sorted(found.plan)
    assert (tmp_path / "merged" / "logs" / "2-of-3" / "web.log").read_text() == "said"


def test_a_missing_shard_is_refused_and_named(config, shards):
    """Claim: a green of two thirds is not a green."""
    told = refused(config, shards[:2], "merge-missing", r"\d+ of \d+ cells were not driven.*: shard 3/3 is missing")
    assert "--partial judges what is there, and fails" in told.hint


def test_what_is_missing_fails_where_it_was_allowed(tmp_path, config, plan, shards):
    """Claim: --partial judges what is there; each cell that is not fails."""
    found = merge.check(config, shards[:2], partial=True)
    merge.write(found, tmp_path / "merged")
    law = judged.read_law(config, scenarios.load(config))
    complete = [v for v in judged.judge_run(config, law, tmp_path / "merged").verdicts if v.checker == "complete"]
    assert [str(one.status) for one in complete] == ["fail"]
    assert complete[0].evidence == tuple(f"{cell} was planned but is not in the history" for cell in found.missing)


def test_a_shard_that_is_named_twice_is_refused(config, shards):
    """Claim: by its cells: no cell is counted twice, whatever its folder is called."""
    refused(config, [*shards, shards[1]], "merge-overlap", r"planner/\S+ is in \S+s2 and in \S+s2")


@pytest.mark.parametrize("name", ["target", "phase", "tier", "cells", "plan"])
def test_a_shard_that_does_not_say_what_it_is_of_is_refused(config, shards, name):
    """Claim: a part of which nobody can tell what it is part of is no part, and the line is named."""
    altered(shards[1], lambda event: {key: value for key, value in event.items() if key != name or event["kind"] != "run.start"})  # fmt: skip
    refused(config, shards, "history-syntax", f"line 1 is not an event: it has no {name}")


def test_a_run_that_is_no_shard_is_refused(tmp_path, config, plan, shards):
    """Claim: a whole run beside a shard would count its cells twice."""
    refused(config, [write(tmp_path / "whole", config, plan), *shards], "merge-no-shard", "is no shard")


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"tier": "docker"}, "tier"),
        ({"phase": 3}, "phase"),
        ({"target": "another"}, "target"),
        ({"harness": "0.0.9"}, "harness"),
    ],
)
def test_shards_of_something_else_are_refused(tmp_path, config, plan, shards, other, what):
    """Claim: of another tier, phase, target or harness, naming what differs."""
    changed = {name: other[name] for name in ("phase", "tier") if name in other}
    odd = write(tmp_path / "odd", config, part(replace(plan, **changed), 3, 3, Durations()), **other)
    refused(config, [*shards[:2], odd], "merge-different", f"does not belong to .*: {what} is ")


@pytest.mark.parametrize(
    ("n", "of", "durations", "what"),
    [(2, 2, {}, "of is 2 in one and 3"), (3, 3, {"planner/create_tasks@manual": 9000}, "durations_sha256 is ")],
)
def test_shards_of_another_split_are_refused(tmp_path, config, plan, shards, n, of, durations, what):
    """Claim: two machines with other durations drove other parts; what both left out would be nobody's."""
    odd = write(tmp_path / "odd", config, part(plan, n, of, Durations(milliseconds=durations)))
    refused(config, [*shards[:2], odd], "merge-different", what)


def test_shards_of_another_plan_are_refused(tmp_path, config, shards):
    """Claim: one machine chose other scenarios."""
    less = plans.make(scenarios.load(config), only=["planner/*", "linker/*"])
    odd = write(tmp_path / "odd", config, part(less, 3, 3, Durations()))
    refused(config, [*shards[:2], odd], "merge-different", "plan_sha256 is ")


def test_shards_of_other_code_are_refused(config, shards):
    """Claim: the parts of the code that differ are named."""
    edited = altered(shards[2], lambda e: {**e, "code": {**CODE, "target": "fed"}} if e["kind"] == "run.start" else e)
    refused(config, [*shards[:2], edited], "merge-different", "driven with other code than .*: target")


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (lambda e: None if e["kind"] == "run.end" else e, "it has no end"),
        (lambda e: None if e["kind"] == "cell.end" else e, "has no end"),
        (lambda e: None if e["kind"] == "cell.start" else e, "has no beginning"),
        (lambda e: None if e["kind"] == "seeded" else e, r"does not hold what was observed: \{'seeded': 1\} counted"),
        (lambda e: {**e, "cells": [*e["cells"], "x@manual"]} if e["kind"] == "run.start" else e, "x@manual is not in it"),
        (lambda e: {**e, "cells": e["cells"][1:]} if e["kind"] == "run.start" else e, "it holds . cells and set out"),
        (lambda e: {**e, "plan": e["plan"][1:]} if e["kind"] == "run.start" else e, "its plan is not the one"),
    ],
)  # fmt: skip
def test_a_shard_that_was_cut_off_or_changed_is_refused(config, shards, edit, why):
    """Claim: whatever was taken out of it."""
    told = refused(config, [*shards[:2], altered(shards[2], edit)], "merge-cut", rf"shard 3/3\) was cut off.*{why}")
    assert told.hint == "drive it again: harness verify --shard 3/3"


def test_a_torn_line_is_a_shard_that_was_cut_off(config, shards):
    """Claim: as a killed machine leaves it."""
    whole = (shards[2] / HISTORY).read_bytes()
    (shards[2] / HISTORY).write_bytes(whole[: whole.index(b'"cell.end"') + 3])
    refused(config, shards, "merge-cut", "has no end")


def test_an_event_of_another_cell_is_seen():
    """Claim: the history of a cell is that cell's alone."""
    start, end = ({"kind": kind, "cell": "w/a@manual", "scenario": "w/a", "path": "manual", "events": {}} for kind in ("cell.start", "cell.end"))  # fmt: skip
    assert parts.problem_with([start, end], "w/a@manual") == ""
    assert parts.problem_with([start, end], "w/b@manual") == "w/b@manual holds events of another cell"
    assert parts.problem_with([], "w/a@manual") == "w/a@manual has no beginning"


def test_a_shard_alone_does_not_speak_for_the_whole(config, shards):
    """Claim: its verdicts are of its cells; the checks that need the whole are not among them, and nobody may ask."""
    law = judged.read_law(config, scenarios.load(config))
    checkers = {v.checker for v in judged.judge_run(config, law, shards[0]).verdicts}
    assert "complete" in checkers
    assert not checkers & {"law-12", "law-13", "goldens-used", "findings-used"}
    with pytest.raises(HarnessError, match="is shard 1/3: it cannot answer for the whole") as caught:
        judged.judge_whole(config, law, shards[0])
    assert caught.value.code == "shard-alone"
