"""Backends with habits of other teams are right where they are right, and told where they are not.

That each of these tests sees a harness that does not know its habit is proved by `nox -s proofs`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path

import pytest

from harness.backend import description
from harness.jobs.score import plant
from harness.judge.golden import canonical
from harness.store import history
from tests.whole import workshop
from tests.whole.habits import HABITS, Habit
from tests.whole.workshop import Workshop

pytestmark = pytest.mark.stack

Cells = Mapping[str, tuple[str, ...]]


def only(cells: tuple[str, ...]) -> list[str]:
    return [word for cell in cells for word in ("--only", cell)]


OTHERWISE = re.compile(r'"(priority|queue)":[^,}]+,?|7\d{8}')
"""What habits are free to do otherwise: on which queue, how urgently, and from which range of ids, which has its place by table."""
SIDE = '"is":"side"'


def observed(shop: Workshop) -> Cells:
    """The lines of each cell of the last run in their canonical form."""
    ledger = description.load(shop.config).ledger
    cells = canonical.canonical_cells(history.events(shop.runs / "latest" / "history.ndjson"), ledger)
    return {name: tuple(OTHERWISE.sub("", line) for line in lines if SIDE not in line) for name, lines in cells.items()}


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Workshop:
    """The backend without any habit, which was driven: every cell of the habits passes, and its database is prepared."""
    made = workshop.set_up(tmp_path_factory.mktemp("plain"), cache, backend=False)
    told = made.harness("verify", *only(tuple(sorted({cell for habit in HABITS for cell in habit.cells}))))
    assert told.code == 0, told.out + told.err
    return made


@pytest.fixture(scope="module")
def plain(pristine: Workshop) -> Cells:
    """What it does."""
    return observed(pristine)


def with_habit(habit: Habit, place: Workshop, pristine: Workshop | None) -> Workshop:
    """`place`, where the backend has the habit; its database is `pristine`'s where that is given and no migration differs."""
    place.without_surfaces()  # a habit is another way of doing the same: what it charges is held, not how
    plant.apply_diff(habit.patch.read_text(), place.folder, habit.name)
    for edit in habit.edits:
        place.edit(*edit)
    if pristine is not None and not habit.migrates:
        place.borrow_database(pristine)
    return place


def hold(habit: Habit, place: Workshop, plain: Cells, *, first: str = "") -> None:
    """Drive a backend that has the habit, and assert all that it claims; `first` as `Workshop.harness` has it."""
    told = place.harness("verify", *only(habit.cells), first=first)
    if told.code != bool(
        habit.says
    ):  # not asserted: pytest would show the habit beside it, with the words that are looked for
        raise AssertionError(told.out + told.err)
    for text in habit.says:
        assert text in told.out
    if habit.as_plain:
        seen = observed(place)
        unlike = [line for cell in habit.cells for line in unified_diff(plain[cell], seen[cell], n=0, lineterm="")]
        assert not unlike, "\n".join(unlike)


@pytest.mark.slow
@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.name)
def test_a_habit_of_another_team_is_judged_as_it_deserves(habit: Habit, shop, pristine: Workshop, plain: Cells):
    """Claim: right cells pass and are, but for the habit, what the plain backend does; wrong ones are told."""
    hold(habit, with_habit(habit, shop(copies=habit.copies), pristine), plain)


@pytest.mark.proof
@pytest.mark.parametrize("habit", [habit for habit in HABITS if habit.broken], ids=lambda habit: habit.name)
def test_a_harness_that_does_not_know_a_habit_is_seen(habit: Habit, tmp_path: Path, plain: Cells):
    """Claim: on a harness without what knows the habit the same test fails, and it is the habit that shows. It prepares a
    database of its own: a broken harness may prepare a broken one."""
    place = workshop.set_up(tmp_path / "shop", tmp_path / "cache", copies=habit.copies)
    with pytest.raises(AssertionError) as seen:
        hold(habit, with_habit(habit, place, None), plain, first=habit.broken)
    assert habit.misses in str(seen.value)


@pytest.mark.proof
@pytest.mark.parametrize("name", ["late_ack", "late_ack_for_an_hour"])
def test_a_redelivered_task_is_judged_in_ten_runs_of_ten(name: str, shop, pristine: Workshop, plain: Cells):
    """Claim: whoever brings the message again, kombu or the harness, each run sees the second try, and the same of it."""
    (habit,) = (habit for habit in HABITS if habit.name == name)
    place = with_habit(habit, shop(copies=habit.copies), pristine)
    seen = set()
    for _ in range(10):
        hold(habit, place, plain)
        seen.add(tuple(observed(place).items()))
    assert len(seen) == 1, [set(one) for one in seen]
