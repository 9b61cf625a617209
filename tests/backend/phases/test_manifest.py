"""phase.toml, and the tree that phases make of a base."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from harness.backend.phases import manifest
from harness.backend.phases.changes import CHANGES, changes, is_current, refresh
from harness.backend.phases.tree import compose, files_below, layered
from harness.core.errors import HarnessError
from harness.core.phase import RollbackKind, SchemaEffect

TAIL = """
[verification]
steps = ["look"]
[rollback]
kind = "code"
steps = ["revert"]
"""


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Place:
    """A base with two files, and phases laid over it."""

    def __init__(self, root: Path) -> None:
        self.root, self.dir = root, root / "phases"
        self.write("backend/a.py", "a = 0\n")
        self.write("backend/b.py", "b = 0\n")
        self.dir.mkdir()

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def phase(self, number: int, files=(), adds=(), replaces=(), removes=(), head: str = "", tail: str = TAIL) -> Path:
        """`files` maps overlay paths to texts; `replaces` and `removes` map paths to the text they replace."""

        def entries(which):
            return "".join(f'    {{ path = "{p}", sha256_before = "{sha(t)}" }},\n' for p, t in dict(which).items())

        folder = self.dir / f"{number}_step"
        text = (
            f'format = 1\nnumber = {number}\ntitle = "t"\nwhy = "w"\nadds = {list(adds)!r}\n'
            f"replaces = [\n{entries(replaces)}]\nremoves = [\n{entries(removes)}]\n{head}{tail}"
        )
        self.write(f"phases/{folder.name}/phase.toml", text.replace("'", '"'))
        for path, text in dict(files).items():
            self.write(f"phases/{folder.name}/overlay/{path}", text)
        return folder

    def usual(self) -> None:
        """Phase 1 replaces a and adds c; phase 2 replaces a again and removes b."""
        self.phase(
            1, {"backend/a.py": "a = 1\n", "backend/c.py": "c = 1\n"}, ["backend/c.py"], {"backend/a.py": "a = 0\n"}
        )
        self.phase(2, {"backend/a.py": "a = 2\n"}, [], {"backend/a.py": "a = 1\n"}, {"backend/b.py": "b = 0\n"})

    def refused(self, number: int = 1) -> HarnessError:
        with pytest.raises(HarnessError) as caught:
            compose(self.root, self.dir, number, self.root.parent / "out")
        assert not (self.root.parent / "out").exists(), "nothing is written when a tree is refused"
        return caught.value


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "reference")


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


class TestRefusal:
    def test_drift_names_phase_file_hashes_and_origin(self, place: Place):
        place.usual()
        place.write("backend/a.py", "a = 'changed'\n")
        error = place.refused()
        assert error.code == "phase-drift"
        for word in ("1_step", "backend/a.py", sha("a = 0\n")[:12], sha("a = 'changed'\n")[:12], "the base"):
            assert word in error.message

    def test_drift_beneath_a_later_phase_names_the_earlier_one(self, place: Place):
        place.usual()
        place.write("phases/1_step/overlay/backend/a.py", "a = 'changed'\n")
        error = place.refused(2)
        assert error.code == "phase-drift"
        assert "phase 2_step replaces backend/a.py" in error.message
        assert "phase 1_step has" in error.message

    def test_drift_of_a_removed_file(self, place: Place):
        place.phase(1, removes={"backend/b.py": "b = 1\n"})
        assert "1_step removes backend/b.py" in place.refused().message

    def test_adding_what_is_there(self, place: Place):
        place.phase(1, {"backend/a.py": "a = 1\n"}, ["backend/a.py"])
        error = place.refused()
        assert (error.code, "backend/a.py, which the base has already" in error.message) == (
            "phase-adds-existing",
            True,
        )

    @pytest.mark.parametrize("how", ["replaces", "removes"])
    def test_changing_what_is_not_there(self, place: Place, how: str):
        files = {"backend/z.py": "z\n"} if how == "replaces" else {}
        place.phase(1, files, **{how: {"backend/z.py": "z\n"}})
        assert place.refused().code == "phase-replaces-missing"

    def test_an_overlay_file_that_is_not_declared(self, place: Place):
        place.phase(1, {"backend/c.py": "c\n"})
        error = place.refused()
        assert (error.code, "overlay file backend/c.py" in error.message) == ("phase-undeclared", True)

    def test_a_declared_file_that_is_absent(self, place: Place):
        place.phase(1, {}, ["backend/c.py"])
        error = place.refused()
        assert (error.code, "names backend/c.py" in error.message) == ("phase-undeclared", True)

    def test_unknown_key(self, place: Place):
        place.phase(1, head='add = ["x"]\n')
        error = place.refused()
        assert (error.code, error.hint) == ("phase-unknown-key", "did you mean 'adds'?")

    def test_unknown_key_in_an_expectation(self, place: Place):
        place.phase(1, head='[[expect.log]]\ntext = "x"\nlevel = "INFO"\napears = "may"\nwhen = "x"\n')
        error = place.refused()
        assert (error.code, error.hint) == ("phase-unknown-key", "did you mean 'appears'?")

    @pytest.mark.parametrize(
        ("head", "word"),
        [
            ('[[expect.log]]\ntext = "x"\nlevel = "INFO"\nappears = "maybe"\nwhen = "x"\n', "did you mean 'may'?"),
            ('[[expect.schema]]\nchange = "column_add"\ntable = "t"\ncolumns = { a = "b" }\n', "column_added"),
            ('[[expect.schema]]\nchange = "column_added"\ntable = "t"\ncolumns = {}\n', "name each column"),
            ('[[expect.golden]]\noperations = ["x"]\nparts = ["ledgr"]\nhow = "h"\nwhy = "w"\n', "ledger"),
        ],
    )
    def test_values(self, place: Place, head: str, word: str):
        place.phase(1, head=head)
        error = place.refused()
        assert error.code == "phase-value"
        assert word in error.hint

    @pytest.mark.parametrize("path", ["/etc/passwd", "../x.py", "backend/../x.py", "./a.py", "", "backend//a.py"])
    def test_paths_stay_below_the_root(self, place: Place, path: str):
        place.phase(1, adds=[path])
        assert place.refused().code == "phase-value"

    def test_a_file_is_named_once(self, place: Place):
        place.phase(1, {"backend/a.py": "x"}, ["backend/a.py"], {"backend/a.py": "a = 0\n"})
        assert "backend/a.py is named twice" in place.refused().message

    def test_migrating_back_says_where_to(self, place: Place):
        place.phase(1, tail=TAIL.replace('kind = "code"', 'kind = "migrate"'))
        assert "rollback.to" in place.refused().message

    def test_a_folder_of_another_number(self, place: Place):
        place.phase(1).rename(place.dir / "2_step")
        assert place.refused(2).code == "phase-missing"
        place.phase(1)
        assert "number is 1" in place.refused(2).message

    def test_two_folders_of_one_number(self, place: Place):
        shutil.copytree(place.phase(1), place.dir / "1_other")
        assert "1_other and 1_step" in place.refused().message

    def test_no_such_phase(self, place: Place):
        assert place.refused(8).code == "phase-number"
        assert place.refused(1).code == "phase-missing"

    def test_broken_toml(self, place: Place):
        place.write("phases/1_step/phase.toml", "format = = 1")
        assert place.refused().code == "phase-syntax"


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


def test_a_manifest_as_values(place: Place):
    """Every section becomes what harness.core.phase says."""
    folder = place.phase(
        1,
        head="""notes = ["n"]
