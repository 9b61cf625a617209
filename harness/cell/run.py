"""Drive one cell and observe everything: the nine steps of a run for one scenario on one path.

reset, seed, take the baseline, load the tape, drive, settle, capture rows, capture calls and tasks, tell the history.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from harness.cell import drive as driver
from harness.cell.live import Live
from harness.core.config import Config
from harness.core.scenario import Cell, Given, bearer
from harness.stack.database import capture, reset, seed

Tell = Callable[[str, Mapping[str, Any]], None]
"""tell(kind, fields): append one event to the history."""

HARNESS_PARTS = ("reset", "seed", "load", "capture", "compare")
TARGET_PARTS = ("drive",)


class Clock:
    """Seconds by part of the work."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Any:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def run_cell(config: Config, cell: Cell, live: Live, outer: Tell) -> Clock:
    """Drive `cell` and tell `outer` every event of it; cell.end says how many there were. Only a broken stack or a wrong scenario raises."""
    scenario, clock = cell.scenario, Clock()
    told: Counter[str] = Counter()

    def tell(kind: str, fields: Mapping[str, Any]) -> None:
        told[kind] += 1
        outer(kind, fields)

    outer("cell.start", {"scenario": scenario.id, "path": str(cell.path), "title": scenario.title})
    with clock.part("reset"):
        live.begin(scenario)
        reset.reset(live.db)
        live.broker.reset()
        mark = live.stack.log_mark()
    with clock.part("seed"):
        given = Given(
            rows=(*scenario.given.rows, *driver.action_rows(config, scenario, cell.path)),
            changes=scenario.given.changes,
            actor=scenario.given.actor,
        )
        refs = dict(seed.insert(live.db, config.tables, given))
        capture.mark_baseline(live.db)
        opening = _balances(config, live, refs)
    with clock.part("load"):
        tape = scenario.tape_at(config.phase)
        live.fake.load(scenario.id, tape, scenario.faults)
    tell("seeded", {"refs": refs, "accounts": opening})
    with clock.part("drive"):
        extra = {"run": {"kind": "path", "id": str(live.stack.run_dir)}}
        driven = driver.drive(config, scenario, cell.path, {**refs, **extra}, bearer(scenario.given.actor), live)
    with clock.part("capture"):
        changes = capture.changes(live.db, config.tables)
        closing = _balances(config, live, refs)
        report = live.fake.report()
        for exchange in driven.http:
            tell("http", asdict(exchange))
        for task in live.broker.tasks():
            tell("task", asdict(task))
        for call in report.calls:
            tell("call", asdict(call))
        tell("tape", {"unplayed": list(report.unplayed), "tape": list(tape), "late": report.late})
        for change in changes:
            tell(
                "row",
                {
                    "table_kind": change.kind,
                    "op": change.op,
                    "id": change.id,
                    "before": change.before,
                    "after": change.after,
                },
            )
        for name, account in opening.items():
            tell("balance", {"account": name, "opening": account["credits"], "closing": closing[name]["credits"]})
        for line in live.stack.logs_since(mark):
            if line.level in ("WARNING", "ERROR", "CRITICAL") or any(
                marker in line.message for marker in config.markers
            ):
                tell("log", {"role": line.role, "level": line.level, "logger": line.logger, "message": line.message})
        for note in driven.notes:
            tell("note", {"text": note})
    outer(
        "cell.end",
        {
            "events": dict(told),
            "scenario": scenario.id,
            "path": str(cell.path),
            "settled": driven.settled,
            "reason": driven.settle_reason,
            "seconds": dict(clock.seconds),
        },
    )
    return clock


def _balances(config: Config, live: Live, refs: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Credits of every seeded account, by its name in the scenario."""
    ledger = config.ledger
    table = config.tables[ledger.account].table
    ids = {ref["id"]: name for name, ref in refs.items() if ref["kind"] == ledger.account}
    rows = live.db.execute(
        f'SELECT id, "{ledger.account_credits}" FROM "{table}" WHERE id = ANY(%s) ORDER BY id', [list(ids)]
    ).fetchall()
    return {ids[row[0]]: {"id": row[0], "credits": row[1]} for row in rows}
