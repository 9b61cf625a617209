"""`harness shadow` on the command line: help, and what is refused before anything starts."""

from __future__ import annotations

import json

import pytest

from tests.whole.workshop import in_repository


def test_help_names_what_can_be_asked_and_the_exit_codes():
    """Claim: --help shows what can be given, and what each exit code means."""
    told = in_repository("shadow", "--help")
    assert told.code == 0
    assert "OLD NEW" in told.out
    assert "Exit code 0" in told.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("3", "no-such-folder"), "shadow-side"),
        (("3", "9"), "phase-number"),
        (("3", "4", "--only", "writer/nothing"), "plan-empty"),
        (("3",), "usage"),
    ],
)
def test_mistakes_are_refused_before_anything_starts(words: tuple[str, ...], code: str):
    """Claim: exit code 2, one line of what, one of what to do, and a stable code; as JSON too."""
    told = in_repository("shadow", *words)
    assert told.code == 2, told.out + told.err
    assert f" code: {code}" in told.err
    assert "Traceback" not in told.err
    as_json = in_repository("shadow", *words, "--json")
    assert as_json.code == 2
    assert json.loads(as_json.out)["error"]["code"] == code