[settings]
FLAG = "1"
[[expect.schema]]
change = "table_added"
table = "t"
columns = { id = "bigint not null" }
unique = ["id"]
[[expect.data]]
table = "t"
columns = ["id"]
rows = "all"
why = "w"
[[expect.api]]
change = "added"
method = "GET"
path = "/x/"
why = "w"
[[expect.golden]]
operations = ["image_generation"]
models = ["dall-e-3"]
parts = ["ledger"]
how = "h"
why = "w"
credits_each = { "dall-e-3" = 5 }
[[expect.log]]
text = "[MIGRATION]"
level = "WARNING"
appears = "must"
when = "always"
""",
        tail=TAIL.replace('kind = "code"', 'kind = "migrate"\nto = { billing = "0002" }'),
    )
    phase = manifest.read(folder)
    assert (phase.name, phase.number, phase.settings, phase.notes) == ("1_step", 1, {"FLAG": "1"}, ("n",))
    assert phase.expect.schema[0].change is SchemaEffect.TABLE_ADDED
    assert phase.expect.schema[0].unique == ("id",)
    assert phase.expect.data[0].columns == ("id",)
    assert phase.expect.api[0].path == "/x/"
    assert phase.expect.golden[0].credits_each == {"dall-e-3": 5}
    assert phase.expect.log[0].appears == "must"
    assert (phase.rollback.kind, phase.rollback.to) == (RollbackKind.MIGRATE, {"billing": "0002"})
    assert phase.verification == ("look",)
