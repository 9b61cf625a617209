"""How the stored runs are listed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Console

from harness.core.counts import count, megabytes
from harness.jobs.kept.values import Entry, Listed
from harness.report.say import say


def print_runs(out: Console, found: Listed) -> None:
    """A line for each run, then what they take, and what of it goes at the end of the next run."""
    width = max((len(one.name) for one in found.entries), default=0)
    for one in found.entries:
        whole = "" if one.ended or one.under_way else ", cut off"
        say(out, f"{one.name:<{width}}  {megabytes(one.bytes):>9}  {one.says}{whole}: {one.why or 'may go'}")
    rule = f"keep = {found.keep}" if found.keep else "keep = 0, all of them"
    goes = f"; {len(found.going)} of them may go, {_taken(found.going)}" if found.going else ""
    say(out, f"{count(len(found.entries), 'run')}, {_taken(found.entries)} ({rule}){goes}")


def document(found: Listed) -> dict[str, Any]:
    """{"keep", "runs": [{"name", "folder", "says", "bytes", "ended", "under_way", "why" ("" where it may go)}]}."""
    return {"keep": found.keep, "runs": [asdict(one) for one in found.entries]}


def _taken(entries: tuple[Entry, ...]) -> str:
    return megabytes(sum(one.bytes for one in entries))
