"""What came of all changes: in a terminal, and as JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from harness.core.counts import count
from harness.jobs.perturb.judge import below, status
from harness.jobs.perturb.values import EACH, FREE, Came, Share
from harness.report.say import say
from harness.report.verdicts import say_end

FORMAT = 1
MOST = 40
"""Survivors that are written out; --json has all."""


def print_came(console: Console, found: Came) -> None:
    for line in found.odd:
        say(console, f"not green as it is, so nothing is shown of it: {line}")
    for one in found.survivors[:MOST]:
        say(console, f"  survived {one.change.kind:<12} {one.cell}: {one.change.what}")
    if len(found.survivors) > MOST:
        say(console, f"  and {len(found.survivors) - MOST} more (--json has all)")
    say(console)
    say(console, f"{'class':<12} {'perturbed':>10} {'refused':>10} {'share':>8}", "bold")
    for kind, share in {**found.shares, "all": whole(found)}.items():
        drawn = (
            ""
            if kind in EACH or share.there == share.asked
            else f"  {share.asked / share.there:.1%} of {share.there}, seed {found.seed}"
        )
        say(console, f"{kind:<12} {share.asked:>10} {share.refused:>10} {_part(share):>8}{drawn}")
    say(console)
    say(console, "refused first by: " + ", ".join(f"{name} {n}" for name, n in found.by.items()))
    say(console, f"declared free in harness.toml: {found.free}; never changed: " + "; ".join(FREE))
    say_end(console, status(found), _about(found))


def whole(found: Came) -> Share:
    shares = found.shares.values()
    return Share(
        there=sum(s.there for s in shares), asked=sum(s.asked for s in shares), refused=sum(s.refused for s in shares)
    )


def document(found: Came) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "status": str(status(found)),
        "cells": found.cells,
        "classes": {
            kind: {"there": one.there, "perturbed": one.asked, "refused": one.refused}
            for kind, one in found.shares.items()
        },
        "survived": [{"class": one.change.kind, "cell": one.cell, "what": one.change.what} for one in found.survivors],
        "refused_by": dict(found.by),
        "free": found.free,
        "odd": list(found.odd),
        "seed": found.seed,
        "seconds": round(found.seconds, 2),
    }


def _part(share: Share) -> str:
    return f"{share.refused / share.asked:.2%}" if share.asked else "-"


def _about(found: Came) -> str:
    missed = "; ".join(below(found.shares))
    return f"{missed or 'every bar is held'} ({count(found.cells, 'cell')}, {found.seconds:.0f} s)"
