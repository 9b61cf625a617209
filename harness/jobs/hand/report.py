"""A standing stack in the terminal: where it is, who may log in, what can be typed."""

from __future__ import annotations

import json
import os

from rich.console import Console

from harness.core.counts import count
from harness.jobs.hand.values import Standing
from harness.report.say import say


def print_standing(out: Console, standing: Standing, *, word: str, lines: bool = True) -> None:
    """`word` says what has just happened: "up after 2.6 s", "as it was seeded". `lines`: what can be pasted, too."""
    own = "" if standing.name == "default" else f" --name {standing.name}"
    rows = {
        "world": f"{standing.world}: {standing.title}",
        "answers": _answers(standing),
        "backend": standing.backend,
        "database": f"psql {standing.database}",
        "broker": f"redis-cli -u {standing.broker}",
        "logs": os.path.relpath(standing.logs),
    }
    say(out, f"{standing.target} at phase {standing.phase}, tier {standing.tier}: {word}")
    for name, text in rows.items():
        say(out, f"  {name:<9} {text}")
    if standing.trouble:
        say(out, f"  TROUBLE   {standing.trouble}")
    say(out, "")
    width = max((len(customer.account) for customer in standing.customers), default=0)
    for customer in standing.customers:
        tokens = ", ".join(customer.tokens.values()) or "no token"
        say(out, f"  {customer.account:<{width}} {customer.credits:>6} credits  {tokens}")
    if not lines:
        return
    say(out, "")
    for line in standing.lines:
        say(out, f"  # {line.title}")
        say(out, f"  {line.text}")
    say(out, "")
    say(out, f"harness stack shell{own}, logs{own} [ROLE] [-f], status{own}, reset{own}, down{own}")


def machine(standing: Standing) -> str:
    """The `--json` document."""
    return json.dumps({"format": 1, **standing.document()})


def down_line(name: str, was: str) -> str:
    """`was` is what `harness stack down` met: up, killed, none."""
    words = {"up": "is down", "killed": "was killed before; its folder is removed", "none": "is not up"}
    return f"the stack '{name}' {words[was]}"


def absent_line(name: str, found: str) -> str:
    """Of a stack that does not stand: none, or killed."""
    words = {"none": "is not up", "killed": "was killed; nothing of it is left, and its folder is removed now"}
    return f"the stack '{name}' {words[found]}"


def absent_machine(name: str) -> str:
    """The `--json` document of a stack that does not stand."""
    return json.dumps({"format": 1, "name": name, "up": False})


def _answers(standing: Standing) -> str:
    calls = f"; {count(standing.calls, 'call')} so far" if standing.calls else ""
    if not standing.tape:
        return f"simulated: the simulator speaks for every provider{calls}"
    refused = f", {standing.refused} refused" if standing.refused else ""
    what = count(standing.recordings, "recording")
    faults = f", with {' and '.join(standing.faults)} over it" if standing.faults else ""
    return f"the tape of {standing.world}: {what}, each once{faults}{calls}{refused}"
