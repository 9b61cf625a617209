"""What goes on behind an answer, in the order that a test wants; each followed by a calm request that nothing of it may meet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as File

from harness.core.action import post
from harness.core.scenario import Given, Path, Row, Scenario

WORLD = Given(rows=(Row(kind="thing", name="owner", values={"said": "who asks"}),), tokens={"owner": "none"})


def asked(name: str, what: str) -> Scenario:
    return Scenario(id=f"late/{name}", title=what, given=WORLD, when=(post(f"/do/{what}/"),), paths=(Path.MANUAL,))


def between() -> Iterator[Scenario]:
    whats = File(__file__).parents[1].joinpath("asked.txt").read_text().split()
    for n, what in enumerate(whats, 1):
        yield asked(f"a{n:02}_{what}", what.removesuffix("_again"))
        yield asked(f"a{n:02}_{what}_then_calm", "calm")


SCENARIOS = (*between(),)
