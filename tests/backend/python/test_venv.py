"""Requirements files become a venv of the target's own: once, whole or not at all, told by content."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.backend.python import interpreter, venv
from harness.core.errors import HarnessError
from tests.backend.python.conftest import wheel

REQUIREMENTS = 'python = "shop/requirements.txt"'


@pytest.mark.slow
def test_what_is_required_is_installed_for_the_target_alone(described, project, capfd):
    """Claim: the versions that the files pin, in an interpreter apart from the harness's, told in one line, once."""
    one = interpreter.of(described(REQUIREMENTS))
    assert one.packages["tiny"] == "1.0"
    assert one.said_by == "shop/requirements.txt"
    assert not one.shared
    assert "tiny" not in interpreter.own().packages
    assert Path(one.executable).is_relative_to(project / ".harness" / "venvs")
    assert capfd.readouterr().err.startswith("installing requirements.txt into a venv of the target's own, once: ")
    # and what is there needs neither pip nor the wheels again
    for file in (project / "wheels").iterdir():
        file.unlink()
    assert interpreter.executable(described(REQUIREMENTS)) == one.executable
    assert capfd.readouterr().err == ""


def test_a_half_made_venv_is_made_anew(described, project, monkeypatch):
    """Claim: a builder that was killed leaves nothing that passes for whole."""
    made = []

    def run(words, cwd, problem):
        made.append(words[2])
        if words[2] == "venv":
            (Path(words[3]) / "bin").mkdir(parents=True)
            (Path(words[3]) / "bin" / "python").symlink_to(sys.executable)

    monkeypatch.setattr(venv, "_run", run)
    config = described(REQUIREMENTS)
    folder = Path(interpreter.executable(config)).parents[1]
    (folder / venv.NOTE).unlink()
    (folder / "torn").touch()
    assert interpreter.executable(config) == str(folder / "bin" / "python")
    assert made == ["venv", "pip"] * 2
    assert not (folder / "torn").exists()


@pytest.fixture
def unmade(monkeypatch):
    """Venvs are only named."""

    def named(config, base, folder, started_in):
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").symlink_to(sys.executable)
        (folder / venv.NOTE).touch()

    monkeypatch.setattr(venv, "_make", named)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda root: (root / "shop" / "pins.txt").write_text("tiny==2.0\n"), False),
        (lambda root: (root / "shop" / "requirements.txt").open("a").write("-r more.txt\n"), False),
        (lambda root: (root / "shop" / "manage.py").write_text("print()"), True),
        (lambda root: (root / "shop" / "harness-notes.txt").touch(), True),
    ],
    ids=["a constraint", "a file included", "the target's code", "a file that nobody includes"],
)
def test_another_venv_is_made_where_what_is_installed_changes(described, project, unmade, change, same):
    (project / "shop" / "more.txt").write_text("-r requirements.txt\ntiny\n")  # and it turns in no circle
    before = interpreter.executable(described(REQUIREMENTS))
    change(project)
    assert (interpreter.executable(described(REQUIREMENTS)) == before) is same


def test_several_files_and_a_project_of_the_checkout_count(described, project, unmade):
    (project / "lib").mkdir()
    (project / "lib" / "pyproject.toml").write_text("[project]\nname = 'lib'\n")
    (project / "dev.txt").write_text("-e ./lib\n")
    both = 'python = ["dev.txt", "shop/requirements.txt"]'
    before = interpreter.executable(described(both))
    assert before != interpreter.executable(described(REQUIREMENTS))
    (project / "lib" / "pyproject.toml").write_text("[project]\nname = 'lib'\nversion = '2'\n")
    assert interpreter.executable(described(both)) != before


@pytest.mark.slow
def test_what_cannot_be_installed_is_told_in_pips_words(described, project):
    """Claim: one line, a code, and nothing left that would be taken for a venv."""
    (project / "shop" / "pins.txt").write_text("tiny==3.0\n")
    with pytest.raises(HarnessError) as caught:
        interpreter.executable(described(REQUIREMENTS))
    assert caught.value.code == "target-install"
    assert caught.value.message == "requirements.txt cannot be installed (exit code 1)"
    assert "Cannot install tiny" in caught.value.hint
    assert [path.name for path in (project / ".harness" / "venvs").iterdir() if path.is_dir()] == []


def test_a_file_that_is_included_and_absent_is_named(described, project):
    (project / "shop" / "pins.txt").unlink()
    with pytest.raises(HarnessError) as caught:
        interpreter.executable(described(REQUIREMENTS))
    assert caught.value.code == "target-requirements"
    assert caught.value.message.startswith(f"requirements.txt names the requirements {project / 'shop' / 'pins.txt'}")


def test_what_is_installed_later_is_seen(described, project):
    """Claim: a venv that somebody else keeps is asked again once something was installed there."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project / "own"], check=True)
    config = described('python = "own"')
    assert interpreter.of(config).packages == {}
    (site,) = (project / "own").glob("lib/python*/site-packages")
    wheel(project, "tiny", "1.0")
    subprocess.run(["unzip", "-q", project / "tiny-1.0-py3-none-any.whl", "-d", site], check=True)
    assert interpreter.of(config).packages == {"tiny": "1.0"}


def test_another_python_is_found_on_the_path(described, project, unmade, monkeypatch):
    """Claim: a shim that stands for nothing is passed over; the version is in the venv's name."""
    broken, whole = project / "shims", project / "bin"
    for folder, text in ((broken, "#!/bin/sh\necho 'command not found' >&2\nexit 127\n"), (whole, None)):
        folder.mkdir()
        if text is None:
            (folder / "python3.99").symlink_to(sys.executable)
        else:
            (folder / "python3.99").write_text(text)
            (folder / "python3.99").chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(broken), str(whole), os.environ["PATH"]]))
    lines = (REQUIREMENTS, 'requires = "3.99"')
    assert interpreter.executable(described(*lines))
    (whole / "python3.99").unlink()
    with pytest.raises(HarnessError) as caught:
        interpreter.executable(described(*lines))
    assert caught.value.code == "target-python"
    assert 'target.requires = "3.99" asks for a python3.99 on PATH' in caught.value.message
    assert "command not found" in caught.value.message
