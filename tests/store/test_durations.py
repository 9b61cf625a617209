"""The file that plans are split by."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.backend import description
from harness.core.errors import HarnessError
from harness.core.history import CellHistory
from harness.store import durations
from harness.store.durations import Durations

ROOT = Path(__file__).resolve().parents[2]


def cell(name: str, settled: bool = True, **seconds: float) -> CellHistory:
    scenario, _, path = name.partition("@")
    return CellHistory(cell=name, scenario=scenario, path=path, accounts={}, settled=settled, seconds=seconds)


def test_durations_are_written_and_read_back(tmp_path):
    """Claim: whole milliseconds, sorted; a cell that hung says nothing of how long it takes, so it is left out."""
    taken = durations.of_cells(
        [
            cell("w/b@manual", drive=0.2, reset=0.0504),
            cell("w/a@direct", drive=0.00001),
            cell("w/c@manual", False, drive=9),
        ]
    )
    assert taken.milliseconds == {"w/b@manual": 250, "w/a@direct": 1}
    path = tmp_path / "durations.toml"
    durations.write(path, taken)
    assert durations.read(path) == taken
    assert path.read_text().splitlines()[1:] == [
        "format = 1",
        "",
        "[milliseconds]",
        '"w/a@direct" = 1',
        '"w/b@manual" = 250',
    ]


def test_the_hash_is_that_of_the_numbers():
    """Claim: order does not matter to it, a millisecond does."""
    one = Durations(milliseconds={"a": 1, "b": 2})
    assert one.sha256 == Durations(milliseconds={"b": 2, "a": 1}).sha256
    assert one.sha256 != Durations(milliseconds={"a": 1, "b": 3}).sha256


def test_the_committed_file_is_read():
    """Claim: it is of cells that exist at least for the most part; which ones decides only how even the split is."""
    config = description.load(ROOT / "harness.toml")
    assert len(durations.read(config.scenarios / durations.NAME).milliseconds) > 100


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("format = 2\n[milliseconds]", "durations-value", "format 2 is not 1"),
        ("format = 1\n[seconds]", "durations-unknown-key", "unknown key 'seconds'"),
        ("format = 1\nmilliseconds = 3", "durations-value", "milliseconds must be a table"),
        ('format = 1\n[milliseconds]\n"a@manual" = 0.5', "durations-value", "must be a whole number, not 0.5"),
        ("format = 1\n[milli", "durations-syntax", "is not valid TOML"),
    ],
)
def test_a_file_that_would_split_otherwise_than_meant_is_refused(tmp_path, text, code, message):
    """Claim: nothing in it is skipped silently."""
    (tmp_path / "durations.toml").write_text(text)
    with pytest.raises(HarnessError, match=message) as caught:
        durations.read(tmp_path / "durations.toml")
    assert caught.value.code == code


def test_a_named_file_must_be_there(tmp_path):
    """Claim: --durations with a misspelt name does not fall back to an even split."""
    with pytest.raises(HarnessError) as caught:
        durations.read(tmp_path / "none.toml")
    assert caught.value.code == "durations-missing"
