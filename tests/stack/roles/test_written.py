"""Which files a target has."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.stack.roles import files
from harness.stack.roles.written import written


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    run, root = tmp_path / "run", tmp_path / "code"
    files.make(run)
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "models.py").write_text("x = 1")
    return run, root


def test_media_home_and_temporary_files_are_told_by_content(places: tuple[Path, Path]) -> None:
    """Claim: a file that comes, changes or goes is told; chance and the date in its name are not."""
    run, root = places
    before = written(run, root)
    assert before == {"{root}/shop/models.py": {}}
    folder = run / "media" / "2026" / "11" / "30"
    folder.mkdir(parents=True)
    (folder / "a.png").write_bytes(b"one")
    (run / "tmp" / "tmpab12cd34").write_text("x")
    now = written(run, root)
    assert set(now) - set(before) == {"media/<date>/a.png", "tmp/tmp*"}
    assert now["media/<date>/a.png"]["size"] == 3
    (folder / "a.png").write_bytes(b"other")
    assert written(run, root)["media/<date>/a.png"] != now["media/<date>/a.png"]
    (folder / "a.png").unlink()
    assert "media/<date>/a.png" not in written(run, root)


def test_what_comes_into_the_code_is_told(places: tuple[Path, Path]) -> None:
    """Claim: a target that writes beside its code shows; what tools keep there does not."""
    run, root = places
    written(run, root)
    (root / "shop" / "report.csv").write_text("a")
    (root / "shop" / "__pycache__").mkdir()
    (root / "shop" / "__pycache__" / "models.pyc").write_text("a")
    assert set(written(run, root)) == {"{root}/shop/models.py", "{root}/shop/report.csv"}
