"""`$name` placeholders: types are kept, nothing is left unfilled, and code gets literals."""

from __future__ import annotations

import pytest

from harness.cell.template import fill, fill_code, names, resolve
from harness.core.errors import HarnessError
from harness.core.scenario import Ref

REFS = {"site": {"kind": "site", "id": 7, "name": "Tidewater"}, "past-purchase": {"kind": "transaction", "id": 3}}


def test_a_placeholder_alone_keeps_the_type_and_inside_a_text_is_printed():
    """A list stays a list; an id in a URL becomes text."""
    known = {"ids": [1, 2], "site": 7}
    assert fill({"ids": "$ids", "url": "/sites/$site/"}, known, "x") == {"ids": [1, 2], "url": "/sites/7/"}
    assert fill(["$site", 5, None, True], known, "x") == [7, 5, None, True]


def test_an_optional_entry_is_left_out_when_nothing_is_named_so():
    """`$name?` as a whole value: with the name it is there, without it the key is gone."""
    template = {"ids": "$ids", "content_type": "$content_type?"}
    assert fill(template, {"ids": [1]}, "x") == {"ids": [1]}
    assert fill(template, {"ids": [1], "content_type": None}, "x") == {"ids": [1], "content_type": None}


def test_an_unknown_placeholder_is_an_error_with_the_place_and_the_nearest_name():
    """A request with "$id" in it must never be sent."""
    with pytest.raises(HarnessError) as caught:
        fill({"a": [{"b": "x $idz"}]}, {"ids": 1}, "operations.auto_cluster.manual")
    assert caught.value.code == "scenario-placeholder"
    assert str(caught.value) == "operations.auto_cluster.manual uses $idz, which nothing defines"
    assert caught.value.hint == "did you mean 'ids'?"


def test_code_gets_literals_that_cannot_break_out():
    """A text with quotes stays one value."""
    assert fill_code("f($a, $b)", {"a": "x') or ('", "b": [1, None]}, "x") == "f(\"x') or ('\", [1, None])"


def test_references_are_resolved_wherever_they_stand():
    """In lists and mappings, by key or by another column."""
    value = {"ids": [Ref("site"), 2], "of": {"name": Ref("site", "name")}}
    assert resolve(value, REFS) == {"ids": [7, 2], "of": {"name": "Tidewater"}}


def test_a_reference_to_nothing_is_an_error():
    """It names what was meant."""
    with pytest.raises(HarnessError) as caught:
        resolve([Ref("sit")], REFS)
    assert (caught.value.code, caught.value.hint) == ("scenario-ref", "did you mean 'site'?")


def test_rows_are_known_by_name_and_a_steps_own_arguments_come_first():
    """ "past-purchase" is $past_purchase; an argument called like a row is the argument."""
    assert names({"site": 1, "more": Ref("site")}, REFS) == {"site": 1, "past_purchase": 3, "more": 7}
