"""Surface files: what is written is read back, whatever a target says in it; a merge that is not resolved is refused."""

import pytest

from harness.core.errors import HarnessError
from harness.core.golden.surface import Delta, Locked, Surfaces, applied, hunks
from harness.store import surfaces

ODD = (
    "http GET / => 200",
    "[looks, like, a path]",
    "log web ERROR x two\nlines\\n",
    "          + t <t+1>",
    "# why: no",
)
LOCKED = Locked(
    scenario="writer/x",
    why="as it was\nfirst seen",
    paths={"manual": ODD[:1], "direct": ODD[:1], "automation": (*ODD[2:4],)},
)


def put(folder, text, name="writer/x.surface"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return folder


def test_what_is_written_is_read_back(tmp_path):
    text = surfaces.text_of(LOCKED)
    assert "[manual, direct]\nhttp GET / => 200\n[automation]\n" in text
    read = surfaces.read_all(put(tmp_path, text)).base["writer/x"]
    assert (read.paths, read.why) == (LOCKED.paths, "as it was first seen")


def test_a_delta_is_read_back_and_makes_the_phase_of_the_one_before(tmp_path):
    before, after = ("a", "b", "c", "d"), ("x", "a", "b", "C", "d", "e")
    cells = {"writer/x@manual": hunks(before, after), "writer/y@manual": hunks(before, after)}
    text = surfaces.delta_text(Delta(why="phase 4 switches credits", cells={**cells, "writer/z@manual": ()}))
    assert text.count("+ C") == 1, "cells that change alike share their lines"
    put(tmp_path / "4_switch", text, surfaces.DELTA)
    base = {f"writer/{n}": Locked(scenario=f"writer/{n}", why="first", paths={"manual": before}) for n in "xyz"}
    read = surfaces.read_all(tmp_path, {4: tmp_path / "4_switch"})
    found = Surfaces(base=base, deltas={1: Delta(), 2: Delta(), 3: Delta(), **read.deltas})
    assert found.at("writer/x", "manual", 4) == found.at("writer/y", "manual", 4) == after
    assert found.at("writer/z", "manual", 4) == found.at("writer/x", "manual", 3) == before


def test_a_change_is_made_where_its_lines_are_now():
    before = tuple("abcdef")
    changes = hunks(before, tuple("abcDEf"))
    assert applied(("new", *before), changes) == ("new", *tuple("abcDEf"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[manual]\nx\n", "does not begin with"),
        ("# surface 1: x\nx\n", "before the first path"),
        ("# surface 1: x\n[manual]\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> other\n", "merge is not resolved"),
    ],
)
def test_a_file_that_was_edited_is_refused(tmp_path, text, said):
    with pytest.raises(HarnessError, match=said) as refused:
        surfaces.read_all(put(tmp_path, text))
    assert refused.value.code == "surface-format"
