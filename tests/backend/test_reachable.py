"""[reach] is refused where it excuses by a line's number, or says not why."""

from __future__ import annotations

import pytest

from harness.backend import reachable
from harness.core.code import Excuse, Reachable
from harness.core.errors import HarnessError

WHY = "only a broken disk gets there"


def fail(what: str, hint: str, code: str = "config-value") -> HarnessError:
    return HarnessError(what, hint=hint, code=code)


def test_it_is_read():
    found = reachable.read(
        {
            "left_out": {"shop/legacy/*": WHY},
            "excused": [
                {"at": "shop/a.py:Order.pay", "text": "if x:", "why": WHY},
                {"at": ["*.py:*.__str__", "b.py:x"], "why": WHY},
            ],
        },
        fail,
    )
    assert found == Reachable(
        left_out={"shop/legacy/*": WHY},
        excused=(
            Excuse(at="shop/a.py:Order.pay", text="if x:", why=WHY),
            Excuse(at="*.py:*.__str__", text="", why=WHY),
            Excuse(at="b.py:x", text="", why=WHY),
        ),
    )
    assert reachable.read({}, fail) == Reachable()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"excuses": []}, "unknown key 'excuses'"),
        ({"left_out": {"shop/*": ""}}, "says not why"),
        ({"left_out": ["shop/*"]}, "must map patterns"),
        ({"excused": {"at": "shop/a.py:x"}}, "must be a list"),
        ({"excused": [{"at": "shop/a.py:x"}]}, "an excuse|excused holds"),
        ({"excused": [{"at": "shop/a.py:x", "why": "no"}]}, "says not why"),
        ({"excused": [{"at": "shop/a.py:x", "why": WHY, "line": 3}]}, "excused holds"),
        ({"excused": [{"at": "shop/a.py:12", "why": WHY}]}, "is no function"),
        ({"excused": [{"at": "shop/a.py", "why": WHY}]}, "is no function"),
        ({"excused": [{"at": [], "why": WHY}]}, "excused holds"),
        ({"excused": [{"at": ["shop/a.py:x", 3], "why": WHY}]}, "excused holds"),
        ({"excused": [{"at": "shop/a.py:x", "why": 3}]}, "excused holds"),
        ([], "must be a table"),
    ],
)
def test_what_is_wrong_with_it_is_said(table: object, says: str):
    with pytest.raises(HarnessError, match=says):
        reachable.read(table, fail)
