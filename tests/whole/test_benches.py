"""The benches measure what they say: each is run once, the least of it. A proof: they are no part of what a team waits for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.whole.workshop import REPOSITORY

pytestmark = [pytest.mark.proof, pytest.mark.stack]

ONE = "planner/cluster_keywords@manual"
BENCHES = {
    "stack": (["--rounds", "1", "--only", ONE, "--tier", "inprocess", "--tier", "processes"], ["inprocess, median of 1", "processes, median of 1"]),
    "boot": (["--rounds", "1", "--only", "roles"], ["worker, until it is ready, CPU", "web, until it is ready, CPU"]),
}  # fmt: skip


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_runs_to_its_end(name: str):
    """Claim: it boots what is described today, and prints its table."""
    words, says = BENCHES[name]
    bench = REPOSITORY / "bench" / f"{name}.py"
    done = subprocess.run([sys.executable, bench, *words], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for text in says:
        assert text in done.stdout
