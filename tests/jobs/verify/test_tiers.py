"""Which tiers can be had for a target, and why one cannot."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.backend.description import load
from harness.core.errors import HarnessError
from harness.jobs.contracts import beside
from harness.jobs.verify import tiers
from harness.stack import inprocess

ROOT = Path(__file__).parents[3]


def test_one_process_cannot_be_harness_and_a_target_of_its_own_environment(tmp_path):
    """Claim: --tier all tells why and leaves it out, --tier inprocess and what runs inside the target are refused."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "own"], check=True)
    together = load(ROOT / "harness.toml")
    apart = replace(together, python=tmp_path / "own" / "bin" / "python")
    assert tiers.refusal("inprocess", together) == ""
    why = tiers.refusal("inprocess", apart)
    assert why.startswith(
        "the inprocess tier is harness and target in one process, and the target has an environment of its own: "
    )
    assert tiers.refusal("processes", apart) == ""
    with pytest.raises(HarnessError) as booted, inprocess.boot(apart, None, fake=None):
        pass
    with pytest.raises(HarnessError) as asked:
        beside.in_target(None, apart, ["python", "-c", "pass"])
    assert (booted.value.code, asked.value.code) == ("target-apart", "target-apart")
