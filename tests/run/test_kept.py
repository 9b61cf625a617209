"""Which stored runs stay: the newest, and of the others those that something still needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.core.history import FORMAT
from harness.run import kept, taken
from harness.store import runs as store

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
END = '{"kind":"run.end","t":2}\n'


class Shelf:
    """Stored runs, made one second after the other; `latest` of the newest, none of them under way."""

    def __init__(self, runs: Path) -> None:
        self.runs, self.made = runs, 0

    def put(self, *, at: str = "", end: str = END, **start: object) -> str:
        self.made += 1
        folder = self.runs / (NOON + timedelta(seconds=self.made)).strftime("%Y-%m-%dT%H-%M-%SZ")
        about = {"tier": "processes", "phase": 0, "whole": True, "vary": "quick", **start}
        (folder / at).mkdir(parents=True)
        (folder / store.RUN).touch()
        event = {"kind": "run.start", "t": 0, "format": FORMAT, **about}
        (folder / at / store.HISTORY).write_text(f"{json.dumps(event)}\n{end}")
        return folder.name

    def left(self) -> list[str]:
        return sorted(path.name for path in self.runs.iterdir())


PART: dict[str, object] = {"whole": False, "target": "t", "cells": [], "plan": []}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "runs")


def test_the_newest_stay_and_what_went_is_told(shelf):
    """Claim: as many as are to be kept stay, and how much of the disk is free now is what they took."""
    names = [shelf.put() for _ in range(5)]
    (shelf.runs / names[0] / "logs").mkdir()
    (shelf.runs / names[0] / "logs" / "worker.log").write_bytes(b"x" * 100_000)
    gone = taken.take_away(shelf.runs, 2)
    assert (shelf.left(), sorted(gone.names), gone.stayed) == (names[3:], names[:3], ())
    assert 100_000 <= gone.bytes < 200_000
    assert taken.take_away(shelf.runs, 2) == taken.Gone(names=(), bytes=0)


def test_zero_keeps_all(shelf):
    names = [shelf.put() for _ in range(30)]
    assert taken.take_away(shelf.runs, 0).names == ()
    assert shelf.left() == names


def test_the_newest_whole_run_of_each_kind_stays(shelf):
    """Claim: what a verb would name is there, however many runs of another kind came after it; a cut-off one names nothing."""
    tiers = [shelf.put(tier=tier) for tier in ("inprocess", "docker")]
    other = shelf.put(phase=7)
    week, there, old = shelf.put(at="week"), shelf.put(at="phase-3", phase=3), shelf.put(at="old", phase=3)
    walk = shelf.put(at="2026-11-22T12-30-00Z/phase-5", phase=5)
    whole = shelf.put()
    cut = shelf.put(vary="none", end='{"kind":"cell.start","t":1}\n')
    parts = [shelf.put(whole=False) for _ in range(3)]
    taken.take_away(shelf.runs, 1)
    assert shelf.left() == sorted([*tiers, other, week, there, old, walk, whole, parts[-1]])
    assert cut not in shelf.left()


def test_of_two_whole_runs_of_a_kind_the_newer_one_stays_and_of_a_cut_off_one_the_whole_one(shelf):
    older, whole = shelf.put(phase=2), shelf.put(phase=2)
    shelf.put(phase=2, end="")
    newest = shelf.put()
    taken.take_away(shelf.runs, 1)
    assert shelf.left() == [whole, newest]
    assert older not in shelf.left()


def test_every_shard_of_the_newest_split_stays(shelf):
    """Claim: a plan in thirty parts can be merged where twenty runs are kept; an earlier split is over."""
    split = {"durations_sha256": "", "whole": True}
    before = [shelf.put(**PART, shard={"n": n, "of": 2, "plan_sha256": "a", **split}) for n in (1, 2)]
    parts = [shelf.put(**PART, shard={"n": n, "of": 5, "plan_sha256": "b", **split}) for n in range(1, 6)]
    last = shelf.put()
    taken.take_away(shelf.runs, 1)
    assert shelf.left() == [*parts, last]
    assert not {*before} & {*shelf.left()}


def test_what_somebody_marked_stays_until_it_is_let_go(shelf):
    marked, *others = (shelf.put() for _ in range(3))
    kept.mark(shelf.runs / marked, "the day before\nthe move")
    assert kept.why_kept(kept.stored(shelf.runs), 1)[marked] == "marked: the day before the move"
    taken.take_away(shelf.runs, 1)
    assert shelf.left() == [marked, others[-1]]
    kept.unmark(shelf.runs / marked)
    taken.take_away(shelf.runs, 1)
    assert shelf.left() == [others[-1]]


def test_a_run_of_another_process_that_is_under_way_stays_until_that_has_ended(shelf):
    """Claim: nobody loses the folder that it writes into, however many runs begin and end beside it; killed, it holds it no more."""
    program = (
        "import sys; from pathlib import Path; from datetime import datetime; from harness.store import runs\n"
        f"print(runs.begin(Path({str(shelf.runs)!r}), datetime(2026, 11, 22, 12, 0, 0)).name, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        begun = other.stdout.readline().strip()
        names = [shelf.put() for _ in range(4)]
        found = kept.stored(shelf.runs)
        assert [one.name for one in found if one.under_way] == [begun]
        taken.take_away(shelf.runs, 1)
        assert shelf.left() == [begun, names[-1], "latest"]
        other.kill()
        other.wait()
    taken.take_away(shelf.runs, 1)
    assert shelf.left() == [names[-1], "latest"]


def test_a_fork_that_lives_on_holds_the_run_too(tmp_path):
    """Claim: a run goes on in a fork of the harness, and is under way until that ends."""
    folder = store.begin(tmp_path / "runs", NOON)
    assert store.under_way(folder)
    assert kept.why_kept(kept.stored(tmp_path / "runs"), 1) == {folder.name: "under way"}


def test_nothing_else_in_the_folder_is_ever_touched(shelf):
    """Claim: a folder of another name, a file, a link: they are nobody's runs, and are not counted either."""
    names = [shelf.put() for _ in range(3)]
    (shelf.runs / "before-the-move").mkdir()
    (shelf.runs / "notes.txt").write_text("mine")
    (shelf.runs / "2026-11-22T11-00-00Z").symlink_to(names[0])
    taken.take_away(shelf.runs, 2)
    assert shelf.left() == sorted(["2026-11-22T11-00-00Z", "before-the-move", "notes.txt", *names[1:]])


