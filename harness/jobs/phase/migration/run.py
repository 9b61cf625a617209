"""The whole migration: phases 1 to 7, each there and back, two at a time, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.core.errors import DIFFERENCES, OK
from harness.jobs.phase.migration.values import PhaseOutcome


def walk(
    config: Path, numbers: Iterable[int], *, only: Iterable[str], runs: Path, isolation: str, jobs: int,
    done: Callable[[PhaseOutcome], None],
) -> tuple[PhaseOutcome, ...]:  # fmt: skip
    """Run every phase; `done` hears each as it ends. Phases do not depend on each other: each starts from the one
    before it, whose database is prepared from that phase's own code."""
    words = [word for pattern in only for word in ("--only", pattern)]

    def one(number: int) -> PhaseOutcome:
        outcome = _run(
            number, ["--config", str(config), "--runs", str(runs / f"phase-{number}"), "--isolation", isolation, *words]
        )
        done(outcome)
        return outcome

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        return tuple(pool.map(one, numbers))


def worst_exit(outcomes: Iterable[PhaseOutcome]) -> int:
    """The code of the whole: a phase that could not be judged weighs more than one that differs."""
    codes = {outcome.exit_code for outcome in outcomes}
    others = codes - {OK, DIFFERENCES}
    return max(others) if others else max(codes, default=DIFFERENCES)


def _run(number: int, options: list[str]) -> PhaseOutcome:
    begun = time.perf_counter()
    finished = subprocess.run(
        [sys.executable, "-m", "harness", "phase", str(number), "--json", *options],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    lines = [line for line in finished.stdout.splitlines() if line.startswith("{")]
    body = json.loads(lines[-1]) if lines else {}
    error = body.get("error")
    if not lines:
        error = {
            "message": f"phase {number} ended without a word",
            "hint": finished.stderr.strip()[-300:],
            "code": "phase-silent",
        }
    return PhaseOutcome(
        number=number,
        exit_code=finished.returncode,
        seconds=seconds,
        parts=body.get("seconds", {}),
        cells=body.get("cells", 0),
        failures=tuple(body.get("failures", ())),
        error=error,
    )
