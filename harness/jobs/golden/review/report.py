"""A change in words, at the width of whoever reads it; how a review ended; all of it as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console

from harness.core.counts import count, plain, signed
from harness.core.history import Call
from harness.jobs.golden.report import grouped_lines
from harness.jobs.golden.review.values import Charge, Item, Kind, PerThousand, Rate, Reviewed, Said
from harness.judge.laws.provider import model_of
from harness.report.failures import wrapped
from harness.report.say import say
from harness.report.verdicts import STYLES, WORDS

WHAT = {
    Kind.CREDITS: "credits change",
    Kind.STATES: "states change, credits do not",
    Kind.SURFACE: "beyond credits alone",
    Kind.NEW: "new: nothing is locked of it",
}
SHOWN = 6
"""Lines of a part that are shown before somebody asks for the whole."""
ROWS = 2
"""Rows of the screen that one line beyond credits takes before that."""
EVIDENCE = 3
"""Charges that are shown before that."""
NAMED = 4
"""Cells that are named of those with the same line."""
NOTHING = "nothing differs"
TEXT = 13
"""Columns before what is said, behind the word that says of what it is."""


def print_item(console: Console, item: Item, place: str, *, report: str = "", whole: bool = False) -> None:
    """One change; with `whole` all of its lines, else the first of each part. `place` is "2 of 7", `report` where it stands in the page."""
    say(console)
    say(console, f"{place}  {WHAT[item.kind]}", "bold")
    wrapped(console, _head(item), 0, hang=4, anywhere=True)
    if item.title:
        wrapped(console, item.title, 2)
    for name, text in _facts(item):
        _fact(console, name, text)
    for paths, lines in _by_lines(item.lines):
        _block(console, f"on {', '.join(paths)}", lines, whole)
    shown = item.charges if whole else item.charges[:EVIDENCE]
    for charge in shown:
        for name, text in charge_facts(charge):
            _fact(console, name, text)
    if len(item.charges) > len(shown):
        say(console, f"{'':{TEXT}}and {count(len(item.charges) - len(shown), 'further charge')} (d)")
    for said in item.said:
        _law(console, said, whole)
    if item.kind is not Kind.SURFACE and item.beyond:
        lines = grouped_lines(item.beyond)
        cut = lines if whole or not console.is_terminal else [_cut(line, ROWS * (console.width - 6)) for line in lines]
        _block(console, f"beyond credits, {count(len(item.beyond), 'cell')}", cut, whole)
    if report:
        _fact(console, "report", report)


def _head(item: Item) -> str:
    if item.kind is Kind.SURFACE:
        return item.about
    return f"{item.about}  ({', '.join(item.lines)})"


def _facts(item: Item) -> Iterator[tuple[str, str]]:
    if item.kind is Kind.SURFACE:
        cells = [*item.beyond]
        more = f" and {len(cells) - NAMED} more" if len(cells) > NAMED else ""
        yield "in", f"{count(len(cells), 'cell')}: {', '.join(cells[:NAMED])}{more}"
        return
    yield "credits", credits_of(item)
    for rate in item.rates:
        yield "per 1,000", rate_of(rate)


def credits_of(item: Item) -> str:
    """ "20 -> 24 (+4)"; "4, as before"; "4 charged" of what is new."""
    if item.before is None:
        return f"{plain(item.after)} charged"
    assert item.after is not None
    if item.before != item.after:
        return f"{plain(item.before)} -> {plain(item.after)} ({signed(item.after - item.before)})"
    whose = f", by other accounts: {plain(item.moved)} moved" if item.moved else ", as before"
    return f"{plain(item.after)}{whose}"


def rate_of(rate: Rate) -> str:
    """ "writing: 20,000 -> 24,000 credits; the cost is 17.26 USD, as before"."""
    return f"{rate.operation}: {_both(rate, 'credits', 'credits')}; the cost is {_both(rate, 'cost_usd', 'USD')}"


def _both(rate: Rate, what: str, unit: str) -> str:
    was, now = (_number(one, what) for one in (rate.before, rate.after))
    if rate.before is None:
        return f"{now} {unit}"
    return f"{now} {unit}, as before" if was == now else f"{was} -> {now} {unit}"


def _number(one: PerThousand | None, what: str) -> str:
    if one is None:
        return "none"
    value: Decimal = getattr(one, what)
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def charge_facts(charge: Charge) -> Iterator[tuple[str, str]]:
    """(word, text) of each part of the evidence, in the order of cause: what was taken, for what, by whom, asked by whom."""
    row, log = charge.row, charge.log
    leaves = "" if row.balance is None else f", leaves {plain(row.balance)}"
    units = f", {row.units} units" if row.units != 1 else ""
    yield "charge", f"{row.operation or row.kind} {signed(row.credits)} of {row.account}{leaves}{units}"
    if log is not None:
        tokens = "" if log.tokens_in is None else f", {log.tokens_in}+{log.tokens_out} tokens"
        cost = "" if log.cost_usd is None else f", cost {log.cost_usd} USD"
        yield "usage log", f"{plain(log.credits)} credits{_named(log.model)}{tokens}{cost}"
    for call in charge.calls:
        yield "pays for", f"call {call.n}, {call.route} {call.status}{_named(model_of(call))}{_used(call)}"
    role = f"{charge.role}, " if charge.role else ""
    if charge.tasks:
        tasks = dict.fromkeys(f"task {task.name} {task.state}" for task in charge.tasks)
        yield "written by", f"{role}{_one_of(tasks)}"
    elif charge.role:
        yield "written by", charge.role
    if charge.requests:
        yield "asked by", _one_of(dict.fromkeys(f"{one.method} {one.path} {one.status}" for one in charge.requests))


def _named(model: str) -> str:
    return f", {model}" if model else ""


def _used(call: Call) -> str:
    if call.usage is not None and not call.images:
        return f", {call.usage.get('tokens_in')}+{call.usage.get('tokens_out')} tokens"
    return f", {count(call.images, 'image')}" if call.images else ""


def _one_of(names: Iterable[str]) -> str:
    """Of several each is named: which of them it was, no history says."""
    names = list(names)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{'one of ' if len(names) > 1 else ''}{', '.join(names[:NAMED])}{more}"


def _by_lines(paths: Mapping[str, Sequence[str]]) -> list[tuple[list[str], Sequence[str]]]:
    """Paths that differ in the same way together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for path, lines in paths.items():
        found.setdefault(tuple(lines), []).append(path)
    return [(names, lines) for lines, names in found.items()]


