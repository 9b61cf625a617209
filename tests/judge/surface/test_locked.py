"""The surface check: locked, missing, stale, changed; and that nothing is asked where nothing is locked."""

from dataclasses import replace

from harness.core.golden.surface import Delta, Hunk, Locked, Surfaces
from harness.core.verdict import Status
from harness.judge.checks import check_cell
from harness.judge.context import Context, RunContext
from harness.judge.surface.locked import surface_of, surfaces_used
from tests.judge.ledgers import RATES, SCENARIO, TARGET
from tests.judge.surface.test_lines import cell

SEEN = replace(cell(), cell=f"{SCENARIO.id}@manual", scenario=SCENARIO.id)
LINES = surface_of(SEEN, SCENARIO, TARGET)


def verdict(surfaces, phase=0, seen=SEEN):
    context = Context(
        scenario=SCENARIO, golden=None, target=TARGET, rates=RATES, phase=phase, path="manual", surfaces=surfaces,
    )  # fmt: skip
    return next((one for one in check_cell(seen, context) if one.checker == "surface"), None)


def locked(lines=LINES, **deltas):
    base = {SCENARIO.id: Locked(scenario=SCENARIO.id, why="as it was first seen", paths={"manual": tuple(lines)})}
    return Surfaces(base=base, deltas={int(key[1:]): value for key, value in deltas.items()})


def test_as_locked():
    assert verdict(locked()).status is Status.PASS


def test_a_line_that_is_not_as_locked_fails():
    found = verdict(locked([*LINES[:-1], "log worker ERROR x something else entirely happened here"]))
    assert (found.status, found.code) == (Status.FAIL, "surface-differs")
    assert found.evidence[0].startswith("~ log worker ERROR x: something else")
    assert f"golden accept {SCENARIO.id} --surface" in found.hint


def test_a_scenario_without_a_surface_fails_where_others_have_one():
    other = Surfaces(base={"other": Locked(scenario="other", why="as it was", paths={})})
    assert verdict(other).code == "surface-missing"


def test_where_nothing_is_locked_nothing_is_asked_and_it_is_said():
    found = verdict(Surfaces())
    assert (found.status, found.evidence) == (Status.NOT_ASKED, ("not asked: no surface is locked",))
    assert verdict(locked(), phase=1).evidence == ("not asked: no surface is locked at phase 1",)
    assert verdict(None) is None


def test_a_phase_changes_what_it_says_and_nothing_else():
    gone = LINES[2]
    delta = Delta(
        why="phase 1 charges more", cells={SEEN.cell: (Hunk(at=2, after=LINES[1], gone=(gone,), come=("tx other",)),)}
    )
    found = verdict(locked(d1=delta), phase=1)
    assert found.code == "surface-differs"
    assert verdict(locked(d1=Delta(why="nothing changes here")), phase=1).status is Status.PASS


def test_a_phase_that_changes_what_is_not_there_is_stale():
    delta = Delta(
        why="phase 1 charges more", cells={SEEN.cell: (Hunk(at=2, after="", gone=("no such line",), come=()),)}
    )
    found = verdict(locked(d1=delta), phase=1)
    assert found.code == "surface-stale"
    assert "no such line" in found.evidence[0]


def test_a_surface_of_nothing_is_a_failure():
    def used(surfaces):
        run = RunContext(scenarios={SCENARIO.id: SCENARIO}, goldens={}, target=TARGET, phase=0, surfaces=surfaces)
        return [result for _, result in surfaces_used((), run)]

    assert [one.status for one in used(locked())] == [Status.PASS]
    left = Surfaces(base={"gone": Locked(scenario="gone", why="as it was", paths={"manual": ()})})
    assert [(one.status, one.code) for one in used(left)] == [(Status.FAIL, "surface-unused")]
    assert used(None) == []
