"""The tree that phases make of a base."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.backend.phases.tree import compose, files_below, layered
from harness.core.errors import HarnessError
from tests.backend.phases.layers import Place


class TestComposition:
    def test_each_phase_lies_over_the_one_before(self, place: Place, tmp_path: Path):
        place.usual()
        made = compose(place.root, place.dir, 2, tmp_path / "out")
        assert {p: f.read_text() for p, f in files_below(tmp_path / "out")} == {
            "backend/a.py": "a = 2\n",
            "backend/c.py": "c = 1\n",
        }
        assert made.origins == {"backend/a.py": 2, "backend/c.py": 1}
        assert made.out == tmp_path / "out"

    def test_phase_0_is_the_base(self, place: Place):
        tree = layered(place.root, place.dir, 0)
        assert tree.origins == {"backend/a.py": 0, "backend/b.py": 0}

    def test_caches_and_hidden_folders_are_no_source_and_hidden_files_are(self, place: Place):
        """Claim: a target reads its .env at every phase."""
        for path in ("backend/__pycache__/a.pyc", "backend/.env", ".git/x", "frontend/node_modules/x.js"):
            place.write(path, "x")
        assert list(layered(place.root, place.dir, 0).files) == ["backend/.env", "backend/a.py", "backend/b.py"]

    def test_what_is_done_in_the_tree_stays_there(self, place: Place, tmp_path: Path):
        """The tree is a copy: writing in place does not reach the sources."""
        compose(place.root, place.dir, 0, tmp_path / "out")
        with (tmp_path / "out/backend/a.py").open("a") as file:
            file.write("spoilt")
        assert (place.root / "backend/a.py").read_text() == "a = 0\n"

    def test_settings_add_up(self, place: Place):
        place.phase(1, head='[settings]\nA = "1"\nB = "1"\n')
        place.phase(2, head='[settings]\nB = "2"\n')
        assert layered(place.root, place.dir, 2).settings == {"A": "1", "B": "2"}

    def test_a_folder_that_holds_something_is_not_written_to(self, place: Place, tmp_path: Path):
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "mine").write_text("mine")
        with pytest.raises(HarnessError) as caught:
            compose(place.root, place.dir, 0, tmp_path / "full")
        assert caught.value.code == "phase-out-exists"
        assert [p.name for p in (tmp_path / "full").iterdir()] == ["mine"]
