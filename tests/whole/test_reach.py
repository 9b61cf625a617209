"""Reach by code on a whole stack: what a killed worker ran is there, each cell has its own, and off there is nothing."""

from __future__ import annotations

import json

import pytest

from tests.tree import ROOT
from tests.whole.workshop import Workshop

pytestmark = pytest.mark.stack

KILLED, BUTTON = "writer/images_worker_killed@manual", "planner/create_tasks@manual"
DRAWN = ("igny8_core/ai/tasks.py", "drawn = function.draw(")
QUEUED = ("igny8_core/business/content/services/task_creation.py", "if not ContentIdea.objects.filter(")


def at(path: str, text: str) -> str:
    lines = (ROOT / "reference" / "backend" / path).read_text().splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if text in line)
    return f"{path}:{number}"


def test_each_cell_has_what_its_processes_ran_also_those_that_were_killed(warm: Workshop):
    """Claim: the line before the worker is killed is of the cell that kills it, the web server's line is of the other; a branch that
    neither took is named with its source, and the verdict of the cells is as ever."""
    told = warm.harness("verify", "--reach", "--vary", "none", "--only", KILLED, "--only", BUTTON)
    assert told.code == 0, told.out + told.err
    for (path, text), cell in ((DRAWN, KILLED), (QUEUED, BUTTON)):
        line = json.loads(warm.harness("reach", "--json", "--at", at(path, text)).out)
        assert (line["cells"], line["changed"]) == ([cell], False), line
    left = json.loads(warm.harness("reach", "--json", "--only", "igny8_core/ai/tasks.py").out)["left"]
    (draw,) = (one for one in left if one["at"].endswith(":_draw_all"))
    assert draw["ran"]
    assert {
        "text": "if account is None:",
        "then": 'result.failure("", "not_found", "The account does not exist.")',
    }.items() <= draw["branches"][0].items()
    assert draw["branches"][0]["cells"] == [KILLED]


def test_a_run_that_does_not_ask_for_it_has_nothing_of_it(warm: Workshop):
    told = warm.harness("verify", "--vary", "none", "--only", BUTTON)
    assert told.code == 0, told.out + told.err
    assert "branches" not in told.out
    refused = warm.harness("reach")
    assert (refused.code, "trace-missing" in refused.err) == (2, True)
    assert not list((warm.folder / "runs" / "latest").glob("arcs*"))
