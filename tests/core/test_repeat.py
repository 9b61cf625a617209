"""The command that is told with a failure drives just that again."""

from __future__ import annotations

from harness.core.repeat import repeat_command


def test_the_commands_that_repeat():
    """One cell, at its phase; or everything."""
    assert repeat_command("a/b@manual", 4) == "harness verify --phase 4 --only a/b@manual"
    assert repeat_command("") == "harness verify"
    docker = "harness verify --tier docker --workers 4 --only a/b"
    assert repeat_command("a/b", tier="docker", workers=4) == docker
