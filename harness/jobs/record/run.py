"""Make cassettes: drive the scenarios that own one with the fake in record mode, through vcrpy.

A scenario owns the cassettes of its tape that bear its own id ("openai/orders/refund" belongs to
orders/refund); the others on its tape belong to somebody else and are only replayed. Recording drives the
scenario's first path: that the other paths send the same requests is what `harness verify` shows afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.cell.live import boot
from harness.cell.run import run_cell
from harness.core.config import Config
from harness.core.errors import HarnessError, did_you_mean
from harness.core.scenario import Cell, Scenario
from harness.jobs.record.values import Recorded
from harness.stack.isolation.island import Island


def owners(scenarios: Mapping[str, Scenario], only: Iterable[str] = ()) -> dict[str, Scenario]:
    """Scenarios that own at least one cassette. Raises HarnessError record-none."""
    owning = {scenario.id: scenario for scenario in scenarios.values() if owned(scenario)}
    only = tuple(only)
    for name in only:
        if name not in owning:
            raise HarnessError(f"'{name}' owns no cassette", hint=did_you_mean(name, owning)[:300], code="record-none")
    return {name: scenario for name, scenario in owning.items() if not only or name in only}


def owned(scenario: Scenario) -> tuple[str, ...]:
    return tuple(name for name in scenario.tape if name.partition("/")[2] == scenario.id)


def record(
    config: Config, scenarios: Mapping[str, Scenario], island: Island, *, upstream: str, out: Path, overwrite: bool, dry_run: bool,
    listen: Callable[[str, Mapping[str, Any]], None],
) -> tuple[Recorded, ...]:  # fmt: skip
    """Record every cassette that `scenarios` own into `out`. `listen` hears every event of every cell."""
    made: list[Recorded] = []
    settings = {"upstream": upstream, "out": str(out), "overwrite": overwrite, "dry_run": dry_run}
    with boot(config, island, mode="record", fake=settings) as live:
        listen("run.start", {"cells": list(scenarios)})
        for scenario in scenarios.values():
            cell = Cell(scenario=replace(scenario, tape=owned(scenario), faults=()), path=scenario.paths[0])
            problems: list[str] = []

            def hear(kind: str, fields: Mapping[str, Any], problems: list[str] = problems) -> None:
                if kind == "cell.end" and not fields["settled"]:
                    problems.append(fields["reason"])
                listen(kind, fields)

            run_cell(config, cell, live, hear)
            refused = any(call.disposition == "unmatched" for call in live.fake.report().calls)
            if problems and not refused:  # else `finish` tells what was not answered, from which the rest came
                raise HarnessError(
                    f"{scenario.id} did not come to rest while it was recorded: {problems[0]}",
                    hint="nothing of it was kept; see the roles' logs",
                    code="record-unsettled",
                )
            for kept in live.fake.finish():
                made.append(
                    Recorded(
                        scenario=scenario.id,
                        cassette=kept["cassette"],
                        interactions=kept["interactions"],
                        written=kept["written"],
                        drift=tuple(kept["drift"]),
                        origin=kept["origin"],
                        cost_usd=kept["cost_usd"],
                        would_send=tuple(kept.get("would_send", ())),
                        warnings=tuple(kept.get("warnings", ())),
                    )
                )
    return tuple(made)
