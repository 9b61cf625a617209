"""scenarios/reach.toml is written as it is read, and what is wrong with it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.code import Floor
from harness.core.errors import HarnessError
from harness.store import floor

ONE = Floor(
    phase=0,
    vary="quick",
    why='a "broken" disk cannot be had',
    modules={"shop/a.py": {"branches": (5, 6), "functions": (2, 2)}, "shop/b.py": {"handlers": (0, 1)}},
)


def test_it_is_read_as_it_was_written(tmp_path: Path):
    assert floor.read(tmp_path) is None
    floor.write(tmp_path, ONE)
    assert floor.read(tmp_path) == ONE


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("5 of 6", "7 of 6", "no share"),
        ("5 of 6", "most", "no share"),
        ('"quick"', '"some"', "none of none, quick, all"),
        ("format = 1", "format = 2", "format 2"),
        ("handlers =", "handler =", "unknown key 'handler'"),
    ],
)
def test_what_is_wrong_with_it_is_said(tmp_path: Path, old: str, new: str, says: str):
    floor.write(tmp_path, ONE)
    file = tmp_path / floor.NAME
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(HarnessError, match=says):
        floor.read(tmp_path)
