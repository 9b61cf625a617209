"""A stored run, cell after cell: changed, folded and judged again."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from harness.core.errors import HarnessError
from harness.core.fold import folded
from harness.core.history import Event
from harness.core.ledger import Ledger
from harness.jobs.perturb import grouping, rows, wire
from harness.jobs.perturb.judge import Bench, bench, came, declared, refused_by, wrong_with
from harness.jobs.perturb.values import EACH, Asked, Came, Change
from harness.jobs.perturb.world import World
from harness.judge.context import of_cell
from harness.judge.facts import target_of
from harness.judge.surface.locked import made_in
from harness.run.judged import as_driven
from harness.store import history
from harness.store import runs as store
from harness.verb.asked import Known


def perturb(
    asked: Known,
    run: Path,
    *,
    share: float,
    seed: int,
    only: Sequence[str] = (),
    heard: Callable[[str, int, int], None] = lambda *_: None,
) -> Came:
    """Change every observed value of the run in folder `run` that carries money, identity, credentials or grouping, and a `share` of the
    others drawn by `seed`; `heard` is told each cell with changes asked and refused. Raises run-missing, history-*."""
    begun = time.perf_counter()
    folder = store.find(run)
    config = as_driven(asked.config, folder)
    target, law = target_of(config), asked.law
    made, draw = made_in(law.surfaces), random.Random(seed)
    start = history.start_of(folder / store.HISTORY)
    every: list[Asked] = []
    there: Counter[str] = Counter()
    odd, cells = [], 0
    for events in _cells(history.events(folder / store.HISTORY)):
        cell = folded(events[0], events[1:], config.ledger)
        if only and not any(fnmatchcase(cell.cell, pattern) or fnmatchcase(cell.scenario, pattern) for pattern in only):
            continue
        context = of_cell(
            cell, law.scenarios, law.goldens, law.findings, target=target, rates=law.rates, phase=int(start.get("phase", 0)),
            surfaces=law.surfaces, workers=int(start.get("workers", 1)), made=made,
        )  # fmt: skip
        cells += 1
        if context is None or (by := wrong_with(cell, context)):
            odd.append(f"{cell.cell}: {'there is no such scenario' if context is None else by}")
            continue
        world = World(events, config.ledger, config.tables)
        found = [*rows.changes(world), *grouping.changes(world), *wire.changes(world)]
        there.update(change.kind for change in found)
        chosen = [change for change in found if change.kind in EACH or draw.random() < share]
        on = bench(cell, context)
        own = [_asked(change, events, config.ledger, on) for change in chosen]
        every += own
        heard(cell.cell, len(own), sum(bool(one.by) for one in own))
    return came(every, there, odd=tuple(odd), cells=cells, seconds=time.perf_counter() - begun, seed=seed)


def _asked(change: Change, events: Sequence[Event], ledger: Ledger, on: Bench) -> Asked:
    changed = change.edit(events)
    cell = on.cell.cell
    try:
        other = folded(changed[0], changed[1:], ledger)
    except (HarnessError, ValueError, KeyError, TypeError) as error:
        return Asked(cell=cell, change=change, by=f"unreadable: {type(error).__name__}")
    by = refused_by(other, change.kind, on)
    return Asked(cell=cell, change=change, by=by, free=not by and declared(change, other, on))


def _cells(events: Iterator[Event]) -> Iterator[list[Event]]:
    """The events of each cell that came to its end, cell.start to cell.end."""
    own: list[Event] = []
    for event in events:
        if event["kind"] == "cell.start":
            own = []
        if "cell" in event:
            own.append(event)
        if event["kind"] == "cell.end" and own:
            yield own
            own = []