def test_runs_of_one_second_are_told_apart_by_their_number(shelf, tmp_path):
    """Claim: the tenth of a second is newer than its second one."""
    for n in ("", "-2", "-10"):
        folder = shelf.runs / f"2026-11-22T12-00-00Z{n}"
        folder.mkdir(parents=True)
        (folder / "fuzz-state.json").write_text("{}")
        (folder / store.RUN).touch()
    taken.take_away(shelf.runs, 1)
    assert shelf.left() == ["2026-11-22T12-00-00Z-10"]


def test_what_a_killed_one_left_half_taken_away_goes_with_the_next(shelf):
    shelf.put()
    (shelf.runs / f"{taken.GOING}2026-11-22T11-00-00Z-1").mkdir()
    (shelf.runs / f"{taken.GOING}2026-11-22T11-00-00Z-1" / "history.ndjson").write_bytes(b"x" * 50_000)
    assert taken.take_away(shelf.runs, 20).bytes >= 50_000
    assert len(shelf.left()) == 1


def test_what_cannot_go_is_told_and_the_others_go(shelf, monkeypatch):
    """Claim: a disk error at one run ends nothing."""
    first, second, _ = (shelf.put() for _ in range(3))
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self.name == first:
            raise PermissionError(13, os.strerror(13))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    gone = taken.take_away(shelf.runs, 1)
    assert (gone.names, gone.stayed) == ((second,), (f"{first}: Permission denied",))


def test_a_history_of_another_format_is_a_run_like_others(shelf):
    """Claim: what no harness of today reads neither stays for good nor ends anything."""
    old = shelf.put(format=1)
    newest = shelf.put()
    taken.take_away(shelf.runs, 1)
    assert old in shelf.left()  # a kind of its own: the newest of those
    (shelf.runs / old / store.HISTORY).write_text("no event\n")
    taken.take_away(shelf.runs, 1)
    assert shelf.left() == [newest]


