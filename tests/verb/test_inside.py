"""Entering the island: what comes back of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.core.errors import STACK_FAILED, HarnessError, StackError
from harness.verb.inside import answer, enter

NOWHERE = SimpleNamespace(provider_names=())
"""All that entering asks of a config."""


def asked(ask, **more):
    def silent(code: int) -> StackError:
        return StackError(f"ended with {code}", hint="look", code="silent")

    return answer(NOWHERE, ask, isolation="auto", silent=silent, **more)


def test_an_answer_comes_back_as_json_has_it():
    outside = os.getpid()
    value = asked(lambda place: {"kind": place.kind, "here": os.getpid() == outside, "rows": (1, 2)})
    assert value["kind"] in ("namespace", "hook")
    assert not value["here"]
    assert value["rows"] == [1, 2]


def test_what_is_no_json_is_made_plain():
    assert asked(lambda place: {"where": Path("a")}, plain=str) == {"where": "a"}


@pytest.mark.parametrize("kind", [HarnessError, StackError])
def test_an_error_comes_back_as_what_it_was(kind):
    def ask(place):
        raise kind("broke", hint="mend it", code="test-broke")

    with pytest.raises(HarnessError) as caught:
        asked(ask)
    error = caught.value
    assert (type(error), error.message, error.hint, error.code) == (kind, "broke", "mend it", "test-broke")


def test_an_island_that_says_nothing_is_an_error():
    with pytest.raises(StackError, match="ended with 9") as caught:
        asked(lambda place: os._exit(9))
    assert caught.value.code == "silent"


def test_a_verb_inside_shows_its_own_error(capfd):
    """Claim: only the exit code comes back; what is wrong was shown inside, once."""

    def broken(place):
        raise StackError("no stack", hint="look at its log", code="test-stack")

    assert enter(NOWHERE, broken, isolation="auto") == STACK_FAILED
    assert capfd.readouterr().err.count("error: no stack\n hint: look at its log\n code: test-stack") == 1


def test_a_verb_inside_gives_its_exit_code():
    assert enter(NOWHERE, lambda place: 7, isolation="auto") == 7


@pytest.mark.parametrize("code", [0, 1])
def test_an_island_that_ends_without_a_verdict_has_none(code):
    """Claim: exit codes 0 and 1 are a verdict's. A task that ends the process in which it runs gives none."""
    with pytest.raises(StackError, match=f"ended with {code} before there was a verdict") as caught:
        enter(NOWHERE, lambda place: os._exit(code), isolation="auto")
    assert (caught.value.code, caught.value.exit_code) == ("no-verdict", STACK_FAILED)


@pytest.mark.parametrize("code", [0, 1, 3])
def test_what_the_inside_says_last_is_its_exit_code(code):
    assert enter(NOWHERE, lambda place: code, isolation="auto") == code


def test_sys_exit_inside_is_no_verdict(capfd):
    """Claim: 0 is no pass where nobody judged."""
    assert enter(NOWHERE, lambda place: sys.exit(0), isolation="auto") == STACK_FAILED
    assert "the harness itself broke: SystemExit: 0" in capfd.readouterr().err
