"""`harness verify`: the main job."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console

from harness.checker.target import target_of
from harness.cli.failure import guarded
from harness.cli.options import (
    config_option,
    durations_of,
    durations_option,
    isolation_option,
    json_option,
    loaded,
    on_option,
    only_option,
    path_option,
    phase_option,
    runs_folder,
    runs_option,
    shard_option,
    tier_option,
    workers_option,
)
from harness.core.config import Config
from harness.core.errors import DIFFERENCES, OK
from harness.core.verdict import Status
from harness.report import html, machine, progress, terminal
from harness.report import plan as plan_report
from harness.report.summary import Summary, summarize
from harness.run import judged, preflight, scenarios
from harness.run import plan as plans
from harness.run import shard as shards
from harness.run import verify as main_job
from harness.stack import island
from harness.store import runs as store


@click.command()
@config_option
@only_option
@path_option
@phase_option
@tier_option
@workers_option
@isolation_option
@runs_option
@shard_option
@durations_option
@on_option
@click.option("--plan", "plan_only", is_flag=True, help="Print the plan, every cell of it, and stop.")
@json_option
def verify(
    config_path: Path, only: tuple[str, ...], paths: tuple[str, ...], phase: int | None, tier: str, workers: int | None, isolation: str, runs: Path | None,
    shard: tuple[int, int] | None, durations: Path | None, on: str | None, plan_only: bool, as_json: bool,
) -> int:  # fmt: skip
    """Boot the stack, drive every scenario on every path, compare with the goldens, check the ledger's laws.

    Exit code 0: all as locked. 1: a difference, or something that nobody can tell. 2: usage. 3: the stack failed.
    """
    if on is not None and (shard is not None or tier != "processes" or isolation != "auto" or workers is not None):
        raise click.UsageError(
            "--on goes with none of --shard, --tier, --isolation, --workers: the workers have their own"
        )
    config = loaded(config_path, phase)
    found = scenarios.load(config)
    plan = plans.make(found, only=only, paths=paths, phase=config.phase, tier=tier)
    if shard is not None:
        plan = shards.part(plan, *shard, durations_of(config, durations))
    out = Console(quiet=as_json)
    if plan.shard is not None:
        plan_report.say(out, shards.told(plan.shard))
    if plan_only:
        plan_report.print_plan(out, plan.cells, phase=plan.phase, tier=plan.tier, full=True)
        if as_json:
            print(json.dumps({"phase": plan.phase, "tier": plan.tier, "cells": [cell.id for cell in plan.cells]}))
        return OK
    law = judged.read_law(config, found)
    preflight.check(config, plan)
    plan_report.print_plan(out, plan.cells, phase=plan.phase, tier=plan.tier)
    folder = store.begin(runs_folder(config, runs))

    def inside(place: island.Island) -> int:
        plan_report.say(out, f"isolation: {place.kind} ({place.why})")
        with progress.RunProgress(out, quiet=as_json) as shown:
            driven = main_job.drive_plan(config, plan, place, folder, shown.hear, workers=workers)
        return told(config, law, driven, folder, out, as_json)

    if on is not None:
        return _remotely(config, plan, on, law, folder, out, as_json)
    if tier == "docker":
        why = "containers on a network of their own, without a way out"
        return guarded(inside, as_json)(island.Island(kind="docker", why=why, run_dir=folder / "boot", hosts={}))
    return island.run(guarded(inside, as_json), hosts=config.provider_hosts, mode=isolation)


def told(
    config: Config, law: judged.Law, driven: main_job.Driven, folder: Path, out: Console, as_json: bool
) -> int:  # fmt: skip
    """Judge what was driven, keep the verdict, print the report; the exit code."""
    compared = time.perf_counter()
    result = judged.judge_run(config, law, folder)
    driven.seconds["compare"] = time.perf_counter() - compared
    summary = summary_of(config, law, result, folder, driven.seconds, driven.memory_bytes, driven.facts)
    keep(folder, result, summary)
    driven.seconds["report"] = time.perf_counter() - compared - driven.seconds["compare"]
    summary = summary_of(config, law, result, folder, driven.seconds, driven.memory_bytes, driven.facts)
    terminal.print_report(out, summary)
    if as_json:
        print(json.dumps(machine.document(summary)))
    return OK if summary.status is Status.PASS else DIFFERENCES


def _remotely(
    config: Config, plan: plans.Plan, url: str, law: judged.Law, folder: Path, out: Console, as_json: bool
) -> int:  # fmt: skip
    from harness.run import remote  # imports Celery, which only this needs

    with progress.RunProgress(out, quiet=as_json) as shown:
        driven = remote.drive_remote(config, plan, url, folder, shown.hear)
    return told(config, law, driven, folder, out, as_json)


def summary_of(
    config: Config, law: judged.Law, result: judged.Judged, folder: Path, seconds: Mapping[str, float] | None, memory_bytes: int | None,
    facts: Mapping[str, str] | None = None,
) -> Summary:  # fmt: skip
    """What every report says of a judged run, and `facts` beside."""
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
        facts={
            "target": config.name,
            "isolation": start.get("isolation", "unknown"),
            **(facts or {}),
            "kept in": _shown(folder),
        },
        shard=result.history.shard,
    )


def keep(folder: Path, result: judged.Judged, summary: Summary) -> None:
    """Write verdict.json and report.html beside the history."""
    facts = {"phase": result.phase, "canonical_sha256": result.canonical_sha256}
    store.write_verdict(folder, result.verdicts, {**facts, "shard": summary.shard} if summary.shard else facts)
    html.write(folder / store.REPORT, summary)


def _shown(folder: Path) -> str:
    try:
        return str(folder.relative_to(Path.cwd()))
    except ValueError:
        return str(folder)
