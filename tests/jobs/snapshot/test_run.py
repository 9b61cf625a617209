"""A stack that runs already is asked through its own shell; what goes wrong there is told, a key never."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from harness.core.errors import HarnessError, StackError
from harness.jobs.snapshot.run import BEGIN, END, of_running
from tests.jobs.snapshot.baselines import BEFORE, KEY, SECTIONS, sections


def script(tmp_path: Path, body: str) -> str:
    """A prefix that stands for `docker exec NAME python manage.py`."""
    (tmp_path / "manage.py").write_text(f"import sys\nassert sys.argv[1:3] == ['shell', '-c']\n{body}")
    return f"{sys.executable} '{tmp_path}/manage.py'"


def printing(found: list) -> str:
    return f"print('7 objects imported'); print({BEGIN + json.dumps(found) + END!r}); print('bye')"


def test_a_running_stack_is_asked_through_its_own_shell(tmp_path: Path):
    """Whatever else it prints."""
    assert of_running(script(tmp_path, printing(sections())), SECTIONS) == BEFORE


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("sys.exit('No such container: igny8')", "its last words: No such container: igny8"),
        ("print('hello')", "its last words: hello"),
        (printing(sections()) + "; sys.exit(1)", "its last words: bye"),
        (f"sys.exit('bad key {KEY}')", "its last words: (they look like a secret)"),
    ],
)
def test_a_shell_that_fails_is_told(tmp_path: Path, body: str, hint: str):
    """Exit code 3, with its last words, but not when they hold a key."""
    with pytest.raises(StackError) as told:
        of_running(script(tmp_path, body), SECTIONS)
    assert (told.value.code, told.value.hint) == ("attach-failed", hint)


@pytest.mark.parametrize("prefix", ["", "/nowhere/docker exec", "docker exec 'x"])
def test_a_wrong_command_is_told(prefix: str):
    with pytest.raises(HarnessError) as told:
        of_running(prefix, SECTIONS)
    assert told.value.code == "attach-command"
