"""The surface check: locked, missing, stale, changed; and that nothing is asked where nothing is locked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harness.core.golden.surface import Delta, Hunk, Locked, Surfaces
from harness.core.history import Change, Read, RowChange, TaskRun, Transaction
from harness.core.scenario import Do, Settle
from harness.core.verdict import Status
from harness.judge.checks import check_cell
from harness.judge.context import Context, RunContext
from harness.judge.surface.freed import free_used
from harness.judge.surface.locked import read, side_by_side, surface_of, surfaces_used
from tests.judge.ledgers import RATES, SCENARIO, TARGET
from tests.judge.surface.test_lines import cell

SEEN = replace(cell(), cell=f"{SCENARIO.id}@manual", scenario=SCENARIO.id)
LINES = surface_of(SEEN, SCENARIO, TARGET)


def verdict(surfaces, phase=0, seen=SEEN, target=TARGET):
    context = Context(
        scenario=SCENARIO, golden=None, target=target, rates=RATES, phase=phase, path="manual", surfaces=surfaces,
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
    assert (found.status, found.evidence) == (
        Status.NOT_ASKED,
        ("not asked: no surface is locked: what happens beyond credits is compared with nothing",),
    )
    assert verdict(locked(), phase=1).evidence == ("not asked: no surface is locked at phase 1",)
    assert verdict(None) is None


def test_where_harness_toml_says_that_they_are_locked_their_absence_fails_every_cell():
    found = verdict(Surfaces(), target=replace(TARGET, surfaces_locked=True))
    assert (found.status, found.code) == (Status.FAIL, "surface-missing")
    assert "harness.toml says that surfaces are locked" in found.evidence[0]
    assert verdict(locked(), target=replace(TARGET, surfaces_locked=True)).status is Status.PASS


def test_a_file_that_cannot_be_read_fails_its_scenario_and_no_other():
    broken = replace(locked(), broken={SCENARIO.id: "x.surface line 3: a merge is not resolved"})
    found = verdict(broken)
    assert (found.status, found.code) == (Status.FAIL, "surface-format")
    assert "--surface --why" in found.hint
    assert "delete the file" in found.hint
    assert verdict(replace(locked(), broken={"other": "x"})).status is Status.PASS


def freed(*names, cells=(SEEN,), phase=0):
    target = replace(TARGET, free=frozenset(names))
    scenario = replace(SCENARIO, paths=("manual",))
    run = RunContext(scenarios={SCENARIO.id: scenario}, goldens={}, target=target, phase=phase, surfaces=locked())
    return [result for _, result in free_used(cells, run)]


def test_an_entry_of_free_that_frees_nothing_fails_a_whole_run():
    assert [one.status for one in freed("logs.cost", "message bill:result.log")] == [Status.PASS]
    (found,) = freed("logs.cost", "logs.kost", "gone.cost")
    assert (found.status, found.code) == (Status.FAIL, "free-idle")
    assert [line.partition(" frees")[0] for line in found.evidence] == ['free."gone.cost"', 'free."logs.kost"']
    assert freed("logs.kost", cells=()) == freed("logs.kost", phase=3) == freed() == []


def test_what_is_free_in_an_answer_is_idle_only_where_answers_were_read_back():
    """Claim: a run without varied worlds does not say that an entry for what is read back frees nothing; one that read back does."""
    entry = "answer /logs/:took"
    assert [one.status for one in freed("logs.cost", entry)] == [Status.PASS]
    read = replace(SEEN, reads=(Read(caller="owner", path="/logs/", status=200, response={"took": 18}),))
    assert [one.status for one in freed("logs.cost", entry, cells=(read,))] == [Status.PASS]
    (found,) = freed("logs.cost", "answer /logs/:tok", cells=(read,))
    assert (found.status, found.code) == (Status.FAIL, "free-idle")


def parallel(*steps, messages=2, several=True):
    tasks = tuple(TaskRun(id=f"t{n}", name="bill") for n in range(messages))
    return side_by_side(replace(SEEN, tasks=tasks), replace(SCENARIO, when=steps), replace(TARGET, several=several))


def test_a_worker_of_several_tasks_at_a_time_has_an_order_only_where_one_waits_for_another():
    ask = Do(operation="generate_content")
    assert parallel(ask)
    assert parallel(ask, ask)
    assert not parallel(ask, several=False)
    assert not parallel(ask, messages=1)
    assert not parallel(ask, Settle(), ask)


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


def test_a_world_that_no_run_drives_any_more_is_told():
    """Claim: only by a run that planned every world: of another one nobody knows what it left out."""
    there = Locked(scenario=SCENARIO.id, why="as it was", paths={"manual": (), "manual~nobody": (), "manual~read": ()})

    def used(every_world: bool):
        run = RunContext(
            scenarios={SCENARIO.id: SCENARIO}, goldens={}, target=TARGET, phase=0, surfaces=Surfaces(base={SCENARIO.id: there}),
            planned=(f"{SCENARIO.id}@manual", f"{SCENARIO.id}@manual~read"), every_world=every_world,
        )  # fmt: skip
        return [(one.code, one.evidence) for _, one in surfaces_used((), run)]

    assert used(True) == [
        ("surface-unused", (f"{SCENARIO.id}@manual~nobody: locked, and no run drives this world any more",))
    ]
    assert used(False)[0][0] == ""


@pytest.mark.parametrize("known", ["<this minute +1d>", "<next 02:00>"])
def test_in_the_minute_of_a_slot_it_is_as_locked_however_that_was_read(known):
    """Claim: a target that says "in a day", and one that says "at 02:00", are both as locked at 02:00; at another minute each is told from the other."""
    at = datetime(2026, 12, 1, 2, 0, 5, tzinfo=UTC)

    def seen(at: datetime, due: datetime):
        begun = at.timestamp()
        slot = RowChange(kind="slot", op="update", id=1, before={"at": "02:00"}, after={"at": "02:00"})
        change = Change(
            table="job", op="update", id="1", before={"due": None}, after={"due": due.isoformat()}, key=("id",)
        )
        told = Transaction(role="worker", changes=(change,))
        return replace(SEEN, spans=((begun, begun + 1.0),), rows=(slot,), transactions=(told,))

    def lines(cell):
        return read(cell, SCENARIO, TARGET, made=frozenset(), locked=None)

    day, minute = timedelta(days=1), timedelta(minutes=7)
    early = datetime(2026, 12, 1, 1, 7, 5, tzinfo=UTC)
    due = early.replace(second=0) + day if "minute" in known else datetime(2026, 12, 1, 2, tzinfo=UTC)
    usual = lines(seen(early, due))
    assert any(known in line for line in usual), usual
    now = at.replace(second=0) + day
    assert verdict(locked(usual), seen=seen(at, now)).status is Status.PASS
    assert verdict(locked(usual), seen=seen(at, now + minute)).status is Status.FAIL
