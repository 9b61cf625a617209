"""`harness verify --affected`: the cells that can see what changed, and what is kept for the next time.

Where nobody can say which those are, all of them are driven, and it is noted what each of them runs: the next run goes by that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.core.counts import count
from harness.core.errors import DIFFERENCES, OK
from harness.core.verdict import Status, Verdict
from harness.report.say import say
from harness.run import affected
from harness.run.affected import Affected, Change
from harness.store import runs as store
from harness.store import seen
from harness.verb.asked import Asked

NAMED = 12
"""Changes told by name; how many more there are is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """`asked` with the cells that are to be driven; `since` is the run that is gone by, "" where there is none. `keep` is called with the
    folder of the run once it was driven."""

    asked: Asked
    since: str
    found: Affected
    keep: Callable[[Path], None]

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(cell.id for cell in self.found.cells)

    def document(self) -> dict[str, Any]:
        """For --json: {"since", "cells": [id], "changes": [{"what", "why", "cells": [id] or null}]}."""
        changes = [
            {**asdict(one), "cells": None if one.cells is None else sorted(one.cells)} for one in self.found.changes
        ]
        return {"since": self.since, "cells": list(self.cells), "changes": changes}


def picked(one: Asked) -> Picked:
    """What is to be driven of what was asked; its target was looked at."""
    plan, config = one.plan, one.config
    place = seen.place(config.source.parent, plan.phase)
    now, before = affected.state(config, one.scenarios, plan), seen.read(place)
    if before is None:
        every = Change(what="no run", cells=None, why="none was kept that notes what each cell runs")
        found = Affected(cells=plan.cells, changes=(every,))
    else:
        found = affected.affected(plan, now, before, place)
    fewer = before is not None and now.cells.keys() < before.cells.keys()
    # a project that borrows another one's memory leaves it as it is
    noted = found.cells == plan.cells and plan.whole and not fewer and not place.parent.parent.is_symlink()

    def keep(run: Path) -> None:
        verdicts = store.read_verdict(run) if (run / store.VERDICT).is_file() else []
        if not noted or not verdicts:
            return
        bad = tuple(sorted(_failed(verdicts, now.cells)))
        kept = seen.Seen(run=run.name, vary=plan.vary, parts=now.parts, files=now.files, cells=now.cells, failed=bad)
        seen.keep(place, kept, run)

    whole = plan.whole and found.cells == plan.cells
    chosen = replace(one, config=replace(config, traced=noted), plan=replace(plan, cells=found.cells, whole=whole))
    return Picked(asked=chosen, since=before.run if before else "", found=found, keep=keep)


def tell(out: Console, choice: Picked, of: int) -> None:
    """One line of how many, and one for each change: who sees it, or why nobody can say."""
    since = f" since the run of {choice.since}" if choice.since else ""
    changed = choice.found.changes
    if not changed:
        say(out, f"affected: nothing that could be seen has changed{since}")
        return
    say(out, f"affected: {len(choice.cells)} of {count(of, 'cell')}, by what changed{since}")
    for one in changed[:NAMED]:
        said = f"all of them: {one.why}" if one.cells is None else count(len(one.cells), "cell")
        say(out, f"  {one.what}: {said if one.cells != frozenset() else 'no cell runs it'}")
    if len(changed) > NAMED:
        say(out, f"  and {len(changed) - NAMED} more")
    if choice.asked.config.traced:
        say(out, "  what each cell runs is noted for the next time, which makes this run slower")


def nothing(out: Console, choice: Picked) -> int:
    """Where no cell can see what changed: 0 if nothing did, 1 if it is code that no cell runs. Nothing was driven, and nothing is a verdict."""
    if not choice.found.unseen:
        say(out, "nothing to drive")
        return OK
    say(out, "FAIL: no cell runs what changed, and nothing was judged (harness reach --write makes a scenario of it)")
    return DIFFERENCES


def _failed(verdicts: Iterable[Verdict], cells: Iterable[str]) -> set[str]:
    """Cells that did not pass, those of a scenario that did not among them; "" where a check of the whole run did not."""
    bad = {one.cell for one in verdicts if one.status in (Status.FAIL, Status.UNKNOWN)}
    return {cell for cell in cells if cell in bad or cell.partition("@")[0] in bad} | (bad & {""})
