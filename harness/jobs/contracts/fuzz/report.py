"""What `harness fuzz` says: what it begins with, what the search and schemathesis found, and how each is repeated."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.core.counts import count
from harness.core.verdict import Status
from harness.jobs.contracts.fuzz.values import Asked, Fuzzed, Kept, Search, right
from harness.report.say import say
from harness.report.verdicts import STYLES


def print_start(console: Console, search: Search) -> None:
    states = f"one state from {search.case}" if search.case else f"{search.examples} states"
    say(console, f"phase {search.phase}, seed {search.seed}, {states}")


def print_search(console: Console, search: Search, found: Fuzzed, kept: Kept | None) -> None:
    """What the generated states came to; `kept` where one of them broke a rule."""
    say(console, f"  {count(found.cases, 'case')} in {found.seconds:.1f} s: {found.cases / found.seconds:.0f} a second")
    say(console, f"  {found.distinct} distinct database states: {found.distinct_per_s:.0f} a second")
    say(console, f"  {found.app_share:.0%} of the time in the application; states {found.digest}")
    for rule, times in found.known.items():
        say(console, f"  known wrong in {times} of them: {rule} (contracts/api/known.toml)")
    _problems(console, found.problems)
    if kept is not None:
        say(console, f"  the smallest state that shows it: {kept.told}")
        say(console, f"  repeat: {search.again} --case {kept.file}")
    elif found.problems:
        say(console, f"  repeat: {search.same_states}")


def print_asked(console: Console, search: Search, asked: Asked) -> None:
    """What schemathesis did."""
    say(console, f"  {asked.told}")
    _problems(console, asked.problems)
    if asked.problems:
        say(console, f"  repeat: {search.same_states} --{asked.way}")


def print_end(console: Console, search: Search, folder: Path, found: Fuzzed, asked: tuple[Asked, ...]) -> None:
    say(console, f"kept in {folder}")
    word = "PASS" if right(found, asked) else "FAIL"
    say(console, f"{word} fuzz, phase {search.phase}, seed {search.seed}")


def document(found: Fuzzed, asked: tuple[Asked, ...]) -> dict[str, Any]:
    """For --json: the fields of `Fuzzed`, the status of the whole, and what schemathesis found."""
    status = "pass" if right(found, asked) else "fail"
    return {**asdict(found), "status": status, "schemathesis": [asdict(one) for one in asked]}


def _problems(console: Console, lines: tuple[str, ...]) -> None:
    for line in lines:
        say(console, f"FAIL {line}", STYLES[Status.FAIL])
