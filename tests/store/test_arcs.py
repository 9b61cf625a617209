"""What processes noted becomes a data file of coverage.py's, a context a cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.errors import HarnessError, StackError
from harness.store import arcs

NOTED = "0\tshop.py\t-1\t2\n1\tshop.py\t-1\t2\n1\tshop.py\t2\t4\n2\tshop.py\t2\t3\n2\tpage.html\t1\t2\n2\tshop.py\t3"


def noted(tmp_path: Path) -> arcs.Arcs:
    (tmp_path / "arcs").write_text(NOTED)
    return arcs.noted(tmp_path / "arcs", ["", "a@manual", "b@manual~distinct"])


def test_cells_are_told_by_line(tmp_path: Path):
    """Claim: each line knows its cells; one that none ran has none; what is no Python, and a torn last line, is not there."""
    kept = arcs.keep(tmp_path, tmp_path, noted(tmp_path), ["shop.py", "other.py"])
    ran = arcs.Ran(tmp_path)
    assert kept == tmp_path / arcs.NAME
    assert [ran.cells_at("shop.py", line) for line in (2, 3, 4, 5)] == [
        ("", "a@manual", "b@manual~distinct"), ("b@manual~distinct",), ("a@manual",), (),
    ]  # fmt: skip
    assert [Path(file).name for file in ran.files] == ["other.py", "shop.py"]
    assert ran.cells_at("other.py", 1) == ran.cells_at("nowhere.py", 1) == ()


def test_a_run_in_which_nothing_ran_is_refused(tmp_path: Path):
    with pytest.raises(StackError, match="no code of the target was seen to run") as refused:
        arcs.keep(tmp_path, tmp_path, {}, ["shop.py"])
    assert refused.value.code == "trace-empty"


def test_a_run_without_the_file_says_so(tmp_path: Path):
    with pytest.raises(HarnessError, match="says nothing of the code that ran") as refused:
        arcs.Ran(tmp_path)
    assert (refused.value.code, refused.value.hint) == ("trace-missing", "drive it so: harness verify --reach")
