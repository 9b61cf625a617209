"""The plan's seven success criteria, each judged from what was seen of it. What nobody looked at is unknown.

1 tests        the plan's integration tests, each of them, from the output of the target's own test run
2 checklist    every row of the plan's manual checklist
3 logs         a week of logs: no error in it, and no part of it missing
4 credits      goldens and the laws of money, over all cells; what is known to be wrong does not match
5 paths        every cell of the four execution paths
6 frontend     the frontend rows; the source alone can refute, never prove
7 legacy       the legacy scan as of the last phase, whatever phase the tree is at
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from harness.core.phase import LAST
from harness.core.scenario import Path
from harness.core.verdict import ANSWERS, Status, Verdict
from harness.jobs.checklist.criteria.values import RowSeen, SuiteRun
from harness.judge.legacy import Rule, scan
from harness.judge.result import Result, breaks, cannot_tell, holds, judged

MONEY = ("golden", "law-1", "law-2", "law-4", "law-5", "law-6", "law-12", "law-13")
"""Checkers that say whether a customer was charged what was expected."""

SHOWN = 8
WEEK, SILENCE = timedelta(days=7), timedelta(hours=24)
"""How long the logs must reach back, and how long a log may say nothing: beat alone speaks every hour."""

FRONTEND = "frontend/"
TEST = re.compile(r"^(test_\w+) \(([\w.]+)\)", re.MULTILINE)
ENDED = re.compile(r"(?:\.\.\. |^)(ok|FAIL|ERROR|skipped|expected failure|unexpected success)\b", re.MULTILINE)


def tests(run: SuiteRun | None, wanted: Sequence[str]) -> Result:
    """Criterion 1. `wanted` are "Class.test"; `run` is verbose (-v 2), None when nothing was run."""
    if run is None:
        return cannot_tell("the integration tests were not run")
    ended: dict[str, str] = {}
    heads = list(TEST.finditer(run.output))
    ends = [*(head.start() for head in heads), len(run.output)][1:]
    for head, after in zip(heads, ends, strict=True):
        owner = head[2].removesuffix(f".{head[1]}").rpartition(".")[2]
        found = ENDED.search(run.output, head.end(), after)
        ended.setdefault(f"{owner}.{head[1]}", found[1] if found else "no result")
    problems = [f"{name}: {how}" for name, how in ended.items() if how != "ok"]
    problems += [f"{name}: the plan has it, and it did not run" for name in wanted if name not in ended]
    if run.exit_code:
        last = [line.strip() for line in run.output.splitlines() if line.strip()][-1:]
        problems.append(f"the test run ended with exit code {run.exit_code}: {last[0] if last else 'it said nothing'}")
    return judged(_few(problems), (), f"{len(ended)} tests ran and passed, all {len(wanted)} of the plan among them")


def checklist(rows: Sequence[RowSeen]) -> Result:
    """Criterion 2."""
    told = Counter(status for _, status, _ in rows)
    shown = ", ".join(f"{told[status]} {status}" for status in ANSWERS)
    by = {status: [f"{name}: {note}" for name, seen, note in rows if seen is status] for status in ANSWERS}
    head = f"{len(rows)} rows of the plan: {shown}"
    if by[Status.FAIL]:
        return breaks([head, *_few(by[Status.FAIL])])
    if by[Status.UNKNOWN] or not rows:
        return cannot_tell(head, *_few(by[Status.UNKNOWN]))
    return holds(head)


def credits(verdicts: Sequence[Verdict], planned: Collection[str]) -> Result:
    """Criterion 4. `planned` are all cells there are ("scenario@path"); each must have been judged."""
    own = [verdict for verdict in verdicts if verdict.checker in MONEY]
    wrong: dict[str, list[str]] = {}
    for verdict in own:
        if verdict.finding and verdict.cell not in wrong.setdefault(verdict.finding, []):
            wrong[verdict.finding].append(verdict.cell)
    problems = [f"{v.cell}: {v.checker}: {v.evidence[0]}" for v in own if v.status is Status.FAIL]
    problems += [f"known wrong: {finding} in {', '.join(cells)}" for finding, cells in wrong.items()]
    unclear = [f"{v.cell}: {v.checker}: {v.evidence[0]}" for v in own if v.status in (Status.UNKNOWN, Status.NOT_ASKED)]
    unclear += _not_judged(verdicts, planned)
    unclear += [f"the whole run: {v.checker}: {v.evidence[0]}" for v in verdicts if not v.cell and v.status.bad]  # fmt: skip
    return judged(
        _few(problems), _few(unclear), f"{len(own)} checks of {len(planned)} cells: as expected, to the credit"
    )


def paths(verdicts: Sequence[Verdict], planned: Collection[str]) -> Result:
    """Criterion 5: every cell of every path passes. What is known to be wrong is named; the cell still came to its end."""
    problems, unclear, shown = [], [], []
    for path in Path:
        cells = {cell for cell in planned if cell.endswith(f"@{path}")}
        own = [verdict for verdict in verdicts if verdict.cell in cells]
        problems += [f"{path}: {v.cell}: {v.checker}: {v.evidence[0]}" for v in own if v.status is Status.FAIL]
        unclear += [f"{path}: {v.cell}: {v.checker}: {v.evidence[0]}" for v in own if v.status is Status.UNKNOWN]
        unclear += [f"{path}: {line}" for line in _not_judged(own, cells)]
        if not cells:
            unclear.append(f"{path}: there is no scenario on it")
        wrong = dict.fromkeys(v.cell for v in own if v.finding)
        shown.append(f"{path} {len(cells)} cells{f', {len(wrong)} of them known wrong' if wrong else ''}")
    return judged(_few(problems), _few(unclear), "; ".join(shown))


def frontend(rows: Sequence[RowSeen], sources: Mapping[str, str], rules: Sequence[Rule]) -> Result:
    """Criterion 6."""
    own = [rule for rule in rules if rule.file.startswith(FRONTEND)]
    found = scan(sources, None, own, LAST)
    if found.problems:
        return breaks(_few([f"the source has its own list: {line}" for line in found.problems]))
    source = f"the source holds no model of its own ({len(found.held)} rules)" if found.held else "no source was read"
    page = checklist(rows)
    if page.status is Status.FAIL:
        return breaks(page.evidence)
    if page.status is Status.UNKNOWN or found.unchecked or not own:
        return cannot_tell(f"{source}; that is no proof that a page loads them", *_few(found.unchecked), *page.evidence)
    return holds(source, *page.evidence)


def legacy(sources: Mapping[str, str], columns: Mapping[str, Collection[str]] | None, rules: Sequence[Rule]) -> Result:
    """Criterion 7. `columns` are the schema's tables, None where none was read."""
    if not rules:
        return cannot_tell("there is no rule to check")
    found = scan(sources, columns, rules, LAST)
    problems = [f"{len(found.problems)} of {len(rules)} rules find what must be gone", *_few(found.problems)]
    return judged(problems if found.problems else (), _few(found.unchecked), f"{len(found.held)} rules find nothing")


