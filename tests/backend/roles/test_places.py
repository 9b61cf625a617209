"""`writes` and `sees` of [target]."""

from __future__ import annotations

import pytest

from harness.backend.roles import places
from harness.core.errors import HarnessError


def fail(message, hint):
    return HarnessError(message, hint=hint, code="config-value")


def test_both_are_relative_to_the_root(tmp_path):
    """Claim: what is written lies below it and need not be there, what is seen may lie anywhere and must be."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "code").mkdir()
    said = {"writes": ["logs", "var/cache", "debug.log"], "sees": ["../shared"]}
    found = places.read(tmp_path / "code", said, fail)
    assert found["writes"] == ("logs", "var/cache", "debug.log")
    assert [path.resolve() for path in found["sees"]] == [tmp_path / "shared"]
    assert places.read(tmp_path / "code", {}, fail) == {"writes": (), "sees": ()}


@pytest.mark.parametrize("name", ["/var/log", ".", "..", "../other", "logs/../.."])
def test_nothing_beyond_the_root_is_written(tmp_path, name):
    """Claim: a place that is not below the root is refused by its name."""
    with pytest.raises(HarnessError) as refused:
        places.read(tmp_path, {"writes": [name]}, fail)
    assert repr(name) in refused.value.message


def test_what_is_seen_must_be_there(tmp_path):
    """Claim: a name that is mistyped is told before a run."""
    with pytest.raises(HarnessError) as refused:
        places.read(tmp_path, {"sees": ["../shraed"]}, fail)
    assert "../shraed" in refused.value.message