@pytest.mark.parametrize("name", ["2024-05-05T05-05-05Z", "9999-99-99T99-99-99Z", ".going-mine", "notes"])
def test_a_folder_of_somebody_s_own_is_none_of_ours(shelf, name):
    """Claim: a name like a run's is not enough, nor one that is no time: it neither goes nor takes the place of a run."""
    for own in (name, name.replace("05Z", "06Z")):
        (shelf.runs / own / "deep").mkdir(parents=True, exist_ok=True)
        (shelf.runs / own / "deep" / "thesis.txt").write_text("years of work")
    newest = [shelf.put() for _ in range(3)][-1]
    taken.take_away(shelf.runs, 1)
    assert (shelf.runs / name / "deep" / "thesis.txt").is_file()
    assert [one.name for one in kept.stored(shelf.runs)] == [newest]


@pytest.mark.parametrize("start", [{"tier": ["processes"]}, {"vary": {"a": 1}}, {"shard": {"n": [1]}}, {"shard": [1]}])
def test_a_run_that_cannot_be_read_stays_and_says_so_or_goes_as_another_does(shelf, start):
    """Claim: whatever stands in its first line, the others are listed and go by the rule."""
    shelf.put(**start)
    gone, newest = shelf.put(), shelf.put()
    found = kept.stored(shelf.runs)
    assert len(kept.why_kept(found, 1)) == 3
    taken.take_away(shelf.runs, 1)
    assert newest in shelf.left()
    assert gone not in shelf.left()


def test_a_folder_where_a_history_should_be_ends_nothing(shelf):
    odd = shelf.runs / "2026-11-22T11-00-00Z"
    (odd / store.HISTORY).mkdir(parents=True)
    (odd / store.RUN).touch()
    gone, newest = shelf.put(), shelf.put()
    taken.take_away(shelf.runs, 1)
    assert newest in shelf.left()
    assert gone not in shelf.left()


def test_what_may_not_be_written_to_is_left_whole_and_told(shelf, monkeypatch):
    """Claim: not half of it, and each time; who runs this may write everywhere, so the answer is what an ordinary user gets."""
    name = shelf.put()
    shelf.put()
    (shelf.runs / name / "logs").mkdir()
    (shelf.runs / name / "logs" / "web.log").touch()
    monkeypatch.setattr(taken.os, "access", lambda path, mode: Path(path).name != "logs" or not mode & os.W_OK)
    for _ in range(2):
        gone = taken.take_away(shelf.runs, 1)
        assert (gone.names, gone.stayed) == (
            (),
            (f"{name}: logs may not be written to, and nothing of it was touched",),
        )
    assert (shelf.runs / name / "logs" / "web.log").is_file()
    assert (shelf.runs / name / store.HISTORY).is_file()


def test_what_stays_half_gone_is_told_each_time(shelf, monkeypatch):
    shelf.put()
    half = shelf.runs / f"{taken.GOING}2026-11-22T11-00-00Z-1"
    half.mkdir()
    monkeypatch.setattr(taken.shutil, "rmtree", lambda path, **_: None)
    for _ in range(2):
        assert taken.take_away(shelf.runs, 1).stayed == (f"{half.name}: it is half gone; take it away by hand",)


def test_a_mark_goes_through_no_link_and_a_run_is_found_by_its_name(shelf, tmp_path):
    name, elsewhere = shelf.put(), tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    assert (
        kept.find(shelf.runs, Path(name)) == kept.find(shelf.runs, shelf.runs / name) == (shelf.runs / name).resolve()
    )
    (shelf.runs / name / kept.MARK).symlink_to(elsewhere)
    with pytest.raises(HarnessError) as seen:
        kept.mark(shelf.runs / name, "why")
    assert (seen.value.code, elsewhere.read_text()) == ("store-write", "mine")
    (shelf.runs / name / kept.MARK).unlink()
    (shelf.runs / name / kept.MARK).mkdir()
    with pytest.raises(HarnessError) as seen:
        kept.unmark(shelf.runs / name)
    assert seen.value.code == "store-write"
    with pytest.raises(HarnessError) as seen:
        kept.find(shelf.runs, tmp_path)
    assert seen.value.code == "run-missing"
