"""What the target declares against what is locked of it."""

from __future__ import annotations

from dataclasses import replace

from harness.core.golden.surface import Delta, Hunk, Locked, Surfaces
from harness.core.history import RunHistory
from harness.core.verdict import Status
from harness.judge.checks import check_run
from harness.judge.context import Noted, RunContext
from harness.judge.surface.freed import free_used
from harness.judge.surface.target import NAME, PATH
from tests.judge.ledgers import TARGET

LINES = ("beat hourly task=pay schedule=0_*_*_*_*", "setting TIMEOUT_S 30")


def said(surfaces, seen=LINES, phase=0):
    """(status, code, evidence) of each verdict."""
    history = RunHistory(start={"declared": list(seen)} if seen is not None else {}, cells=())
    run = RunContext(
        scenarios={}, goldens={}, target=TARGET, phase=phase, surfaces=surfaces, noted=Noted(history=history)
    )
    return [(one.status, one.code, one.evidence) for one in check_run([], run) if one.checker == "declared"]


def locked(lines=LINES, **more):
    return Surfaces(base={NAME: Locked(scenario=NAME, why="as it was", paths={PATH: tuple(lines)})}, **more)


def test_as_locked():
    assert said(locked()) == [(Status.PASS, "", ("2 lines, as locked",))]


def test_another_schedule_is_one_word_and_what_is_new_is_a_line():
    found = said(locked(), seen=(LINES[0].replace("0_*", "0_*/2", 1), *LINES[1:], "task pay.back"))
    assert found == [
        (
            Status.FAIL,
            "declared-differs",
            ("~ beat hourly: schedule=0_*_*_*_* is now schedule=0_*/2_*_*_*", "+ task pay.back"),
        )
    ]


def test_where_other_surfaces_are_locked_it_is_missed():
    other = Surfaces(base={"other": Locked(scenario="other", why="as it was", paths={})})
    assert [code for _, code, _ in said(other)] == ["declared-missing"]
    assert said(Surfaces()) == said(None) == []


def test_a_run_that_does_not_say_it_is_no_run_that_passes():
    assert [code for _, code, _ in said(locked(), seen=None)] == ["declared-missing"]


def test_a_phase_says_what_it_declares_otherwise():
    hunk = Hunk(at=1, after=LINES[0], gone=(LINES[1],), come=("setting TIMEOUT_S 60",))
    deltas = {1: Delta(why="longer", cells={f"{NAME}@{PATH}": (hunk,)})}
    assert [code for _, code, _ in said(locked(deltas=deltas), phase=1)] == ["declared-differs"]
    assert said(locked(deltas=deltas), phase=1, seen=(LINES[0], "setting TIMEOUT_S 60"))[0][0] is Status.PASS
    stale = said(locked(LINES[:1], deltas=deltas), phase=1)
    assert [code for _, code, _ in stale] == ["declared-stale"]
    assert [code for _, code, _ in said(locked(broken={1: "line 3: no"}), phase=1)] == ["surface-format"]


def test_an_entry_that_frees_nothing_of_it_is_told():
    """Claim: as one that frees no column."""

    def idle(lines):
        target = replace(TARGET, free={"declared setting:TIMEOUT_S": "another on each machine"})
        run = RunContext(
            scenarios={},
            goldens={},
            target=target,
            phase=0,
            noted=Noted(history=RunHistory(start={"declared": lines}, cells=())),
        )
        return [one.code for _, one in free_used([], run)]

    assert idle(["setting TIMEOUT_S 30"]) == ["free-idle"]
    assert idle(["setting TIMEOUT_S <free>"]) == [""]
