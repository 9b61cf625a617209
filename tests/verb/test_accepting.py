"""What is taken for a CI."""

from __future__ import annotations

import pytest

from harness.verb.accepting import in_ci


@pytest.mark.parametrize(("value", "ci"), [("true", True), ("1", True), ("", False), ("0", False), ("false", False)])
def test_ci_is_what_says_so(value, ci):
    """An empty CI is no CI."""
    assert in_ci({"CI": value}) is ci
    assert in_ci({"GITHUB_ACTIONS": value}) is ci
    assert in_ci({}) is False


@pytest.mark.parametrize("name", ["SPECIAL", "PRECISION", "CITY", "BUILDING", "BUILD_TYPE", "GPG_AGENT_INFO"])
def test_a_variable_that_only_looks_like_one_is_none(name):
    assert not in_ci({name: "1"})
