"""What the inprocess tier cannot do is refused, not passed over."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.backend.description import load
from harness.core.errors import HarnessError
from harness.stack.inprocess.running import InprocessStack

ROOT = Path(__file__).parents[3]


def test_the_web_role_cannot_be_killed(yard):
    """Claim: a scenario that kills the web role does not pass here without the fault having happened."""
    below = SimpleNamespace(config=load(ROOT / "harness.toml"))
    target = SimpleNamespace(app=yard.app, wsgi=None)
    stack = InprocessStack(below=below, target=target, line=yard.line, timings={})
    with pytest.raises(HarnessError, match="web is this very process here, and cannot be killed") as refused:
        stack.kill("web")
    assert refused.value.code == "inprocess-kill"
    stack.kill("worker")  # quiet: it does not run
