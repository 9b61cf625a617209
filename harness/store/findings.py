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

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.core.errors import did_you_mean
from harness.core.finding import FINDINGS, Finding
from harness.core.phase import LAST
from harness.core.shape import Each, Either, Fixed, Key, Keys, Named, Text, Whole
from harness.store.tomlread import Strict

FORMAT = 1
CELL_LAWS = (*range(1, 12), 14, 15, 16)
_TEXTS = Each(of=Text(), or_one=True)
_FINDING = Keys(
    keys=(
        Key("title", Text(), "what is wrong, in a sentence", needed=True),
        Key("laws", Each(of=Either(kinds=(Whole(), Text()), called="the number of a law, or the name of a checker"), hint="laws = [5, 11]"), 'the laws of the ledger that it breaks, by number; or other checkers of a cell, by name ("provider")', needed=True),
        Key("shows", Named(of=_TEXTS, name="LAW", hint='{ 5 = "* succeeded and was never charged" }'), "for each of them the lines by which it fails, whole: `#` is a number, `*` any words", needed=True),
        Key("scenarios", _TEXTS, "the scenarios that show it", needed=True),
        Key("evidence", Text(), "how it is known", needed=True),
        Key("ends_at_phase", Whole(least=0, most=LAST, called="a phase", hint=f"1 to {LAST}, or 0 for none"), "the phase from which it must be gone; left out or 0, none"),
        Key("with_workers", Whole(least=2, called="more than one worker", hint="2, or leave it out"), "of the finding of lost deductions: it shows with so many workers or more"),
    )
)  # fmt: skip
SHAPE = Keys(
    keys=(
        Key("format", Fixed(FORMAT, f"this harness reads format = {FORMAT} only"), "the format of this file", needed=True),
        Key("findings", Named(of=_FINDING, name="SOME-ID", hint="write [findings.some-id]"), "each finding, by its id"),
    )
)  # fmt: skip


def read(path: Path, checkers: tuple[str, ...] = ()) -> dict[str, Finding]:
    """The findings by id; they also become harness.core.finding.FINDINGS. No file means no findings.

    `checkers` are the names that may stand in `laws` beside the numbers.
    """
    FINDINGS.clear()
    if path.exists():
        strict = Strict(path.name, "finding")
        raw = strict.held(strict.load(path), SHAPE)
        FINDINGS.update({name: _finding(strict, name, one, checkers) for name, one in raw.get("findings", {}).items()})
    return dict(FINDINGS)


def _finding(strict: Strict, name: str, raw: Mapping[str, Any], checkers: tuple[str, ...]) -> Finding:
    where = f"findings.{name}"
    laws = [_law(strict, where, law, checkers) for law in raw["laws"]]
    phrases = {
        _law(strict, where, int(law) if law.isdigit() else law, checkers): strict.texts(f"{where}.shows.{law}", text)
        for law, text in raw["shows"].items()
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
    return Finding(
        id=name,
        title=raw["title"],
        laws={law: phrases[law] for law in laws},
        scenarios=strict.texts(f"{where}.scenarios", raw["scenarios"]),
        evidence=raw["evidence"],
        ends_at_phase=raw.get("ends_at_phase") or None,
        with_workers=raw.get("with_workers"),
    )


def _law(strict: Strict, where: str, law: Any, checkers: tuple[str, ...]) -> str:
    if law in CELL_LAWS and not isinstance(law, bool):
        return f"law-{law}"
    if isinstance(law, str) and law in checkers and law not in ("golden", "settle"):
        return law
    known = ", ".join(map(str, CELL_LAWS))
    raise strict.wrong(f"{where}: {law!r} is not a law that a finding can break", f"laws of one cell are {known}")