LINE = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(?: ?(Z|[+-]\d\d:?\d\d))?")
ACCESS = re.compile(r"(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})")
MONTHS = {
    name: n
    for n, name in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1)
}
CALM = re.compile(r"\b(?:DEBUG|INFO|NOTICE|WARNING|LOG|DETAIL|STATEMENT|HINT)\b")
LOUD = re.compile(r"\b(?:ERROR|CRITICAL|FATAL|PANIC)\b|Traceback \(most recent call last\)|HTTP/\d(?:\.\d)?\" 5\d\d\b")
LOUD_JSON = re.compile(r'"level(?:name)?"\s*:\s*"(?:error|critical|fatal)"', re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class LogSeen:
    """What one log said, by hour (UTC): enough to know what it covers. `last_errors` keeps a few of its errors."""

    hours: Counter[datetime] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    errors: Counter[datetime | None] = field(default_factory=Counter)
    last_errors: list[str] = field(default_factory=list)


def read_log(lines: Iterable[str], seen: LogSeen | None = None) -> LogSeen:
    """Read one log, or a further (rotated) file of it. A line without a time belongs to the line before it."""
    seen, now = seen or LogSeen(), None
    for line in lines:
        when = time_of(line)
        if when is not None:
            now = when
            seen.hours[when.replace(minute=0, second=0)] += 1
            seen.first = min(seen.first or when, when)
            seen.last = max(seen.last or when, when)
        if is_error(line):
            seen.errors[now] += 1
            seen.last_errors = [*seen.last_errors, line.strip()[:200]][-SHOWN:]
    return seen


def is_error(line: str) -> bool:
    """By its own level, where it has one in front; a traceback, a 5xx answer or a JSON level count whatever is there."""
    calm = CALM.search(line)
    for loud in LOUD.finditer(line):
        if not loud[0].isalpha() or calm is None or calm.start() > loud.start():
            return True
    return LOUD_JSON.search(line) is not None


def time_of(line: str) -> datetime | None:
    """The time at the head of a line, in UTC; a time without a zone counts as UTC."""
    try:
        if found := LINE.search(line, 0, 80):
            year, month, day, hour, minute, second = map(int, found.groups()[:6])
            zone = found[7]
        elif found := ACCESS.search(line, 0, 120):
            day, year, hour, minute, second = (int(found[n]) for n in (1, 3, 4, 5, 6))
            month, zone = MONTHS[found[2]], found[7]
        else:
            return None
        when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, KeyError):
        return None
    if not zone or zone == "Z":
        return when
    away = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return when - away if zone[0] == "+" else when + away


