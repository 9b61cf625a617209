"""`harness golden review` as a user runs it, without a terminal; at one: tests/whole/test_review.py."""

from __future__ import annotations

import json

import pytest

from tests.jobs.golden.review.project import CHEAP, DEAREST, NAMES, drive, set_up
from tests.jobs.golden.test_verb import run

ALL = ("accept", "*", "--why", "as it was at first", "--unattended")


@pytest.fixture
def project(tmp_path, monkeypatch, capsys):
    place = set_up(tmp_path, monkeypatch)
    assert run(capsys, *ALL)[0] == 0
    drive(place, CHEAP, DEAREST)
    return place


def test_without_a_terminal_it_is_refused_as_accepting_is(project, capsys):
    code, out, err = run(capsys, "review")
    assert (code, out) == (2, "")
    assert err == (
        "error: nobody is at a terminal: there is nobody to ask\n"
        " hint: run it in a terminal; or print all of it: --list\n code: accept-unattended\n"
    )


def test_a_list_asks_nothing_and_fails_while_anything_differs(project, capsys):
    code, out, _ = run(capsys, "review", "--list")
    assert (code, out.splitlines()[-1]) == (1, "1 change: 1 of credits")
    assert "\n1 of 1  credits change\nwriter/other  (manual, automation)\n" in out
    assert run(capsys, "review", NAMES[0], "--list")[:2] == (0, "\nnothing differs\n")


def test_a_list_as_json(project, capsys):
    code, out, _ = run(capsys, "review", "--list", "--json", "--run", "runs/latest")
    assert (code, [one["about"] for one in json.loads(out)["changes"]]) == (1, [NAMES[1]])
    code, out, _ = run(capsys, "review", "--json")
    assert (code, "--json goes with --list" in out) == (2, True)


def test_a_pattern_that_fits_nothing_is_refused(project, capsys):
    code, _, err = run(capsys, "review", "writer/othr", "--list")
    assert (code, "did you mean 'writer/other'?" in err) == (2, True)
