"""What a phase changes, as a diff beside its manifest."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.backend.phases.changes import CHANGES, changes, is_current, refresh
from harness.backend.phases.tree import compose
from harness.core.errors import HarnessError
from tests.backend.phases.layers import Place, sha


class TestChanges:
    def test_added_replaced_and_removed(self, place: Place):
        place.usual()
        assert changes(place.root, place.dir, 2) == (
            "diff --git a/backend/a.py b/backend/a.py\n"
            "--- a/backend/a.py\n+++ b/backend/a.py\n@@ -1 +1 @@\n-a = 1\n+a = 2\n"
            "diff --git a/backend/b.py b/backend/b.py\ndeleted file mode 100644\n"
            "--- a/backend/b.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-b = 0\n"
        )
        assert "new file mode 100644\n--- /dev/null\n+++ b/backend/c.py\n" in changes(place.root, place.dir, 1)

    def test_a_last_line_without_an_end(self, place: Place):
        place.phase(1, {"backend/a.py": "a = 1"}, replaces={"backend/a.py": "a = 0\n"})
        assert changes(place.root, place.dir, 1).endswith("+a = 1\n\\ No newline at end of file\n")

    def test_a_stale_diff_is_not_current(self, place: Place):
        place.usual()
        assert not is_current(place.root, place.dir, 1)
        refresh(place.root, place.dir, 1)
        assert is_current(place.root, place.dir, 1)
        place.write("phases/1_step/overlay/backend/c.py", "c = 2\n")
        assert not is_current(place.root, place.dir, 1)

    def test_refresh_takes_what_stands_beneath(self, place: Place, tmp_path: Path):
        """Hashes and diff are written anew; the rest of the manifest, comments too, stays."""
        place.usual()
        file = place.dir / "1_step/phase.toml"
        file.write_text("# why so\n" + file.read_text())
        place.write("backend/a.py", "a = 'changed'\n")
        assert place.refused().code == "phase-drift"
        before = file.read_text()
        assert refresh(place.root, place.dir, 1) == ("backend/a.py",)
        assert file.read_text() == before.replace(sha("a = 0\n"), sha("a = 'changed'\n"))
        assert "-a = 'changed'" in (place.dir / "1_step" / CHANGES).read_text()
        compose(place.root, place.dir, 2, tmp_path / "out")
        assert refresh(place.root, place.dir, 1) == ()

    def test_refresh_does_not_bless_an_earlier_drift(self, place: Place):
        """Phase 2 cannot be refreshed while phase 1 does not fit."""
        place.usual()
        place.write("backend/a.py", "a = 'changed'\n")
        with pytest.raises(HarnessError) as caught:
            refresh(place.root, place.dir, 2)
        assert (caught.value.code, "1_step" in caught.value.message) == ("phase-drift", True)
