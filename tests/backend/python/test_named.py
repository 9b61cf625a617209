"""What may stand in target.python and target.requires, and what is said of the rest."""

from __future__ import annotations

import sys

import pytest

from harness.backend.python import interpreter
from harness.core.errors import HarnessError


def test_without_it_the_harness_runs_the_target(described, project):
    """Claim: where the target's root has no requirements.txt either."""
    (project / "shop" / "requirements.txt").unlink()
    one = interpreter.of(described())
    assert (one.executable, one.said_by, one.shared) == (sys.executable, interpreter.OWN, True)


def test_an_interpreter_is_found_beside_the_file_or_on_the_path(described, project, monkeypatch):
    """Claim: a link stays a link, because a venv is told by it."""
    (project / "bin").mkdir()
    (project / "bin" / "python3.99").symlink_to(sys.executable)
    beside = described('python = "bin/python3.99"')
    assert beside.python == project / "bin" / "python3.99"
    monkeypatch.setenv("PATH", str(project / "bin"))
    assert described('python = "python3.99"').python == project / "bin" / "python3.99"


@pytest.mark.parametrize(
    ("lines", "message", "hint"),
    [
        (['python = "requirements.txt"'], "requirements.txt is not there", 'write "shop/requirements.txt"'),
        (['python = "shop"'], "shop is a folder, but no venv", "pyvenv.cfg"),
        (['python = "python3.98"'], "target.python python3.98 is not there", "an interpreter"),
        (['python = ["shop/requirements.txt", "bin/python"]'], "is neither", "one interpreter or venv"),
        (["python = []"], "target.python is empty", "one interpreter or venv"),
        (['python = "shop/requirements.txt"', 'requires = ">=3.10"'], "is not a version of Python", 'write "3.12"'),
        (
            [f'python = "{sys.executable}"', 'requires = "3.12"'],
            "target.requires goes with requirements files",
            "has its own",
        ),
        (["python = 3.12"], "must be text", "quotes"),
    ],
)
def test_what_is_no_interpreter_is_refused(described, lines, message, hint):
    with pytest.raises(HarnessError) as caught:
        described(*lines)
    assert caught.value.code == "config-value"
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_an_interpreter_that_does_not_start_is_refused(described, project):
    (project / "python").write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    (project / "python").chmod(0o755)
    with pytest.raises(HarnessError) as caught:
        interpreter.of(described('python = "python"'))
    assert caught.value.code == "target-python"
    assert caught.value.message == f"the target's Python cannot be started: {project / 'python'}: broken"
