"""report.html: the whole run as one file that needs no network, no script and no other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from harness.checker.outcome import outcome_of
from harness.checker.target import target_of
from harness.core.config import Config
from harness.core.finding import Finding
from harness.core.history import CellHistory
from harness.core.scenario import Scenario
from harness.core.verdict import worst
from harness.report.summary import PATH_TITLES, Summary, repeat_command
from harness.report.template import GRID, PAGE
from harness.report.terminal import WORDS, conclusion, facts_of
from harness.store.files import write_all


def write_html(
    path: Path,
    summary: Summary,
    cells: Sequence[CellHistory],
    scenarios: Mapping[str, Scenario],
    findings: Mapping[str, Finding],
    config: Config,
) -> Path:
    """Render and write in one step. Raises store-write."""
    write_all({path: html_of(summary, cells, scenarios, findings, config)})
    return path


def html_of(
    summary: Summary,
    cells: Sequence[CellHistory],
    scenarios: Mapping[str, Scenario],
    findings: Mapping[str, Finding],
    config: Config,
) -> str:
    """The page. Everything that came from the target is escaped."""
    target = target_of(config)
    judged: dict[str, list[Any]] = {}
    for verdict in summary.verdicts:
        judged.setdefault(verdict.cell, []).append(verdict)
    return _template("page").render(
        title=f"{config.name} at phase {summary.phase}",
        conclusion=conclusion(summary),
        summary=summary,
        words=WORDS,
        facts=facts_of(summary),
        worst=worst,
        grid=_grid,
        troubles=_troubles(summary),
        findings=[(finding, summary.known_wrong.get(name, ())) for name, finding in findings.items()],
        paths=[
            (title, lines)
            for path, title in PATH_TITLES.items()
            if (lines := [line for line in summary.lines if line.path == path])
        ],
        anchors={cell.cell: n for n, cell in enumerate(cells, 1)},
        cells=[
            (cell, outcome_of(cell, scenarios[cell.scenario], target), judged.get(cell.cell, []))
            for cell in cells
            if cell.scenario in scenarios
        ],
    )


def _troubles(summary: Summary) -> list[tuple[str, list[Any], str]]:
    """(cell, its failing and unknown verdicts, the command that repeats it), failures first."""
    verdicts = (*summary.failures, *summary.unknowns)
    return [
        (about, [v for v in verdicts if v.cell == about], repeat_command(about, summary.phase))
        for about in dict.fromkeys(verdict.cell for verdict in verdicts)
    ]


def _grid(title: str, rows: Sequence[Mapping[str, Any]]) -> Markup:
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return Markup(_template("grid").render(title=title, rows=rows, keys=keys))  # rendered with escaping on


@lru_cache
def _template(name: str) -> Any:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string({"page": PAGE, "grid": GRID}[name])