def logs(seen: Mapping[str, LogSeen]) -> Result:
    """Criterion 3: the week that ends with the newest line, in every log."""
    if not seen:
        return cannot_tell("no logs were given: --logs DIR or --docker-logs NAME")
    ends = [one.last for one in seen.values() if one.last]
    if not ends:
        return cannot_tell("no line of the logs has a time", *_few(sorted(seen)))
    end = max(ends)
    begin = end - WEEK
    problems, unclear, shown = [], [], []
    for name, one in sorted(seen.items()):
        bad = sum(n for when, n in one.errors.items() if when is None or when >= begin)
        if bad:
            problems += [f"{name}: {bad} errors since {begin:%Y-%m-%d %H:%M} UTC", *(f"{name}: {line}" for line in one.last_errors[-2:])]  # fmt: skip
        if one.first is None or one.last is None:
            unclear.append(f"{name}: no line has a time")
            continue
        if one.first > begin or one.last < end - SILENCE:
            unclear.append(f"{name}: covers {one.first:%Y-%m-%d %H:%M} to {one.last:%Y-%m-%d %H:%M} UTC, not the week to {end:%Y-%m-%d %H:%M}")  # fmt: skip
        hours = sorted(hour for hour in one.hours if hour >= begin - SILENCE)
        unclear += [f"{name}: says nothing from {a:%Y-%m-%d %H:%M} to {b:%Y-%m-%d %H:%M} UTC" for a, b in pairwise(hours) if b - a > SILENCE]  # fmt: skip
        shown.append(f"{name} ({sum(one.hours.values())} lines)")
    return judged(_few(problems), _few(unclear), f"no error from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC in {', '.join(shown)}; nothing else was read")  # fmt: skip


def _not_judged(verdicts: Sequence[Verdict], planned: Collection[str]) -> list[str]:
    missing = sorted(set(planned) - {verdict.cell for verdict in verdicts})
    return [f"{len(missing)} of {len(planned)} cells were not driven: {', '.join(missing[:3])}"] if missing else []


def _few(lines: Sequence[str]) -> list[str]:
    return [*lines[:SHOWN], *([f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else [])]
