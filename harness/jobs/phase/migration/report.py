"""What came of each phase of a migration as it ends, then where time went, then the whole: as lines, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.core.errors import OK
from harness.jobs.phase.migration.values import PhaseOutcome

SHOWN = 6
"""Lines of evidence for one failure; the phase's own run has them all."""


def phase_lines(outcome: PhaseOutcome, title: str) -> Iterator[str]:
    word = "pass" if outcome.exit_code == OK else "FAIL"
    yield f"{word:<5} phase {outcome.number} · {title}: {outcome.cells} cells, {outcome.seconds:.0f} s"
    if outcome.error:
        yield f"      {outcome.error['message']}\n      hint: {outcome.error['hint']}"
    for failure in outcome.failures:
        line = f"      {failure['cell'] or ''} {failure['checker']}: {failure['claim']}"
        yield line.replace("       ", "      ")
        yield from (f"        {line}" for line in failure["evidence"][:SHOWN])


def whole_lines(outcomes: Sequence[PhaseOutcome], numbers: Iterable[int], code: int, folder: Path) -> Iterator[str]:
    spent = ", ".join(f"{name} {seconds:.0f}" for name, seconds in _parts(outcomes).most_common())
    yield ""
    yield f"where time went, in seconds over all phases: {spent}"
    yield f"kept in {folder}"
    yield f"{'PASS' if code == OK else 'FAIL'} migration, phases {', '.join(map(str, numbers))}"


def document(outcomes: Sequence[PhaseOutcome], code: int) -> Mapping[str, Any]:
    return {"exit_code": code, "phases": [asdict(outcome) for outcome in outcomes]}


def _parts(outcomes: Iterable[PhaseOutcome]) -> Counter[str]:
    """Seconds by part over all phases; the scenarios of every phase are one part."""
    parts: Counter[str] = Counter()
    for outcome in outcomes:
        for name, seconds in outcome.parts.items():
            parts["scenarios" if name.startswith("scenarios") else name] += seconds
    return parts
