"""What init did, found and could not guess, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.core.counts import count
from harness.jobs.adopt.init.values import Tried

MOST = 12
"""Ways that cost nothing of which each is told."""


def lines(*, written: list[str], kept: list[str], differences: str, lines: int, look: int) -> Iterator[str]:
    """What was written."""
    if written:
        yield f"written: {', '.join(written)}"
    if kept:
        yield f"there already, and left as it is: {', '.join(kept)}"
    if differences:
        yield "what init would have otherwise:"
        yield from differences.splitlines()
    yield f"harness.toml has {count(lines, 'line')}, of which {look} wait for a look"


def ways(found: list[Tried], others: list[Tried], left_out: Mapping[str, str], cut: str) -> Iterator[str]:
    """What costs, and why the rest did not."""
    yield f"{count(len([one for one in found if one.charged]), 'way')} that cost: {', '.join(f'{one.way.id} ({one.charged})' for one in found if one.charged) or 'none'}"
    if idle := [one.way.id for one in found if not one.charged]:
        yield f"  pressed, and free of charge: {', '.join(idle)}"
    hints = [
        one
        for one in others
        if one.calls or one.refused or one.hosts or one.status >= 400 or "failed" in one.why or one.by_hand
    ]
    hints.sort(key=lambda one: not one.by_hand)
    most = max(MOST, sum(one.by_hand for one in hints))
    for one in hints[:most]:
        yield f"  not yet: {one.way.title}: {' '.join(one.why.split())[:200]}"
        if one.refused:
            yield f"    write its answer in answers.py, def chat(request): {one.refused[0][:160]}"
        if one.hosts:
            yield f'    under [providers]: {one.hosts[0].split(".")[-2]} = {{ host = "{one.hosts[0]}", kind = "http" }}, and def serve(request) in answers.py'
    if len(hints) > most:
        yield f"  and {len(hints) - most} more"
    for label, why in left_out.items():
        yield f"  no row of {label} in these worlds: {' '.join(why.split())[:200]}"
    if cut:
        yield f"  not all was tried: {cut}"


def unsaid(may: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Where no ledger was found: what to write, and what it may be."""
    yield "no balance was found: nothing is called like one, and no number fell. Until harness.toml says where it stands, no charge is held to anything."
    yield f"  write it there{', as one of these' if may else ''}, then press what costs: harness init --from-traffic"
    if not may:
        yield '  [ledger]  balance = { table = "KIND", column = "COLUMN" }; docs/formats.md says what else it can be'
    for where, lines in may.items():
        yield f"  {where}:"
        yield from (f"      {line}" for line in ("[ledger]", *lines))


def ended(green: list[str], red: Mapping[str, str], seconds: Mapping[str, float]) -> Iterator[str]:
    """What the first run came to."""
    for name, why in red.items():
        yield f"  not green: {name}: {' '.join(why.split())[:240]}"
    told = ", ".join(f"{part} {took:.0f} s" for part, took in seconds.items())
    yield f"{count(sum(seconds.values()) / 60, 'minute') if False else f'{sum(seconds.values()) / 60:.1f} minutes'} in all ({told})"
    if green:
        yield f"green: {', '.join(green)}"
        yield "next: harness verify; and read each golden: its why says that nobody has, yet"
    else:
        yield "nothing is green yet: what is said above is what is missing"


def document(outcome: Any) -> dict[str, Any]:
    return {
        "green": outcome.green, "red": dict(outcome.red), "written": outcome.written, "kept": outcome.kept, "lines": outcome.lines,
        "look": outcome.look, "caller": outcome.caller, "seconds": {part: round(took, 1) for part, took in outcome.seconds.items()},
        "found": [{"id": one.way.id, "title": one.way.title, "charged": one.charged} for one in outcome.found],
        "others": [{"title": one.way.title, "why": one.why} for one in outcome.others],
        "candidates": dict(outcome.candidates or {}),
        "doctor": outcome.doctor, "differences": outcome.differences,
    }  # fmt: skip
