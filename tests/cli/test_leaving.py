"""A file that the harness loads cannot give its exit code."""

from __future__ import annotations

import sys

import pytest

from harness.cli import main

TOML = """\
format = 1
[target]
name = "small"
root = "."
app = "small"
manage = ["true"]
migrate = ["true"]
[harness]
scenarios = "ending_cases"
[roles]
[ledger]
"""
WAYS = {
    "sys.exit": ("import sys\nsys.exit(0)", "SystemExit: 0"),
    "exit without a code": ("raise SystemExit", "SystemExit"),
    "os._exit": ("import os\nos._exit(0)", "LeftEarly: os._exit(0)"),
    "posix._exit by its name": ("from os import _exit\n_exit(0)", "LeftEarly: os._exit(0)"),
    "exec": ("import os\nos.execvp('true', ['true'])", "LeftEarly: exec of "),
}


@pytest.mark.parametrize("verb", [("golden", "list"), ("verify", "--plan"), ("check",)], ids=" ".join)
@pytest.mark.parametrize("way", WAYS)
def test_a_scenario_that_ends_the_process_is_a_broken_file(tmp_path, monkeypatch, capsys, way, verb):
    """Claim: exit code 2, and the file's name; each of these was 0 without a word."""
    text, said = WAYS[way]
    (tmp_path / "ending_cases/till").mkdir(parents=True)
    (tmp_path / "ending_cases/till/early.py").write_text(text)
    (tmp_path / "harness.toml").write_text(TOML)
    monkeypatch.chdir(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "ending_cases"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(SystemExit) as left:
        main(verb)
    assert left.value.code == 2
    err = capsys.readouterr().err
    assert f"error: scenarios/till/early.py cannot be imported: {said}" in err
    assert err.endswith(" code: scenario-import\n")


def test_a_verb_that_leaves_has_judged_nothing(monkeypatch, capsys):
    """Claim: SystemExit from anywhere is an error of the harness; one that tells a signal is that signal's."""
    for left_with, code in ((0, 3), (1, 3), (None, 3), (143, 143)):

        def leave(*_, left_with=left_with, **__):
            raise SystemExit(left_with)

        monkeypatch.setattr("harness.cli.cli.main", leave)
        with pytest.raises(SystemExit) as left:
            main(["check"])
        assert left.value.code == code
    assert "the harness itself broke: SystemExit" in capsys.readouterr().err


def test_a_verb_that_says_nothing_is_no_pass(monkeypatch, capsys):
    monkeypatch.setattr("harness.cli.cli.main", lambda *_, **__: None)
    with pytest.raises(SystemExit) as left:
        main(["check"])
    assert left.value.code == 3
    assert "a verb said no exit code" in capsys.readouterr().err
