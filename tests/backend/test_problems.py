"""Everything that is wrong with a harness.toml, in one go."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.backend import problems
from harness.core.errors import HarnessError
from harness.verb.options import loaded

BROKEN = """format = 2
harness.surfces = "locked"

[target]
root = "nowhere"
markres = ["a"]
env.COUNT = 1

[providers]
"api.x" = "opnai"

[auth]
session = { url = "/x", body = {}, jsn = true }

[ledger.balance]
tabel = "account"
"""


def test_every_problem_is_told_with_its_line(tmp_path: Path):
    """Claim: what hides behind another is told too: a key that is meant as another is read as that."""
    (tmp_path / "harness.toml").write_text(BROKEN)
    config, found = problems.read(tmp_path / "harness.toml")
    assert config is not None
    told = {one.line: one.error.message.removeprefix("harness.toml: ") for one in found}
    assert told == {
        1: "format 2 is not 1",
        2: "unknown key 'surfces' in [harness]",
        5: f"target.root {tmp_path / 'nowhere'} is not a folder",
        6: "unknown key 'markres' in [target]",
        7: "[target.env] must map names to texts, and COUNT is none",
        10: "providers.'api.x' 'opnai' is not a kind of provider",
        13: "unknown key 'jsn' in [auth.session]",
        15: "[ledger.balance] lacks 'column'",
        16: "unknown key 'tabel' in [ledger.balance]",
    }


def test_a_whole_file_has_none_and_a_broken_one_says_its_line(tmp_path: Path):
    (tmp_path / "manage.py").touch()
    (tmp_path / "harness.toml").write_text('format = 1\n[target]\nroot = "."\n')
    assert problems.read(tmp_path / "harness.toml")[1] == ()
    (tmp_path / "harness.toml").write_text("format = 1\n[target\n")
    config, (one,) = problems.read(tmp_path / "harness.toml")
    assert (config, one.line, one.error.code) == (None, 2, "config-syntax")


def test_a_verb_says_the_line_and_how_many_more_there_are(tmp_path: Path):
    """Claim: the first is told as ever, with its line; the others are counted, and who tells them is named."""
    (tmp_path / "harness.toml").write_text(BROKEN)
    with pytest.raises(HarnessError) as refused:
        loaded(tmp_path / "harness.toml")
    assert refused.value.message.startswith(f"harness.toml:{1 if 'format' in refused.value.message else 2}: ")
    assert refused.value.hint.endswith("; 8 further problems of the file: harness doctor tells all at once")


def test_a_description_is_found_in_the_only_folder_that_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Claim: where init put it; of two nobody chooses, and one that stands here comes first."""
    from harness.verb.options import _nearest

    monkeypatch.chdir(tmp_path)
    usual = Path("harness.toml")
    assert _nearest(None, None, usual) == usual
    (tmp_path / "charges").mkdir()
    (tmp_path / "charges" / "harness.toml").touch()
    assert _nearest(None, None, usual) == Path("charges/harness.toml")
    assert _nearest(None, None, Path("other.toml")) == Path("other.toml")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "harness.toml").touch()
    assert _nearest(None, None, usual) == usual
    (tmp_path / "harness.toml").touch()
    assert _nearest(None, None, usual) == usual
