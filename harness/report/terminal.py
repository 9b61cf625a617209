"""The report of a run in a terminal or a log: failures first, then the plan's rows by path, then the summary.

Words carry the meaning, colour only repeats it; it reads the same in a log, at 80 and at 160 columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.core.counts import count, plain
from harness.core.ledger import Amount
from harness.core.scenario import Path
from harness.core.verdict import Status
from harness.judge.checks import OF_THE_WHOLE
from harness.judge.reach import Reached
from harness.judge.summary import Line, Summary
from harness.report import undeclared
from harness.report.failures import print_troubles, wrapped
from harness.report.plan import PATH_TITLES
from harness.report.say import say
from harness.report.verdicts import STYLES, WORDS

KNOWN = "known wrong"


UNREACHED = 6
"""Names of what was not reached that are written out."""

WIDE = 100
"""Columns from which on the number of calls has room beside the longest scenario names."""


def print_report(console: Console, summary: Summary, *, tables: bool = True) -> None:
    """The whole report; without `tables` failures and closing lines only."""
    print_troubles(console, summary)
    for path, title in PATH_TITLES.items() if tables else ():
        _path(console, title, path, [line for line in summary.lines if line.path == path])
    print_summary(console, summary)


def _reached(one: Reached) -> str:
    """ "24 of 26 reached; not: PUT /a/, PUT /b/"."""
    excused = f", {one.excused} of them excused" if one.excused else ""
    if not one.missing:
        return f"{one.share} reached{excused}"
    more = f" and {len(one.missing) - UNREACHED} more (--json has all)" if len(one.missing) > UNREACHED else ""
    return f"{one.share} reached{excused}; not: {', '.join(one.missing[:UNREACHED])}{more}"


def _worlds(varied: Mapping[str, Mapping[Status, int]]) -> str:
    """ "92 cells in other worlds: 92 passed, 0 failed (distinct 50, read 16)"."""
    total: Counter[Status] = Counter()
    for counted in varied.values():
        total.update(counted)
    each = ", ".join(f"{name} {sum(counted.values())}" for name, counted in varied.items())
    unknown = f", {total[Status.UNKNOWN]} unknown" if total[Status.UNKNOWN] else ""
    return f"{count(total.total(), 'cell')} in other worlds: {total[Status.PASS]} passed, {total[Status.FAIL]} failed{unknown} ({each})"


def print_summary(console: Console, summary: Summary) -> None:
    """The closing lines."""
    say(console)
    for name, text in facts_of(summary):
        wrapped(console, f"{name:<13} {text}", 0, hang=14)
    say(console)
    say(console, conclusion(summary), STYLES[summary.status])


def facts_of(summary: Summary) -> list[tuple[str, str]]:
    """(name, text) of everything that closes a report, in the order in which it is read."""
    cells = summary.cells
    facts = [
        (
            "driven",
            f"{count(len(summary.lines), 'cell')} of {count(summary.scenarios, 'scenario')} at phase {summary.phase}: "
            f"{cells[Status.PASS]} passed, {cells[Status.FAIL]} failed, {cells[Status.UNKNOWN]} unknown",
        ),
        (
            "checks",
            f"{len(summary.verdicts) - sum(n for _, n in summary.not_asked.values())} made; {count(summary.charged_credits, 'credit')} charged in all",
        ),
    ]
    if summary.varied:
        facts.append(("varied", _worlds(summary.varied)))
    facts += [(kind, _reached(one)) for kind, one in summary.reach.items()]
    facts += [("not asked", text) for text in _not_asked(summary)]
    if summary.shard:
        facts.append(("shard", f"{summary.shard}: what needs the whole ({', '.join(OF_THE_WHOLE)}) is not judged here"))
    facts += [("not looked at", f"{name}: {why}") for name, why in summary.free.items()]
    run_wide = [verdict for verdict in summary.failures if "@" not in verdict.cell]
    if run_wide:
        facts.append(("run", f"{count(len(run_wide), 'check')} of more than one cell failed"))
    for name, where in summary.known_wrong.items():
        text = f"{name} ({count(len(where), 'cell')}): {summary.titles.get(name, '')}"
        if name in summary.lost_credits:
            text += f"; {count(summary.lost_credits[name], 'credit')} lost where workers overlapped"
        facts.append((KNOWN, text))
    for host, where in summary.undeclared.items():
        facts.append(("undeclared", f"{undeclared.told(host)} ({count(len(where), 'cell')})"))
    if summary.origins:
        facts.append(("calls played", ", ".join(f"{n} {origin}" for origin, n in summary.origins.items())))
    if summary.seconds:
        parts = ", ".join(f"{part} {seconds:.2f}" for part, seconds in summary.seconds.items() if part != "total")
        total = f"{summary.seconds['total']:.2f} in all: " if "total" in summary.seconds else ""
        facts.append(("seconds", f"{total}{parts}"))
    if summary.harness_share is not None:
        facts.append(("harness", f"{summary.harness_share:.1%} of the time between boot and teardown is its own"))
    if summary.memory_bytes:
        facts.append(("memory", f"{summary.memory_bytes / 2**20:.0f} MiB, the whole stack"))
    if summary.canonical_hash:
        luck = "; not the one of a run that lost no deduction" if summary.lost_credits else ""
        facts.append(("history", f"{summary.canonical_hash} (sha256 of its canonical form{luck})"))
    return facts + [(name, str(value)) for name, value in summary.facts.items()]


def _not_asked(summary: Summary) -> Iterator[str]:
    """A line for each reason, with all that it holds for."""
    by_reason: dict[str, list[str]] = {}
    for name, (why, _) in summary.not_asked.items():
        by_reason.setdefault(why, []).append(name)
    for why, names in by_reason.items():
        n = sum(summary.not_asked[name][1] for name in names)
        yield f"{', '.join(names)}: {why} ({count(n, 'check')})"


def conclusion(summary: Summary) -> str:
    """The one line that counts. A shard, or what was chosen, speaks for its own cells only."""
    if not summary.shard:
        beside = sum(sum(counted.values()) for counted in summary.varied.values())
        worlds = f", {beside} in other worlds" if beside else ""
        part = f": a part, {len(summary.lines)} of {summary.of} cells{worlds}" if summary.of else ""
        return f"{_conclusion(summary)}{part if summary.status is Status.PASS else ''}"
    rest = ": a part, harness report merge judges the whole" if summary.status is Status.PASS else ""
    return f"SHARD {summary.shard} {_conclusion(summary)}{rest}"


def _conclusion(summary: Summary) -> str:
    if summary.status is Status.PASS:
        known = len(summary.known_wrong)
        return f"PASS, with {count(known, 'finding')} known to be wrong" if known else "PASS"
    if summary.status is Status.FAIL:
        unclear = f", {len(summary.unknowns)} could not tell" if summary.unknowns else ""
        only = len(summary.beyond) == len(summary.failures)
        why = f"; credits are as locked, {count(len(summary.beyond), 'surface')} changed" if only else ""
        return f"FAIL: {count(len(summary.failures), 'check')} failed{why}{unclear}"
    return f"UNKNOWN: {count(len(summary.unknowns), 'check')} could not tell, so nothing is shown to be right"


def _path(console: Console, title: str, path: Path, lines: Sequence[Line]) -> None:
    if not lines:
        return
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("result", no_wrap=True)
    table.add_column("row of the plan", overflow="fold")
    table.add_column("scenario", overflow="fold")
    table.add_column("credits", justify="right", no_wrap=True)
    if console.width >= WIDE:
        table.add_column("calls", justify="right", no_wrap=True)
    for line in lines:
        for row in line.rows:
            _add(table, line, row.partition(": ")[2] or row)
    rest = [line for line in lines if not line.rows]
    calm = [line for line in rest if line.status is Status.PASS and not line.finding]
    if len(calm) == 1:  # its name takes no more room than a count of one
        calm = []
    for line in rest:
        if line not in calm:
            _add(table, line, "")
    if calm:
        credits, calls = sum(line.charged_credits for line in calm), sum(line.calls for line in calm)
        _cells(table, _status(calm[0]), Text(f"{count(len(calm), 'further cell')}"), Text(), credits, calls)
    say(console)
    console.print(table, highlight=False)


def _add(table: Table, line: Line, row: str) -> None:
    name = line.cell.partition("@")[0]
    _cells(table, _status(line), Text(row), Text(name), line.charged_credits, line.calls)


def _cells(table: Table, status: Text, row: Text, name: Text, credits: Amount, calls: int) -> None:
    table.add_row(*[status, row, name, plain(credits), str(calls)][: len(table.columns)])


def _status(line: Line) -> Text:
    if line.status is Status.PASS and line.finding:
        return Text(KNOWN, style="yellow")
    return Text(WORDS[line.status], style=STYLES[line.status])
