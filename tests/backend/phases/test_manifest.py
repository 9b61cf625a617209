"""phase.toml: what it says, and what is refused."""

from __future__ import annotations

import shutil

import pytest

from harness.backend.phases import manifest
from harness.core.phase import RollbackKind, SchemaEffect
from tests.backend.phases.layers import TAIL, Place, sha


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
