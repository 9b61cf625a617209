"""The command line of `verify --affected`."""

from __future__ import annotations

import pytest

from tests.cli.test_commands import run

__all__ = ["run"]  # the fixture


@pytest.mark.parametrize(
    "words", [("--on", "redis://x"), ("--shard", "1/2"), ("--reach",), ("--own",), ("--tier", "inprocess"), ("--tier", "all")]
)  # fmt: skip
def test_what_drives_elsewhere_or_more_goes_not_with_it(run, words):
    """Claim: a usage error before anything is looked at: what is affected is one machine's memory, of its own cells."""
    code, _, err = run("verify", "--affected", *words)
    assert (code, "--affected goes with one run on this machine" in err) == (2, True), err
