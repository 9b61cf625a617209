"""What the harness changed, and what the target did, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console

from harness.core.counts import count
from harness.jobs.verify.check.values import Beside, Cause, Otherwise
from harness.judge.surface.difference import grouped
from harness.report.say import say

NAMED = 3
"""Cells that are named of those that have something in common."""

SAYS = {
    Cause.ALONE: "the harness alone: the history, the goldens and the surfaces are those of then",
    Cause.LOCKED: "what is locked since, and not the harness",
    Cause.EITHER: "the harness, or what is locked since: both are others",
    Cause.NEITHER: "neither: the same harness says otherwise of the same files; please report it",
    Cause.TARGET: "the target's: the same harness drove both",
    Cause.DRIVES: "the harness's, as it drives, or chance: target, scenarios and recordings are those of then",
    Cause.MATERIAL: "the scenarios' or the recordings': the same harness drove the same target",
    Cause.UNTOLD: "the target's or the harness's, which these two runs do not tell apart: drive the target of then with this harness, and check with that run",
    Cause.CHANCE: "chance: the same harness drove the same target with the same recordings (harness golden noise)",
}


def print_beside(out: Console, found: Beside) -> None:
    """What is judged otherwise of the older history, then what differs between the two."""
    say(out)
    say(
        out,
        f"with {found.older}, driven by harness {found.harness_then or 'of a version that it does not say'}; this is {found.harness_now}",
    )
    if not found.reads:
        say(
            out,
            f"  its history is of format {found.format_then}, and this harness reads {found.format_now}: it is held against what it was judged to be then,",
        )
        say(out, "  and its canonical hash says nothing of the target: only the harness changed it")
    elif found.canonical[0] and found.canonical[0] != found.canonical[1]:
        say(
            out,
            f"  its canonical form is another, of the same history: only the harness changed it ({found.canonical[0][:16]} -> {found.canonical[1][:16]})",
        )
    if not found.common:
        say(out, "  no cell is in both: nothing of this run is held against that one")
    if found.run < found.older:
        say(out, "  that run is the newer one of the two")
    if found.reads:
        _block(out, "judged otherwise than then, though nothing was driven", found.rejudged)
    _block(out, "wrong in this run and not in that one", found.differs)
    if found.same:
        made = f", {found.harness_made} of them judged otherwise since" if found.harness_made else ""
        say(out, f"  {count(found.same, 'verdict')} wrong in both alike{made}")


def document(found: Beside | None) -> dict[str, Any]:
    """{"with": as the value is, "cause" one of the words of values.py}; {} where nobody asked."""
    return {} if found is None else {"with": asdict(found)}


def _block(out: Console, title: str, found: Sequence[Otherwise]) -> None:
    say(out, f"  {title}: {count(len(found), 'verdict') if found else 'none'}")
    for cause in dict.fromkeys(one.cause for one in found):
        own = [one for one in found if one.cause == cause]
        of = ", ".join(dict.fromkeys(name for one in own for name in one.of))
        say(out, f"    {SAYS[cause]}" + (f" ({of})" if of else ""))
        for what in dict.fromkeys((one.checker, one.then, one.now) for one in own):
            alike = [one for one in own if (one.checker, one.then, one.now) == what]
            say(out, f"      {what[0]}: {what[1]} -> {what[2]} in {_named([one.about for one in alike])}")
            for line, where in grouped({one.about: one.lines for one in alike}):
                say(out, f"        {line}" + (f"  ({_named(where)})" if len(where) < len(alike) else ""))


def _named(cells: Sequence[str]) -> str:
    told = [cell or "the run" for cell in cells]
    return ", ".join(told[:NAMED]) + (f" and {len(told) - NAMED} more" if len(told) > NAMED else "")
