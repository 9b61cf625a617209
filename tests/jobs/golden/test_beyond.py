"""Accepting what was observed beyond credits: at phase 0 the files, at a phase its delta, and never where credits change."""

from dataclasses import replace

import pytest

from harness.core.errors import HarnessError
from harness.core.golden.surface import Delta, Locked, Surfaces
from harness.core.verdict import Status, Verdict
from harness.jobs.golden.beyond import beyond, credits_unchanged
from harness.jobs.golden.report import beyond_summary, grouped_lines
from tests.jobs.golden.stored_runs import OTHER, SCENARIO, stored

WHY = "the log has its tokens now"
OLD, NEW = ("tx worker a", "tx worker ~ logs b=1"), ("tx worker a", "tx worker ~ logs b=2")


def seen(lines=NEW, phase=0, surfaces=None):
    paths = {"manual": lines, "automation": lines}
    return replace(stored(), phase=phase, seen={SCENARIO.id: paths, OTHER.id: paths}, surfaces=surfaces or Surfaces())


def locked(lines=OLD, **deltas):
    names = (SCENARIO.id, OTHER.id)
    base = {name: Locked(scenario=name, why="first", paths={"manual": lines, "automation": lines}) for name in names}
    return Surfaces(base=base, deltas={int(key[1:]): value for key, value in deltas.items()})


def test_the_first_time_all_is_new():
    found = beyond(seen(), [SCENARIO.id], WHY)
    assert [one.paths for one in found.locked] == [{"manual": NEW, "automation": NEW}]
    assert found.cells[f"{SCENARIO.id}@manual"] == ("new: 2 lines",)


def test_only_what_matches_and_differs_is_written_and_told_once():
    found = beyond(seen(surfaces=locked()), [SCENARIO.id], WHY)
    assert [(one.scenario, one.why) for one in found.locked] == [(SCENARIO.id, WHY)]
    assert grouped_lines(found.cells) == ["~ tx worker ~ logs: b=1 is now b=2  (2 cells)"]
    assert beyond_summary(found) == ["the surface of 2 cells changed"]
    assert not beyond(seen(OLD, surfaces=locked()), [SCENARIO.id], WHY).locked


def test_a_path_that_was_not_driven_stays_as_it_was():
    run = seen(surfaces=locked())
    run = replace(run, seen={SCENARIO.id: {"manual": NEW}})
    assert beyond(run, [SCENARIO.id], WHY).locked[0].paths == {"manual": NEW, "automation": OLD}


def test_what_is_not_accepted_now_keeps_its_reason():
    run = replace(seen(surfaces=locked()), seen={SCENARIO.id: {"manual": NEW, "automation": OLD}})
    (found,) = beyond(run, [SCENARIO.id], WHY).locked
    assert (found.why_of("manual"), found.why_of("automation")) == (WHY, "first")
    delta = beyond(replace(run, phase=1), [SCENARIO.id], WHY).delta
    again = replace(run, phase=1, surfaces=locked(d1=delta), seen={SCENARIO.id: {"automation": NEW}})
    more = beyond(again, [SCENARIO.id], "another reason").delta
    assert more.why_of(f"{SCENARIO.id}@manual") == WHY
    assert more.why_of(f"{SCENARIO.id}@automation") == "another reason"


def test_a_world_that_is_driven_no_more_is_let_go_by_a_run_of_every_world_and_told():
    worlds = {"manual": OLD, "manual~nobody": OLD, "manual~read": OLD}
    had = Surfaces(base={SCENARIO.id: Locked(scenario=SCENARIO.id, why="first", paths=worlds)})
    run = replace(stored(), seen={SCENARIO.id: {"manual": OLD}}, surfaces=had)
    assert not beyond(run, [SCENARIO.id], WHY).locked, "a run of some worlds says nothing of the others"
    planned = {f"{SCENARIO.id}@manual", f"{SCENARIO.id}@manual~read"}
    found = beyond(replace(run, worlds=planned), [SCENARIO.id], WHY)
    assert found.locked[0].paths == {"manual": OLD, "manual~read": OLD}, "what was planned and not driven stays"
    assert found.cells == {f"{SCENARIO.id}@manual~nobody": ("let go: no run drives this world any more",)}


def test_a_broken_file_is_replaced_by_a_run_of_all_of_it_and_by_no_other():
    broken = Surfaces(base={OTHER.id: locked().base[OTHER.id]}, broken={SCENARIO.id: "not as it was written"})
    assert [one.scenario for one in beyond(seen(surfaces=broken), [SCENARIO.id], WHY).locked] == [SCENARIO.id]
    with pytest.raises(HarnessError, match="automation was not driven") as refused:
        beyond(replace(seen(surfaces=broken), seen={SCENARIO.id: {"manual": NEW}}), [SCENARIO.id], WHY)
    assert refused.value.code == "surface-format"
    phase = replace(locked(), broken={1: "not as it was written"})
    assert beyond(seen(phase=1, surfaces=phase), [SCENARIO.id, OTHER.id], WHY).delta
    with pytest.raises(HarnessError, match="cannot be read"):
        beyond(replace(seen(phase=1, surfaces=phase), seen={SCENARIO.id: {"manual": NEW}}), [SCENARIO.id], WHY)


def test_at_a_phase_its_delta_is_written_and_the_base_stays():
    found = beyond(seen(phase=1, surfaces=locked()), [SCENARIO.id], WHY)
    assert not found.locked
    after = locked(d1=found.delta)
    assert after.at(SCENARIO.id, "manual", 1) == NEW
    assert after.at(OTHER.id, "manual", 1) == after.at(SCENARIO.id, "manual", 0) == OLD


def test_a_phase_that_changes_nothing_says_so_once():
    found = beyond(seen(OLD, phase=1, surfaces=locked()), [SCENARIO.id, OTHER.id], WHY)
    assert found.delta == Delta(why=WHY)
    assert beyond(seen(OLD, phase=1, surfaces=locked(d1=found.delta)), [SCENARIO.id], WHY).delta is None


def test_phases_are_accepted_in_their_order():
    with pytest.raises(HarnessError, match="phase 1") as refused:
        beyond(seen(phase=2, surfaces=locked()), [SCENARIO.id], WHY)
    assert refused.value.code == "surface-phase"


@pytest.mark.parametrize(("checker", "refused"), [("golden", True), ("law-1", True), ("surface", False)])
def test_the_milder_class_is_refused_where_anything_else_fails(checker, refused):
    verdict = Verdict(checker=checker, status=Status.FAIL, cell=f"{SCENARIO.id}@manual", claim="x", evidence=("y",))
    run = replace(stored(), verdicts=(verdict,))
    credits_unchanged(run, [OTHER.id])
    if not refused:
        credits_unchanged(run, [SCENARIO.id])
        return
    with pytest.raises(HarnessError) as error:
        credits_unchanged(run, [SCENARIO.id])
    assert error.value.code == "golden-credits-changed"
