"""report.html: the whole run as one file that needs no network, no script and no other file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from harness.core.counts import signed
from harness.core.golden import Outcome
from harness.core.history import CellHistory
from harness.core.verdict import worst
from harness.judge.summary import Summary
from harness.report import undeclared
from harness.report.plan import PATH_TITLES
from harness.report.printable import shown
from harness.report.template import GRID, PAGE
from harness.report.terminal import conclusion, facts_of
from harness.report.verdicts import WORDS
from harness.store.files import write_all


def write(path: Path, summary: Summary) -> Path:
    """Render and write in one step. Raises store-write."""
    write_all({path: html_of(summary)})
    return path


def html_of(summary: Summary) -> str:
    """The page. Everything that came from the target is escaped."""
    judged: dict[str, list[Any]] = {}
    for verdict in summary.verdicts:
        judged.setdefault(verdict.cell, []).append(verdict)
    return _template("page").render(
        title=f"{summary.facts.get('target', 'the target')} at phase {summary.phase}",
        conclusion=conclusion(summary),
        summary=summary,
        words=WORDS,
        facts=facts_of(summary),
        worst=worst,
        signed=signed,
        tried=undeclared.told,
        grid=_grid,
        troubles=_troubles(summary),
        findings=[(finding, summary.known_wrong.get(name, ())) for name, finding in summary.findings.items()],
        paths=[
            (title, lines)
            for path, title in PATH_TITLES.items()
            if (lines := [line for line in summary.lines if line.path == path])
        ],
        anchors=anchors(cell.cell for cell in summary.histories),
        cells=[
            (cell, summary.outcomes.get(cell.cell) or _plain(cell), judged.get(cell.cell, []))
            for cell in summary.histories
        ],
    )


def anchors(cells: Iterable[str]) -> dict[str, int]:
    """cell -> its number, of all cells of a run in their order: the page has it as #cell-NUMBER."""
    return {cell: n for n, cell in enumerate(cells, 1)}


def _plain(cell: CellHistory) -> Outcome:
    """Without the target's tables: money and calls as they were observed, and how many rows of each table changed."""
    changed = Counter((change.kind, change.op) for change in cell.rows)
    return Outcome(
        balance={name: {"opening": opening, "closing": closing} for name, (opening, closing) in cell.accounts.items()},
        ledger=tuple(_shown(row, "id", "log", "request", "reverses") for row in cell.ledger),
        usage=tuple(_shown(log, "id", "movement", "request", "tokens") for log in cell.usage),
        calls=dict(Counter(call.route for call in cell.calls)),
        rows=tuple(f"{kind} {op} x{n}" for (kind, op), n in sorted(changed.items())),
    )


def _shown(row: Any, *less: str) -> dict[str, Any]:
    return {key: value for key, value in asdict(row).items() if key not in less}


def _troubles(summary: Summary) -> list[tuple[str, list[Any], str]]:
    """(cell, its failing and unknown verdicts, the command that repeats it), failures first."""
    verdicts = (*summary.failures, *summary.unknowns)
    return [
        (about, [v for v in verdicts if v.cell == about], summary.repeat(about))
        for about in dict.fromkeys(verdict.cell for verdict in verdicts)
    ]


def _grid(title: str, rows: Sequence[Mapping[str, Any]]) -> Markup:
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return Markup(_template("grid").render(title=title, rows=rows, keys=keys))  # rendered with escaping on


def _text(value: Any) -> Any:
    """What the page itself says is markup, everything else is text."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@lru_cache
def _template(name: str) -> Any:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, finalize=_text)
    return environment.from_string({"page": PAGE, "grid": GRID}[name])
