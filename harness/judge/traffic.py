"""Checks of what went over the wire: provider calls, HTTP statuses, and whether the work came to rest."""

from __future__ import annotations

import json
from typing import Any

from harness.core.history import Call, CellHistory, HttpExchange
from harness.judge.context import Context
from harness.judge.result import Result, breaks, holds, judged

CHANGES_SHOWN = 5
SCHEMA = "schema"
VALUE_WIDTH = 70
WARNING = "warning: "


def provider(cell: CellHistory, context: Context) -> Result:
    """Every request fits a recording and the provider's contract, and every recording was asked for.

    A fault takes the place of a recording and may end the work, so it may leave recordings of its provider over; how
    many calls were made is locked by the golden.
    """
    problems: list[str] = []
    hint = ""
    for call in cell.calls:
        if call.disposition == "unmatched" or _other_words(call):
            problems += _unmatched(call)
            hint = hint or str((call.nearest or {}).get("hint", ""))
        broken = [problem for problem in call.problems if not problem.startswith(WARNING)]
        if call.disposition == "invalid" and not broken:
            broken = ["the request breaks the provider contract"]
        problems += [f"{call.route} call {call.n} breaks the provider contract: {problem}" for problem in broken]
    if cell.late_calls:
        problems.append(f"{cell.late_calls} provider call(s) of an earlier scenario ended only during this one")
    faulty = {fault.match.split(" ")[0] for fault in context.scenario.faults}
    left = [item for item in cell.unplayed if str(item.get("cassette", "")).split("/")[0] not in faulty]
    problems += [f"recorded but never asked for: {_recording(item)}" for item in left]
    if problems:
        return breaks(problems, hint=hint, code="provider-unmatched" if hint else "")
    played = sum(1 for call in cell.calls if call.disposition == "played")
    over = f"{len(cell.unplayed)} recordings left over by faults" if cell.unplayed else "no recording left over"
    return holds(f"{played} of {len(cell.calls)} calls played, {over}")


def http(cell: CellHistory, context: Context) -> Result:
    """Each answer has the status that the step expects; a step that names none expects any 2xx."""
    problems = [
        f"{exchange.method} {exchange.path} answered {exchange.status}, expected {exchange.expected or '2xx'}{_said(exchange)}"
        for exchange in cell.http
        if not _as_expected(exchange)
    ]
    return judged(problems, (), f"{len(cell.http)} requests answered as expected")


def shape(cell: CellHistory, context: Context) -> Result:
    """No table that was there has other columns, keys, indexes or triggers than before, and what watches it is switched on."""
    changed = [
        f"{side['key']} was {side['before'] or 'not there'}, is {side['after'] or 'gone'}"
        for side in cell.sides
        if side["store"] == SCHEMA
    ]
    if not changed:
        return holds("the tables have the shape that they had")
    hint = "tables are made by migrations: what a request or a task drops or alters is lost, and what it does not let be watched is not seen"
    return breaks(changed, code="cell-schema", hint=hint)


def settle(cell: CellHistory, context: Context) -> Result:
    """The work came to rest: no task is queued, running or unacknowledged, no thread, process or transaction of it goes on, nothing
    of it came later, and the cell was observed to its end."""
    late = [line for one in cell.late for line in one.lines]
    if not cell.settled:
        reason = cell.settle_reason or "the work did not come to rest"
        return breaks([reason, *late], code=cell.settle_code or "not-settled", hint=cell.settle_hint)
    if late:
        return breaks(late, code=cell.late[0].code, hint=cell.late[0].hint)
    return holds("at rest")


def _other_words(call: Call) -> bool:
    """A fault answered, but the request is not one that was ever recorded: a fault must not hide a changed prompt."""
    return call.disposition == "fault" and bool((call.nearest or {}).get("changes"))


def _unmatched(call: Call) -> list[str]:
    lines = [f"{call.route} call {call.n}: no recording matches this request"]
    nearest = call.nearest or {}
    if not nearest.get("cassette"):
        return [*lines, "  no recording of this host is left"]
    lines.append(f"  nearest recording: {nearest.get('cassette', '?')} #{nearest.get('index', '?')}")
    changes = list(nearest.get("changes", ()))
    if not changes and nearest.get("hint"):
        lines.append(f"  {str(nearest['hint']).partition(';')[0]}")
    lines += [
        f"  {change.get('path', '?')}: recorded {_short(change.get('recorded'))} -> sent {_short(change.get('sent'))}"
        for change in changes[:CHANGES_SHOWN]
    ]
    if len(changes) > CHANGES_SHOWN:
        lines.append(f"  and {len(changes) - CHANGES_SHOWN} more paths")
    return lines


def _recording(item: Any) -> str:
    return f"{item.get('cassette', '?')} #{item.get('index', '?')} {item.get('request', '')}".rstrip()


def _as_expected(exchange: HttpExchange) -> bool:
    if exchange.expected is None:
        return 200 <= exchange.status < 300
    return exchange.status == exchange.expected


def _said(exchange: HttpExchange) -> str:
    return f": {_short(exchange.response)}" if exchange.response not in (None, "") else ""


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= VALUE_WIDTH else f"{text[: VALUE_WIDTH - 1]}…"
