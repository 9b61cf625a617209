"""`harness verify`: the main job."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from harness.checker.target import target_of
from harness.cli.failure import guarded
from harness.cli.options import (
    config_option,
    isolation_option,
    json_option,
    loaded,
    only_option,
    path_option,
    phase_option,
    runs_folder,
    runs_option,
    tiers_option,
    workers_option,
)
from harness.core.config import Config
from harness.core.errors import DIFFERENCES, OK
from harness.core.tier import ALL, TIERS, TierRun
from harness.core.verdict import Status
from harness.report import html, machine, progress, terminal
from harness.report import plan as plan_report
from harness.report import tiers as tiers_report
from harness.report.summary import Summary, summarize
from harness.run import judged, preflight, scenarios, tiers
from harness.run import plan as plans
from harness.run import verify as main_job
from harness.run.plan import Plan
from harness.stack import island
from harness.store import runs as store


@click.command()
@config_option
@only_option
@path_option
@phase_option
@tiers_option
@workers_option
@isolation_option
@runs_option
@click.option("--plan", "plan_only", is_flag=True, help="Print the plan, every cell of it, and stop.")
@json_option
def verify(
    config_path: Path, only: tuple[str, ...], paths: tuple[str, ...], phase: int | None, tier: str, workers: int | None, isolation: str, runs: Path | None, plan_only: bool, as_json: bool,
) -> int:  # fmt: skip
    """Boot the stack, drive every scenario on every path, compare with the goldens, check the ledger's laws.

    Exit code 0: all as locked. 1: a difference, or something that nobody can tell. 2: usage. 3: the stack failed.
    """
    config = loaded(config_path, phase)
    found = scenarios.load(config)
    plan = plans.make(found, only=only, paths=paths, phase=config.phase, tier=tier)
    out = Console(quiet=as_json)
    if plan_only:
        plan_report.print_plan(out, plan.cells, phase=plan.phase, tier=plan.tier, full=True)
        if as_json:
            print(json.dumps({"phase": plan.phase, "tier": plan.tier, "cells": [cell.id for cell in plan.cells]}))
        return OK
    law = judged.read_law(config, found)
    preflight.check(config, plan)
    kept_in = runs_folder(config, runs).resolve()
    if tier == ALL:
        return _every_tier(config, plan, law, kept_in, out, isolation, workers, as_json)
    return _one_tier(config, plan, law, store.begin(kept_in), out, isolation, workers, as_json)


def _one_tier(
    config: Config, plan: Plan, law: judged.Law, folder: Path, out: Console, isolation: str, workers: int | None, as_json: bool, *, tables: bool = True,
) -> int:  # fmt: skip
    """Drive and judge `plan` in its tier; the stored run is in `folder`."""
    plan_report.print_plan(out, plan.cells, phase=plan.phase, tier=plan.tier)

    def inside(place: island.Island) -> int:
        plan_report.say(out, f"isolation: {place.kind} ({place.why})")
        with progress.RunProgress(out, quiet=as_json) as shown:
            driven = main_job.drive_plan(config, plan, place, folder, shown.hear, workers=workers)
        compared = time.perf_counter()
        result = judged.judge_run(config, law, folder)
        driven.seconds["compare"] = time.perf_counter() - compared
        summary = summary_of(config, law, result, folder, driven.seconds, driven.memory_bytes)
        keep(folder, result, summary)
        driven.seconds["report"] = time.perf_counter() - compared - driven.seconds["compare"]
        summary = summary_of(config, law, result, folder, driven.seconds, driven.memory_bytes)
        terminal.print_report(out, summary, tables=tables)
        if as_json:
            print(json.dumps(machine.document(summary)))
        return OK if summary.status is Status.PASS else DIFFERENCES

    if plan.tier == "docker":
        why = "containers on a network of their own, without a way out"
        return guarded(inside, as_json)(island.Island(kind="docker", why=why, run_dir=folder / "boot", hosts={}))
    return island.run(guarded(inside, as_json), hosts=config.provider_hosts, mode=isolation)


def _every_tier(
    config: Config, plan: Plan, law: judged.Law, runs: Path, out: Console, isolation: str, workers: int | None, as_json: bool,
) -> int:  # fmt: skip
    """Drive `plan` in every tier that this machine can run, then hold them against each other."""
    ran: dict[str, TierRun] = {}
    for tier in TIERS:
        why = tiers.refusal(tier, config)
        if why:
            ran[tier] = TierRun(tier=tier, why=why)
            continue
        folder = store.begin(runs)
        quiet = Console(quiet=True) if as_json else out
        code = _one_tier(config, replace(plan, tier=tier), law, folder, quiet, isolation, workers, False, tables=False)
        if code in (128 + signal.SIGINT, 128 + signal.SIGTERM):
            return code
        ran[tier] = tiers.judged(config, TierRun(tier=tier, folder=folder, exit_code=code))
    parity = tiers.compared(config, ran)
    tiers_report.print_tiers(out, list(ran.values()), parity, plan.phase)
    if as_json:
        print(json.dumps(tiers_report.document(list(ran.values()), parity)))
    agreed = all(verdict.status is Status.PASS for verdict in parity)
    return max([OK if agreed else DIFFERENCES, *(one.exit_code for one in ran.values())])


def summary_of(
    config: Config, law: judged.Law, result: judged.Judged, folder: Path, seconds: Mapping[str, float] | None, memory_bytes: int | None,
) -> Summary:  # fmt: skip
    """What every report says of a judged run."""
    start = result.history.start
    return summarize(
        result.verdicts,
        result.history.cells,
        law.scenarios,
        law.findings,
        phase=result.phase,
        target=target_of(config),
        origins=result.origins,
        seconds=seconds,
        memory_bytes=memory_bytes,
        canonical_hash=result.canonical_sha256,
        facts={"target": config.name, "isolation": start.get("isolation", "unknown"), "kept in": _shown(folder)},
    )


def keep(folder: Path, result: judged.Judged, summary: Summary) -> None:
    """Write verdict.json and report.html beside the history."""
    store.write_verdict(folder, result.verdicts, {"phase": result.phase, "canonical_sha256": result.canonical_sha256})
    html.write(folder / store.REPORT, summary)


def _shown(folder: Path) -> str:
    try:
        return str(folder.relative_to(Path.cwd()))
    except ValueError:
        return str(folder)
