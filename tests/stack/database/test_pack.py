"""Pack: a folder comes back as it was, or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from harness.stack.database import pack


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    (folder / "base" / "1").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "base" / "1" / "large").write_bytes(os.urandom(300_000))
    (folder / "base" / "copy").write_bytes((folder / "base" / "1" / "large").read_bytes())
    (folder / "none").write_bytes(b"")
    return folder


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def test_a_tree_comes_back_as_it_was(tree, tmp_path):
    """Claim: every file and folder, the empty ones too, private to the owner; equal contents are kept once."""
    pack.write(tree, tmp_path / "cache" / "p.pack")
    pack.unpack(tmp_path / "cache" / "p.pack", tmp_path / "back")
    assert contents(tmp_path / "back") == contents(tree)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "back").rglob("*")} == {0o700, 0o600}
    assert (tmp_path / "cache" / "p.pack").stat().st_size < 310_000
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["p.pack"]


DAMAGE = {
    "empty": lambda good: b"",
    "another file": lambda good: b"\0" * 100,
    "a broken first line": lambda good: b"harness-pack 1 zz\n" + good,
    "no end of the first line": lambda good: good[:20],
    "truncated": lambda good: good[: len(good) // 2],
    "one byte short": lambda good: good[:-1],
    "one bit altered in the contents": lambda good: good[:-100] + bytes([good[-100] ^ 1]) + good[-99:],
    "one bit altered in the index": lambda good: good[:60] + bytes([good[60] ^ 1]) + good[61:],
    "something appended": lambda good: good + b"x",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_pack_writes_nothing(tree, tmp_path, damage):
    """Claim: damage of any kind is noticed before the first file is written."""
    file = tmp_path / "p.pack"
    pack.write(tree, file)
    file.write_bytes(DAMAGE[damage](file.read_bytes()))
    with pytest.raises(pack.CorruptPack):
        pack.unpack(file, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_failed_write_leaves_the_old_pack_and_no_other_file(tree, tmp_path, monkeypatch):
    """Claim: readers see the old file or the new one."""
    file = tmp_path / "cache" / "p.pack"
    pack.write(tree, file)
    good = file.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pack.Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        pack.write(tree, file)
    assert file.read_bytes() == good
    assert [path.name for path in file.parent.iterdir()] == ["p.pack"]
