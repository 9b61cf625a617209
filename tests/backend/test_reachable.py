"""[reach] is refused where it excuses by a line's number, or says not why."""

from __future__ import annotations

import pytest

from harness.backend import reachable
from harness.core.code import Excuse, Reachable
from harness.core.errors import HarnessError

WHY = "only a broken disk gets there"


def test_it_is_read():
    found = reachable.read(
        "harness.toml",
        {
            "left_out": {"shop/legacy/*": WHY},
            "excused": [
                {"at": "shop/a.py:Order.pay", "text": "if x:", "why": WHY},
                {"at": ["*.py:*.__str__", "b.py:x"], "why": WHY},
            ],
        },
    )
    assert found == Reachable(
        left_out={"shop/legacy/*": WHY},
        excused=(
            Excuse(at="shop/a.py:Order.pay", text="if x:", why=WHY),
            Excuse(at="*.py:*.__str__", text="", why=WHY),
            Excuse(at="b.py:x", text="", why=WHY),
        ),
    )
    assert reachable.read("harness.toml", {}) == Reachable()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"excuses": []}, "unknown key 'excuses'"),
        ({"left_out": {"shop/*": ""}}, "says not why"),
        ({"left_out": ["shop/*"]}, "must map patterns"),
        ({"excused": {"at": "shop/a.py:x"}}, "must be a list"),
        ({"excused": [{"at": "shop/a.py:x"}]}, "lacks 'why'"),
        ({"excused": [{"at": "shop/a.py:x", "why": "no"}]}, "says not why"),
        ({"excused": [{"at": "shop/a.py:x", "why": WHY, "line": 3}]}, "unknown key 'line'"),
        ({"excused": [{"at": "shop/a.py:12", "why": WHY}]}, "is no function"),
        ({"excused": [{"at": "shop/a.py", "why": WHY}]}, "is no function"),
        ({"excused": [{"at": [], "why": WHY}]}, "at is empty"),
        ({"excused": [{"at": ["shop/a.py:x", 3], "why": WHY}]}, "at must be text, not 3"),
        ({"excused": [{"at": "shop/a.py:x", "why": 3}]}, "why must be text, not 3"),
        ([], "must be a table"),
    ],
)
def test_what_is_wrong_with_it_is_said(table: object, says: str):
    with pytest.raises(HarnessError, match=says):
        reachable.read("harness.toml", table)