def _block(console: Console, title: str, lines: Sequence[str], whole: bool) -> None:
    say(console, f"  {title}")
    for line in lines if whole else lines[:SHOWN]:
        wrapped(console, line, 4, anywhere=True)
    if not whole and len(lines) > SHOWN:
        say(console, f"    and {count(len(lines) - SHOWN, 'further line')} (d)")


def _cut(line: str, room: int) -> str:
    return line if len(line) <= room else f"{line[: room - 2]} …"


def _law(console: Console, said: Said, whole: bool) -> None:
    verdict = said.verdict
    word = "known wrong" if verdict.finding else WORDS[verdict.status]
    finding = f" ({verdict.finding})" if verdict.finding else ""
    where = f"  ({count(len(said.cells), 'cell')})" if len(said.cells) > 1 else ""
    evidence = verdict.evidence if whole else verdict.evidence[:1]
    text = f"{word}{finding}: {evidence[0] if evidence else verdict.claim}{where}"
    _fact(console, verdict.checker, text, style=STYLES[verdict.status])
    for line in evidence[1:]:
        wrapped(console, line, TEXT, hang=0)


def _fact(console: Console, name: str, text: str, style: str = "") -> None:
    wrapped(console, f"{name:<{TEXT - 3}} {text}", 2, hang=TEXT - 2, style=style)


def listed(console: Console, items: Sequence[Item], pages: Mapping[str, str]) -> None:
    """All changes, one after the other."""
    for n, item in enumerate(items, 1):
        print_item(console, item, f"{n} of {len(items)}", report=pages.get(item.cell, ""), whole=True)
    say(console)
    say(console, summary(items), "bold")


def summary(items: Sequence[Item]) -> str:
    """ "3 changes: 1 of credits, 1 beyond credits, 1 new"."""
    words = {Kind.CREDITS: "of credits", Kind.STATES: "of states", Kind.SURFACE: "beyond credits", Kind.NEW: "new"}
    counted = [f"{n} {words[kind]}" for kind in Kind if (n := sum(1 for item in items if item.kind is kind))]
    return f"{count(len(items), 'change')}{': ' if counted else ''}{', '.join(counted)}" if items else NOTHING


def closing(found: Reviewed, command: str) -> list[str]:
    """What was accepted, in one line; what was not, each by its name; the command that goes on, where there is anything left."""
    if found == Reviewed():
        return [NOTHING]
    parts = []
    if changed := len(found.wrote) - found.new:
        parts.append(f"{signed(found.credits_delta)} credits on {count(changed, 'scenario')}")
    parts += [f"{found.new} new"] * bool(found.new)
    parts += [f"the surface of {count(found.surfaces, 'cell')}"] * bool(found.surfaces)
    lines = [
        f"accepted: {', '.join(parts) or 'nothing'}; {len(found.skipped)} skipped, {len(found.left)} not looked at"
    ]
    for word, items in (("skipped", found.skipped), ("left", found.left)):
        lines += [f"  {word:<8} {item.about}" for item in items]
    lines += [f"  waits    {name}: not all of its lines were accepted" for name in found.waiting]
    return [*lines, f"go on: {command}"] if found.skipped or found.left or found.waiting else lines


def document(items: Sequence[Item], phase: int, pages: Mapping[str, str]) -> dict[str, Any]:
    """The changes in the same order, with all that the words say."""
    return {
        "phase": phase,
        "summary": summary(items),
        "changes": [_told(item, pages.get(item.cell, "")) for item in items],
    }


def _told(item: Item, page: str) -> dict[str, Any]:
    return {
        "kind": str(item.kind),
        "about": item.about,
        "title": item.title,
        "scenarios": item.locks,
        "credits": {"before": item.before, "after": item.after, "moved": item.moved},
        "per_1000": [
            {"operation": rate.operation, "before": _rate(rate.before), "after": _rate(rate.after)}
            for rate in item.rates
        ],
        "lines": item.lines,
        "beyond": item.beyond,
        "evidence": [[*map(list, charge_facts(charge))] for charge in item.charges],
        "said": [
            {
                "checker": said.verdict.checker,
                "status": str(said.verdict.status),
                "finding": said.verdict.finding,
                "evidence": said.verdict.evidence,
                "cells": said.cells,
            }
            for said in item.said
        ],
        "cell": item.cell,
        "report": page,
    }


def _rate(one: PerThousand | None) -> dict[str, Any] | None:
    return None if one is None else {"credits": one.credits, "cost_usd": one.cost_usd}
