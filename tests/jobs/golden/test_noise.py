"""What two clean runs have otherwise, as entries of [free] that a human has to give a reason."""

import tomllib

import pytest

from harness.backend import freed
from harness.core.golden.free import COLUMN, Freed, read
from harness.jobs.golden.noise import noise, proposed
from harness.judge.surface.told import Place

MS = Place(scope=COLUMN, of="logs", path=("meta", "steps", "0", "ms"))
PID = Place(scope="message", of="shop.go", path=("result", "pid"))


def test_what_differs_is_proposed_by_its_place_the_most_common_first():
    one = {"a@manual": [(MS, "5"), (None, "/x/"), (PID, "1")], "b@manual": [(MS, "5")], "gone@manual": [(MS, "1")]}
    other = {"a@manual": [(MS, "6"), (None, "/x/"), (PID, "2")], "b@manual": [(MS, "7")]}
    found = noise(one, other)
    assert [(item.name, item.cells, item.one, item.other) for item in found] == [
        ("logs.meta:steps.*.ms", ("a@manual", "b@manual"), "5", "6"),
        ("message shop.go:result.pid", ("a@manual",), "1", "2"),
    ]
    assert noise(one, one) == []


def test_a_proposal_is_toml_that_is_refused_until_somebody_says_why():
    found = noise({"a@manual": [(MS, "5")]}, {"a@manual": [(MS, "6")]})
    told = tomllib.loads("\n".join(proposed(found, ["one", "other"])))
    assert told == {"free": {"logs.meta:steps.*.ms": ""}}

    def fail(what, hint):
        return ValueError(what)

    with pytest.raises(ValueError, match="says not why"):
        freed.read(told["free"], fail)
    assert freed.read(dict.fromkeys(told["free"], "how long a step took"), fail)


def test_every_place_that_is_proposed_frees_that_place():
    for item in noise({"a@manual": [(MS, "5"), (PID, "1")]}, {"a@manual": [(MS, "6"), (PID, "2")]}):
        entry = read(item.name)
        assert any(entry.fits(place.scope, place.of, place.path) for place in (MS, PID))


def test_the_text_of_a_log_is_freed_where_it_differs():
    log = Place(scope="log", of="shop")
    found = noise({"a@manual": [(log, "done after 5 ms")]}, {"a@manual": [(log, "done after 61 ms")]})
    assert [item.name for item in found] == [r"log shop:after \S+"]
    freed = Freed([found[0].name])
    assert freed.log("shop", "done after 5 ms") == freed.log("shop", "done after 61 ms") == "done <free> ms"
    assert freed.log("till", "done after 5 ms") == "done after 5 ms"
    other = noise({"a@manual": [(log, "5 ms")]}, {"a@manual": [(log, "6 ms")]})
    assert [item.name for item in other] == [""], "nothing stands before it by which it could be found"


def test_what_comes_and_goes_is_told_and_no_entry_is_made_of_it():
    found = noise({"a@manual": [(None, "/x/7/")]}, {"a@manual": [(None, "/x/8/"), (MS, "5")]})
    lines = proposed(found, ["one", "other"])
    assert all(line.startswith("#") for line in lines)
    assert any("no entry can free it: /x/7/ -> /x/8/" in line for line in lines)
