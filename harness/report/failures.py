"""What is not right, in a terminal or a log: a cause that shows in many cells once, then each cell with how to repeat it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.console import Console

from harness.core.counts import count, signed
from harness.core.verdict import Status, Verdict
from harness.judge.summary import Summary
from harness.judge.surface.difference import grouped
from harness.report.causes import Block, blocks, in_order
from harness.report.printable import shown
from harness.report.say import say
from harness.report.verdicts import STYLES, WORDS

NAMED = 3
"""Cells that are named of those that have a line in common."""
BESIDE = 8
"""Lines that are told of cells whose cause was told of another one."""


def print_troubles(console: Console, summary: Summary) -> None:
    """All that fails, then all that nobody can tell."""
    for verdicts in (summary.failures, summary.unknowns):
        alone = [v for v in verdicts if not (v.cell in summary.beyond and len(summary.beyond) > 1)]
        for block in blocks(alone):
            about = block.cells[0]
            own = in_order(v for v in alone if v.cell == about)
            print_failures(console, about, own, summary.repeat(about))
            if len(block.cells) > 1:
                _so_in_others(console, block)
    if len(summary.beyond) > 1:
        _beyond(console, summary)


def print_failures(console: Console, about: str, verdicts: Sequence[Verdict], repeat: str) -> None:
    """All that is not right with one cell (or scenario, or run), and how to repeat it."""
    word = WORDS[verdicts[0].status]
    say(console)
    say(console, f"{word} {about or 'the whole run'}", STYLES[verdicts[0].status])
    for verdict in verdicts:
        delta = f" ({signed(verdict.credits_delta)} credits)" if verdict.credits_delta else ""
        say(console, f"  {verdict.checker}: {verdict.claim}{delta}")
        for line in verdict.evidence:
            wrapped(console, line, 4)
        if verdict.hint:
            wrapped(console, f"hint: {verdict.hint}", 4)
    say(console, f"  repeat: {repeat}")


def _so_in_others(console: Console, block: Block) -> None:
    """The other cells with that cause, and what is told of them beside; the page of the run has each in full."""
    others = block.cells[1:]
    total = "" if block.credits_delta is None else f"; {signed(block.credits_delta)} credits in all of them"
    wrapped(console, f"so in {count(len(others), 'further cell')}, but for numbers{total}: {_some(others)}", 2)
    for line, where in [*block.beside.items()][:BESIDE]:
        wrapped(console, f"{line}  ({_some(where)})", 4)
    if len(block.beside) > BESIDE:
        say(
            console,
            f"    and {count(len(block.beside) - BESIDE, 'further line')} that the first has not (report.html has each cell)",
        )


def _beyond(console: Console, summary: Summary) -> None:
    """What changed beyond credits: a line that is the same in many cells is told once."""
    cells = count(len(summary.beyond), "cell")
    say(console)
    say(console, f"{WORDS[Status.FAIL]} {cells}: credits are as locked, the surface is not", STYLES[Status.FAIL])
    for line, where in grouped(summary.beyond):
        wrapped(console, line, 2)
        wrapped(console, f"in {count(len(where), 'cell')}: {_some(where)}", 6)
    for hint in _ways_out(summary):
        say(console, f"  {hint}")
    say(console, f"  repeat: {summary.repeat(next(iter(summary.beyond)))}")


def _some(cells: Sequence[str]) -> str:
    return ", ".join(cells[:NAMED]) + (f" and {len(cells) - NAMED} more" if len(cells) > NAMED else "")


def _ways_out(summary: Summary) -> list[str]:
    """What to do where surfaces differ, once for all; where there is none to differ from, as each verdict says."""
    own = [verdict for verdict in summary.failures if verdict.cell in summary.beyond]
    hints = dict.fromkeys(verdict.hint for verdict in own if verdict.code != "surface-differs")
    if any(verdict.code == "surface-differs" for verdict in own):
        hints['if it is meant: harness golden accept "*" --surface --why "..."'] = None
    return [hint for hint in hints if hint][:NAMED]


def wrapped(
    console: Console, text: str, indent: int, *, hang: int = 2, style: str = "", anywhere: bool = False
) -> None:
    """Long evidence is broken between words at the terminal's width, with `anywhere` in those that are longer, too; a log keeps each line whole."""
    text = shown(text)
    indent += len(text) - len(text.lstrip())
    if not console.is_terminal:
        say(console, " " * indent + text.lstrip(), style)
        return
    for line in textwrap.wrap(
        text.lstrip(),
        max(40, console.width),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
        break_long_words=anywhere,
        break_on_hyphens=False,
    ):
        say(console, line, style)
