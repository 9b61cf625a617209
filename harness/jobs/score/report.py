"""What a catalogue came to: each patch as it is known, then the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console

from harness.jobs.score.values import Heard, How, Measured, Score, Share
from harness.report.say import say

FORMAT = 1
STYLES = {How.TOLD: "green", How.SURVIVED: "red", How.BOOT: "yellow", How.TIME: "yellow"}
MOST = 6
"""Checks that are named in a line."""


def print_one(console: Console, one: Measured) -> None:
    """One line a patch: what became of it, and by whom."""
    neutral = one.entry.role != "mistake"
    word, style = str(one.outcome.how), STYLES[one.outcome.how]
    if neutral:
        quiet = one.outcome.how is How.SURVIVED
        word, style = ("quiet", "green") if quiet else ("alarm", "yellow" if one.entry.changes else "red")
    spent = "kept" if one.outcome.kept else f"{one.outcome.seconds:.0f} s"
    say(console, f"{word:<9} {one.entry.id:<44} {_by(one)}  ({spent})".replace("   (", "  ("), style)


def print_score(console: Console, score: Score, jobs: Sequence[str], facts: Mapping[str, Any]) -> None:
    """The tables, and the lists of what survived and of what alarmed. `jobs`: in the order in which they were asked."""
    say(console)
    say(console, f"{'kind':<24} {'told':>9}", "bold")
    for kind, share in score.kinds.items():
        say(console, f"{kind:<24} {_of(share):>9}")
    say(console, f"{'all':<24} {_of(score.whole):>9}", "bold")
    say(console)
    if len(jobs) > 1:
        for job, share in zip(jobs, score.steps, strict=False):
            say(
                console,
                f"told by {job}{'' if share is score.steps[0] else ' and those before'}: {_of(share)}, {share.value:.0%}",
            )
    say(console, "told first by: " + (", ".join(f"{check} {n}" for check, n in score.first.items()) or "nobody"))
    say(console, f"by the golden alone: {len(score.golden_alone)}" + _ids(score.golden_alone))
    if score.stopped:
        say(console, f"not asked, since nothing could be driven or nothing came to an end: {len(score.stopped)}")
        for one in score.stopped:
            say(console, f"  {one.outcome.how}  {one.entry.id}  {one.outcome.code}")
    say(console, f"neutral refactors left in peace: {_of(score.neutral)}" + _ids(score.declared, ", declared: "))
    for one in score.alarms:
        say(console, f"  alarm  {one.entry.id}: {one.entry.what}  {_by(one)}", "red")
        for heard in one.outcome.by[:MOST]:
            say(console, f"           {heard.cell or 'the run'}: {heard.check}: {heard.evidence}")
    if score.survivors:
        say(console, f"survived: {len(score.survivors)}", "bold")
    for one in score.survivors:
        say(console, f"  {one.entry.kind:<22} {one.entry.id}: {one.entry.what}")
    say(console)
    say(console, " · ".join(f"{name}: {value}" for name, value in facts.items() if value))
    say(console, sentence(score), "bold")


def sentence(score: Score) -> str:
    return (
        f"score: {score.whole.told} of {score.whole.of} mistakes told, {score.whole.value:.0%}; "
        f"with 95 % certainty at least {score.lower:.0%} of such mistakes"
    )


def document(score: Score, measured: Sequence[Measured], facts: Mapping[str, Any], *, passed: bool) -> dict[str, Any]:
    """The --json document.

    {"format", "status": "pass"|"fail", "score": {"told", "of", "share", "wilson_lower"}, "steps": [{"told", "of"}], "kinds": {kind: {"told", "of"}},
    "first": {check: n}, "golden_alone": [id], "stopped": [id], "survivors": [id], "neutral": {"told", "of"}, "alarms": [id],
    "declared": [id], "patches": [{"id", "kind", "what", "role", "phase", "changes", "how", "by": [{"job", "check", "cells", "cell",
    "evidence"}], "code", "seconds", "measured_on", "asked", "kept"}], "facts"}; told of neutral are those left in peace
    """
    whole = {**asdict(score.whole), "share": score.whole.value, "wilson_lower": score.lower}
    return {
        "format": FORMAT,
        "status": "pass" if passed else "fail",
        "score": whole,
        "steps": [asdict(share) for share in score.steps],
        "kinds": {kind: asdict(share) for kind, share in score.kinds.items()},
        "first": dict(score.first),
        "golden_alone": _list(score.golden_alone),
        "stopped": _list(score.stopped),
        "survivors": _list(score.survivors),
        "neutral": asdict(score.neutral),
        "alarms": _list(score.alarms),
        "declared": _list(score.declared),
        "patches": [_patch(one) for one in measured],
        "facts": dict(facts),
    }


def _patch(one: Measured) -> dict[str, Any]:
    said = {name: value for name, value in asdict(one.entry).items() if name != "diff"}
    return {**said, **asdict(one.outcome), "how": str(one.outcome.how)}


def _by(one: Measured) -> str:
    if one.outcome.code:
        return one.outcome.code
    named = [_heard(heard) for heard in one.outcome.by[:MOST]]
    return ", ".join(named) + (" ..." if len(one.outcome.by) > MOST else "")


def _heard(heard: Heard) -> str:
    check = heard.check if heard.job == "verify" else f"{heard.job} {heard.check}"
    return f"{check} {heard.cells}" if heard.cells else check


def _of(share: Share) -> str:
    return f"{share.told} of {share.of}"


def _list(found: Sequence[Measured]) -> list[str]:
    return [one.entry.id for one in found]


def _ids(found: Sequence[Measured], before: str = ": ") -> str:
    return before + ", ".join(_list(found)) if found else ""
