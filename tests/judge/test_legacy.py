"""The legacy scan: it finds what is there, in each way that it can be there, and takes nothing unseen for gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.backend import legacy
from harness.core.errors import HarnessError
from harness.core.verdict import Status
from harness.judge.legacy import Rule, check, scan


def rule(kind: str, name: str, file: str = "m.py", until: int = 6, from_: int = 7) -> Rule:
    return Rule(id="r", kind=kind, file=file, name=name, present_until=until, absent_from=from_, why="because")


def problems(text: str, one: Rule, phase: int) -> tuple[str, ...]:
    found = scan({one.file: text}, None, [one], phase)
    assert found.unchecked == ()
    return found.problems


@pytest.mark.parametrize(
    ("kind", "name", "text", "line"),
    [
        ("python-name", "MODEL_RATES", "\nMODEL_RATES = {}\n", 2),
        ("python-name", "MODEL_RATES", "MODEL_RATES: dict = {}\n", 1),
        ("python-name", "MODEL_RATES", "A, MODEL_RATES = 1, 2\n", 1),
        ("python-name", "MODEL_RATES", "try:\n    x\nexcept E:\n    MODEL_RATES = {}\n", 4),
        ("python-name", "MODEL_RATES", "if x:\n    pass\nelse:\n    MODEL_RATES = {}\n", 4),
        ("python-name", "f", "def f(): pass\n", 1),
        ("python-import", "MODEL_RATES", "from a.constants import X, MODEL_RATES as R\n", 1),
        ("python-import", "MODEL_RATES", "def f():\n    from a import MODEL_RATES\n", 2),
        ("python-import", "MODEL_RATES", "from a import constants\nx = constants.MODEL_RATES['y']\n", 2),
        ("python-import", "MODEL_RATES", "from a import c\ngetattr(c, 'MODEL_RATES')\n", 2),
        ("class-attribute", "S.key", "class S:\n    key = CharField()\n", 2),
        ("class-attribute", "S.key", "class S:\n    key: str\n", 2),
        ("class-attribute", "S.key", "def f():\n    class S:\n        def key(self): pass\n", 3),
        ("python-string", r"gpt-.*", "\nx = {'m': 'gpt-5.1'}\n", 2),
    ],
)
def test_python_is_found(kind: str, name: str, text: str, line: int):
    """At 7 it is a problem with file and line; at 6 it is as it must be."""
    one = rule(kind, name)
    (message,) = problems(text, one, 7)
    assert message.startswith(f"must be absent at 7: {name} ")
    assert f"at m.py:{line}" in message
    assert problems(text, one, 6) == ()


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("python-name", "MODEL_RATES", "# MODEL_RATES = {}\n"),
        ("python-name", "MODEL_RATES", "'''MODEL_RATES = {}'''\n"),
        ("python-name", "MODEL_RATES", "IMAGE_MODEL_RATES = {}\n"),
        ("python-name", "MODEL_RATES", "def f():\n    MODEL_RATES = {}\n"),
        ("python-name", "MODEL_RATES", "x = MODEL_RATES\n"),
        ("python-import", "MODEL_RATES", "from a import IMAGE_MODEL_RATES\n"),
        ("python-import", "MODEL_RATES", "'from a import MODEL_RATES'\n"),
        ("class-attribute", "S.key", "class T:\n    key = 1\n"),
        ("class-attribute", "S.key", "class S:\n    def f(self):\n        key = 1\n"),
        ("python-string", r"gpt-.*", '"""gpt-5.1 is no name here."""\n'),
        ("python-string", r"gpt-.*", "x = 'not gpt-5.1'\n"),
    ],
)
def test_python_is_not_mistaken(kind: str, name: str, text: str):
    """Comments, docstrings, longer names and other scopes are something else: nothing at 7, missing at 3."""
    one = rule(kind, name)
    assert problems(text, one, 7) == ()
    assert problems(text, one, 3) == (f"must still be present at 3: {name} in m.py [r]",)


def test_between_the_two_phases_both_are_fine():
    one = rule("python-name", "X", until=3, from_=6)
    assert problems("X = 1\n", one, 4) == problems("", one, 5) == ()


def test_text_in_a_comment_is_a_remnant_but_not_the_thing():
    """Gone means gone from comments too; being there means being there in code."""
    one = rule("text", r"\bQUALITY\b", "p.tsx")
    for text in ("// QUALITY\n", "/* a\n QUALITY */\n"):
        assert problems(text, one, 3)
        assert problems(text, one, 7)
    assert problems("const u = 'http://x';\nconst QUALITY = 1; // y\n", one, 3) == ()
    assert "at p.tsx:2" in problems("\nconst QUALITY = 1;\n", one, 7)[0]


def test_patterns_reach_every_folder():
    one = rule("python-import", "X", "app/*.py")
    files = {"app/a.py": "", "app/deep/er/b.py": "from c import X\n", "other/c.py": "from c import X\n"}
    (message,) = scan(files, None, [one], 7).problems
    assert "app/deep/er/b.py:1" in message
    assert "other" not in message


class TestWhatCannotBeSeen:
    """It is never taken for gone, nor for there."""

    def unchecked(self, files: dict[str, str], columns: object, one: Rule, phase: int = 7) -> str:
        found = scan(files, columns, [one], phase)
        assert (found.problems, found.held) == ((), ())
        assert check(files, columns, [one], phase).status is Status.UNKNOWN
        return found.unchecked[0]

    def test_no_file(self):
        assert "there is no file m.py" in self.unchecked({}, None, rule("python-name", "X"))
        assert "there is no file m.py" in self.unchecked({}, None, rule("python-name", "X"), phase=3)

    def test_broken_python(self):
        assert "m.py is not valid Python" in self.unchecked({"m.py": "def"}, None, rule("python-name", "X"))

    def test_star_import(self):
        text = "from a import *\n"
        assert "m.py:1 imports *" in self.unchecked({"m.py": text}, None, rule("python-import", "X"))

    def test_star_import_does_not_hide_a_hit(self):
        found = scan({"m.py": "from a import *\nfrom b import X\n"}, None, [rule("python-import", "X")], 7)
        assert len(found.problems) == 1

    def test_no_schema(self):
        one = rule("db-column", "t.c", "")
        assert "no schema was read" in self.unchecked({}, None, one)
        assert "there is no table t" in self.unchecked({}, {"u": ["c"]}, one)

    def test_no_rules(self):
        assert check({}, None, [], 7).status is Status.UNKNOWN


def test_columns():
    one = rule("db-column", "t.key", "")
    assert scan({}, {"t": ["id", "key"]}, [one], 7).problems == (
        "must be absent at 7: t.key in the schema of t [r]: because",
    )
    assert scan({}, {"t": ["id"]}, [one], 7).held == ("r",)
    assert scan({}, {"t": ["id"]}, [one], 6).problems == ("must still be present at 6: t.key in the schema [r]",)


def test_check_says_how_many_hold():
    result = check({"m.py": ""}, None, [rule("python-name", "X")], 7)
    assert (result.status, result.evidence) == (Status.PASS, ("1 legacy rules hold at phase 7",))
    assert check({"m.py": "X = 1"}, None, [rule("python-name", "X")], 7).status is Status.FAIL


class TestFile:
    GOOD = (
        'format = 1\n[[rule]]\nid = "a"\nkind = "text"\nfile = "f"\nname = "x"\n'
        'present_until = 6\nabsent_from = 7\nwhy = "w"\n'
    )

    def refused(self, path: Path, old: str, new: str) -> HarnessError:
        path.write_text(self.GOOD.replace(old, new))
        with pytest.raises(HarnessError) as caught:
            legacy.read(path)
        return caught.value

    @pytest.mark.parametrize(
        ("old", "new", "code", "word"),
        [
            ('why = "w"', 'why = "w"\nwyh = "w"', "legacy-unknown-key", "did you mean 'why'?"),
            ('"text"', '"txet"', "legacy-value", "did you mean 'text'?"),
            ('name = "x"', 'name = "("', "legacy-value", "docs/formats.md"),
            ('file = "f"\n', "", "legacy-value", "looks at a file"),
            ('"text"', '"db-column"', "legacy-value", "looks at a file"),
            ('"text"', '"class-attribute"', "legacy-value", "Class.attribute"),
            ("present_until = 6", "present_until = 7", "legacy-value", "present_until < absent_from"),
            ("format = 1", "format = 2", "legacy-value", "format = 1 only"),
        ],
    )
    def test_refused(self, tmp_path: Path, old: str, new: str, code: str, word: str):
        error = self.refused(tmp_path / "legacy.toml", old, new)
        assert error.code == code
        assert word in error.hint

    def test_ids_are_unique(self, tmp_path: Path):
        path = tmp_path / "legacy.toml"
        path.write_text(self.GOOD + self.GOOD.removeprefix("format = 1\n"))
        with pytest.raises(HarnessError, match="the id a is there twice"):
            legacy.read(path)

    def test_only_the_sources_that_rules_name_are_read(self, tmp_path: Path):
        (tmp_path / "m.py").write_text("X = 1\n")
        files = {"m.py": tmp_path / "m.py", "blob.bin": tmp_path / "absent"}
        assert legacy.sources(files, [rule("python-name", "X")]) == {"m.py": "X = 1\n"}
