"""`harness verify`: the main job, in one tier, in every tier, or on workers of other machines."""

from __future__ import annotations

import json
import signal
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.console import Console

from harness.backend import scenarios
from harness.core.config import Config
from harness.core.errors import DIFFERENCES, OK, StackError
from harness.core.tier import ALL, TIERS, TierRun
from harness.core.verdict import Status, worst
from harness.jobs.verify import report as tiers_report
from harness.jobs.verify import tiers
from harness.report import plan as plan_report
from harness.report import progress
from harness.run import drive as main_job
from harness.run import judged, preflight
from harness.run import plan as plans
from harness.run import shard as shards
from harness.run.plan import Plan
from harness.stack.isolation import island
from harness.store import runs as store
from harness.verb.failure import guarded
from harness.verb.options import (
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
    require_option,
    runs_folder,
    runs_option,
    shard_option,
    tiers_option,
    workers_option,
)
from harness.verb.told import told


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One verify as it was asked for. `tables` False: where several tiers tell their parts, each tells the least."""

    config: Config
    plan: Plan
    law: judged.Law
    out: Console
    as_json: bool
    isolation: str
    workers: int | None
    tables: bool = True


@click.command()
@config_option
@only_option
@path_option
@phase_option
@tiers_option
@require_option
@workers_option
@isolation_option
@runs_option
@shard_option
@durations_option
@on_option
@click.option("--plan", "plan_only", is_flag=True, help="Print the plan, every cell of it, and stop.")
@json_option
def verify(
    config_path: Path, only: tuple[str, ...], paths: tuple[str, ...], phase: int | None, tier: str, required: tuple[str, ...], workers: int | None, isolation: str, runs: Path | None,
    shard: tuple[int, int] | None, durations: Path | None, on: str | None, plan_only: bool, as_json: bool,
) -> int:  # fmt: skip
    """Boot the stack, drive every scenario on every path, compare with the goldens, check the ledger's laws.

    Exit code 0: all as locked. 1: a difference, or something that nobody can tell. 2: usage. 3: the stack failed.
    """
    if on is not None and (shard is not None or tier != "processes" or isolation != "auto" or workers is not None):
        raise click.UsageError(
            "--on goes with none of --shard, --tier, --isolation, --workers: the workers have their own"
        )
    if required and tier != ALL:
        raise click.UsageError("--require goes with --tier all")
    if workers is not None and tier != "docker":
        raise click.UsageError("--workers goes with --tier docker: elsewhere one worker takes the tasks")
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
    kept_in = runs_folder(config, runs).resolve()
    asked = Asked(
        config=config, plan=plan, law=law, out=out, as_json=as_json, isolation=isolation, workers=workers
    )  # fmt: skip
    if tier == ALL:
        return _every_tier(asked, kept_in, required)
    plan_report.print_plan(out, plan.cells, phase=plan.phase, tier=plan.tier)
    if on is not None:
        return _remotely(asked, on, store.begin(kept_in))
    return _one_tier(asked, store.begin(kept_in))


def _one_tier(asked: Asked, folder: Path) -> int:
    """Drive and judge the plan in its tier; the stored run is in `folder`."""
    plan = asked.plan

    def inside(place: island.Island) -> int:
        plan_report.say(asked.out, f"isolation: {place.kind} ({place.why})")
        with progress.RunProgress(asked.out, quiet=asked.as_json) as shown:
            driven = main_job.drive_plan(asked.config, plan, place, folder, shown.hear, workers=asked.workers)
        return told(asked.config, asked.law, driven, folder, asked.out, asked.as_json, tables=asked.tables)

    if plan.tier == "docker":
        why = "containers on a network of their own, without a way out"
        place = island.Island(kind="docker", why=why, run_dir=folder / "boot", hosts={})
        return guarded(inside, asked.as_json)(place)
    return island.run(guarded(inside, asked.as_json), hosts=asked.config.provider_hosts, mode=asked.isolation)


def _every_tier(asked: Asked, runs: Path, required: Collection[str]) -> int:
    """Drive the plan in every tier that this machine can run, then hold them against each other.

    Raises StackError tier-required, before anything starts.
    """
    refusals = {tier: tiers.refusal(tier, asked.config) for tier in TIERS}
    for tier in required:
        if refusals[tier]:
            raise StackError(
                f"the tier {tier} is required and cannot run here: {refusals[tier]}",
                hint=f"make it possible, or leave --require {tier} out: then it is told and left out",
                code="tier-required",
            )
    config, plan = asked.config, asked.plan
    quiet = replace(asked, out=Console(quiet=True) if asked.as_json else asked.out, as_json=False, tables=False)
    ran: dict[str, TierRun] = {}
    for tier in TIERS:
        if refusals[tier]:
            ran[tier] = TierRun(tier=tier, why=refusals[tier])
            continue
        folder = store.begin(runs)
        plan_report.print_plan(quiet.out, plan.cells, phase=plan.phase, tier=tier)
        code = _one_tier(replace(quiet, plan=replace(plan, tier=tier)), folder)
        if code in (128 + signal.SIGINT, 128 + signal.SIGTERM):
            return code
        ran[tier] = tiers.judged(config, TierRun(tier=tier, folder=folder, exit_code=code))
    parity = tiers.compared(config, ran)
    tiers_report.print_tiers(asked.out, list(ran.values()), parity, plan.phase)
    if asked.as_json:
        print(json.dumps(tiers_report.document(list(ran.values()), parity)))
    agreed = worst(parity) is Status.PASS  # no verdict at all is none that passed
    return max([OK if agreed else DIFFERENCES, *(one.exit_code for one in ran.values())])


def _remotely(asked: Asked, url: str, folder: Path) -> int:
    from harness.jobs.many import run as drive  # imports Celery, which only this needs

    with _terminable(), progress.RunProgress(asked.out, quiet=asked.as_json) as shown:
        driven = drive.drive_remote(asked.config, asked.plan, url, folder, shown.hear)
    return told(asked.config, asked.law, driven, folder, asked.out, asked.as_json)


@contextmanager
def _terminable() -> Iterator[None]:
    """Inside, SIGTERM is an exit: what has to be taken back from the workers is, as after Ctrl-C."""

    def leave(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
