"""scenarios/findings.toml: the declared findings.

    format = 1
    [findings.images-never-charged]
    title = "..."
    laws = [5, 11]                       # ledger laws; or names of other cell checkers, as "provider"
    shows = { 5 = "* call # (*, #+# tokens) succeeded and was never charged", 11 = ["..."] }  # every line of each failure, whole
    scenarios = ["orders/worker_killed"]
    ends_at_phase = 0                    # the phase from which it must be gone; 0: none
    evidence = "..."
    with_workers = 2                     # optional, for the finding of lost deductions: see harness.core.finding

Raises finding-missing, finding-syntax, finding-unknown-key, finding-value.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.core.errors import did_you_mean
from harness.core.finding import FINDINGS, Finding
from harness.store.tomlread import Strict

FORMAT = 1
CELL_LAWS = (*range(1, 12), 14, 15, 16)


def read(path: Path, checkers: tuple[str, ...] = ()) -> dict[str, Finding]:
    """The findings by id; they also become harness.core.finding.FINDINGS. No file means no findings.

    `checkers` are the names that may stand in `laws` beside the numbers.
    """
    FINDINGS.clear()
    if path.exists():
        strict = Strict(path.name, "finding")
        raw = strict.table("the file", strict.load(path), ("format",), ("findings",))
        if raw["format"] != FORMAT:
            raise strict.wrong(f"format {raw['format']!r} is not {FORMAT}", "this harness reads format = 1 only")
        tables = raw.get("findings", {})
        if not isinstance(tables, dict):
            raise strict.wrong("findings must be tables", "write [findings.some-id]")
        FINDINGS.update({name: _finding(strict, name, value, checkers) for name, value in tables.items()})
    return dict(FINDINGS)


def _finding(strict: Strict, name: str, value: Any, checkers: tuple[str, ...]) -> Finding:
    where = f"findings.{name}"
    raw = strict.table(
        where, value, ("title", "laws", "shows", "scenarios", "evidence"), ("ends_at_phase", "with_workers")
    )
    if not isinstance(raw["laws"], list):
        raise strict.wrong(f"{where}.laws must be a list", "laws = [5, 11]")
    laws = [_law(strict, where, law, checkers) for law in raw["laws"]]
    shows = raw["shows"]
    if not isinstance(shows, dict):
        raise strict.wrong(f"{where}.shows must map laws to lines", '{ 5 = "* succeeded and was never charged" }')
    phrases = {
        _law(strict, where, int(law) if law.isdigit() else law, checkers): strict.texts(f"{where}.shows.{law}", text)
        for law, text in shows.items()
    }
    for law in phrases:
        if law not in laws:
            raise strict.wrong(f"{where}.shows names {law}, which is not in laws", did_you_mean(law, laws))
    for law in laws:
        if not any(one.strip("#* ") for one in phrases.get(law, ())):
            raise strict.wrong(
                f"{where}.shows does not say how {law} fails",
                "write the lines that verify tells of it; # is a number, * any words",
            )
    ends = strict.whole(f"{where}.ends_at_phase", raw.get("ends_at_phase", 0))
    if not 0 <= ends <= 7:
        raise strict.wrong(f"{where}.ends_at_phase {ends} is not a phase", "1 to 7, or 0 for none")
    workers = strict.whole(f"{where}.with_workers", raw["with_workers"]) if "with_workers" in raw else None
    if workers is not None and workers < 2:
        raise strict.wrong(f"{where}.with_workers {workers} is not more than one worker", "2, or leave it out")
    return Finding(
        id=name,
        title=strict.text(f"{where}.title", raw["title"]),
        laws={law: phrases[law] for law in laws},
        scenarios=strict.texts(f"{where}.scenarios", raw["scenarios"]),
        evidence=strict.text(f"{where}.evidence", raw["evidence"]),
        ends_at_phase=ends or None,
        with_workers=workers,
    )


def _law(strict: Strict, where: str, law: Any, checkers: tuple[str, ...]) -> str:
    if law in CELL_LAWS and not isinstance(law, bool):
        return f"law-{law}"
    if isinstance(law, str) and law in checkers and law not in ("golden", "settle"):
        return law
    known = ", ".join(map(str, CELL_LAWS))
    raise strict.wrong(f"{where}: {law!r} is not a law that a finding can break", f"laws of one cell are {known}")
