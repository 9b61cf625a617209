"""Surface files: what is written is read back, whatever a target says in it; a merge that is not resolved is refused."""

import pytest

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


def test_a_varied_world_is_kept_as_what_it_changes_of_its_path(tmp_path):
    """Claim: lines that are the path's are not written again; a world that changes nothing, or has no path, is read back as well."""
    plain = ("http a", "tx credits:500->480", "log [odd]", "log x")
    worlds = {
        "manual~distinct": ("http a", "tx credits:500->477", "log [odd]", "+ more", "log x"),
        "manual~exact": plain,
        "direct~short": ("alone", "@1-2"),
    }
    locked = Locked(scenario="writer/x", why="first seen", paths={"manual": plain, **worlds})
    text = surfaces.text_of(locked)
    assert text.count("http a") == 1
    assert "[manual~distinct]\n@1-1\n+ tx credits:500->477\n@3-0\n+ + more\n[manual~exact]\n" in text
    assert surfaces.read_all(put(tmp_path, text)).base["writer/x"].paths == locked.paths
    put(tmp_path, text.replace("@1-1", "somewhere"))
    (told,) = surfaces.read_all(tmp_path).broken.values()
    assert "neither a place nor a line of one: somewhere" in str(told)


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
        ("", "does not begin with"),
        ("[manual]\nx\n", "does not begin with"),
        ("# surface 1: x\nx\n", "before the first path"),
        ("# surface 1: x\n[manual]\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> other\n", "merge is not resolved"),
    ],
)
def test_a_file_that_was_edited_is_broken_and_stops_no_other(tmp_path, text, said):
    put(tmp_path, surfaces.text_of(LOCKED), "writer/whole.surface")
    put(tmp_path / "3_x", text, surfaces.DELTA)
    found = surfaces.read_all(put(tmp_path, text), {3: tmp_path / "3_x"})
    assert list(found.base) == ["writer/whole"]
    assert said in found.unreadable("writer/x", 0)
    assert found.unreadable("writer/whole", 2) == ""
    assert said in found.unreadable("writer/whole", 3), "a phase that cannot be read holds for every scenario"
    assert found.why_not(7) == ""


def test_a_path_that_was_accepted_for_another_reason_keeps_it(tmp_path):
    two = Locked(scenario="writer/x", why="first seen as it is", paths={"manual": ODD[:1], "direct": ODD[:1], "automation": ODD[:1]}, whys={"direct": "it has a step of its own"})  # fmt: skip
    text = surfaces.text_of(two)
    assert "[manual, automation]" in text
    assert "# why: it has a step of its own\n[direct]\n" in text
    read = surfaces.read_all(put(tmp_path, text)).base["writer/x"]
    assert [read.why_of(path) for path in ("manual", "direct", "automation")] == [two.why, two.whys["direct"], two.why]
    assert read.paths == two.paths


def test_a_folder_that_is_called_like_a_surface_is_none(tmp_path):
    (tmp_path / "writer" / "x.surface").mkdir(parents=True)
    assert surfaces.read_all(tmp_path) == Surfaces()
