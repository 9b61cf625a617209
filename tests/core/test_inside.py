"""Values inside values."""

from __future__ import annotations

from harness.core.scenario import Ref, inside


def test_each_value_of_a_kind_is_found_at_any_depth_and_no_name_is():
    value = {"url": "/a/$b", "body": {"ids": [Ref("one"), (Ref("two"), "text")], "text": 3}}
    assert list(inside(value, str)) == ["/a/$b", "text"]
    assert [ref.name for ref in inside(value, Ref)] == ["one", "two"]
    assert list(inside("alone", str)) == ["alone"]
    assert list(inside(None, str)) == []
