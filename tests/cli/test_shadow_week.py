"""`harness shadow` and `harness week` on the command line: help, and what is refused before anything starts."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.whole.workshop import REPOSITORY

COMMAND = (sys.executable, "-c", "from harness.cli import main; main()")


def harness(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(("verb", "says"), [("shadow", "OLD NEW"), ("week", "--accounts")])
def test_help_names_what_can_be_asked_and_the_exit_codes(verb: str, says: str):
    """Claim: --help shows arguments or options, and what each exit code means."""
    told = harness(verb, "--help")
    assert told.returncode == 0
    assert says in told.stdout
    assert "Exit code 0" in told.stdout
    assert verb in harness("--help").stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("shadow", "3", "no-such-folder"), "shadow-side"),
        (("shadow", "3", "9"), "phase-number"),
        (("shadow", "3", "4", "--only", "writer/nothing"), "plan-empty"),
        (("week", "--timezone", "Mars/Olympus"), "week-timezone"),
        (("week", "--timezone", "../../etc/passwd"), "week-timezone"),
        (("week", "--start", "tomorrow"), "week-start"),
        (("week", "--accounts", "0"), "usage"),
        (("shadow", "3"), "usage"),
    ],
)
def test_mistakes_are_refused_before_anything_starts(words: tuple[str, ...], code: str):
    """Claim: exit code 2, one line of what, one of what to do, and a stable code; as JSON too."""
    told = harness(*words)
    assert told.returncode == 2, told.stdout + told.stderr
    assert f" code: {code}" in told.stderr
    assert "Traceback" not in told.stderr
    as_json = harness(*words, "--json")
    assert as_json.returncode == 2
    assert json.loads(as_json.stdout)["error"]["code"] == code
