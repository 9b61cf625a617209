"""`harness verify`: the main job, in one tier, in every tier, or on workers of other machines."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from harness.core.errors import OK
from harness.core.tier import ALL
from harness.verb import target
from harness.verb.options import (
    affected_option,
    begins_option,
    config_option,
    durations_of,
    durations_option,
    isolation_option,
    json_option,
    loaded,
    on_option,
    only_option,
    own_option,
    path_option,
    phase_option,
    reach_option,
    require_option,
    runs_folder,
    runs_option,
    shard_option,
    tiers_option,
    vary_option,
    workers_option,
)


@click.command()
@config_option
@only_option
@path_option
@phase_option
@vary_option
@tiers_option
@require_option
@workers_option
@isolation_option
@runs_option
@shard_option
@durations_option
@on_option
@reach_option
@affected_option
@own_option
@begins_option
@click.option("--plan", "plan_only", is_flag=True, help="Print the plan, every cell of it, and stop.")
@json_option
def verify(
    config_path: Path, only: tuple[str, ...], paths: tuple[str, ...], phase: int | None, vary: str, tier: str, required: tuple[str, ...], workers: int | None, isolation: str, runs: Path | None,
    shard: tuple[int, int] | None, durations: Path | None, on: str | None, reach: bool, affected: bool, own: bool, begins: str, plan_only: bool, as_json: bool,
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
    if reach and (on is not None or shard is not None or tier not in ("processes", "inprocess")):
        raise click.UsageError(
            "--reach goes with one run on this machine: no --on, no --shard, --tier processes or inprocess"
        )
    if own and (on is not None or shard is not None or tier != "processes"):
        raise click.UsageError("--own goes with one run on this machine: no --on, no --shard, --tier processes")
    if affected and (on is not None or shard is not None or reach or own or tier != "processes"):
        raise click.UsageError(
            "--affected goes with one run on this machine: no --on, --shard, --reach or --own, and --tier processes"
        )
    if begins and (on is not None or tier not in ("processes", "inprocess")):
        raise click.UsageError("--begins goes with --tier processes or inprocess, and not with --on: elsewhere the clock is the real one")  # fmt: skip
    config = replace(loaded(config_path, phase), traced=reach, begins=begins)
    if on is None and tier in ("processes", ALL) and not plan_only and not reach:
        target.foresee(config, isolation=isolation)

    # not before the target is on its way: these take longer to import than all of a boot
    from rich.console import Console

    from harness.jobs.verify import pick
    from harness.jobs.verify import run as job
    from harness.report.plan import document, print_plan
    from harness.report.say import say
    from harness.run.shard import part, told
    from harness.store import runs as store
    from harness.verb.asked import asked, planned
    from harness.verb.tidied import tidied

    chosen = planned(config, only=only, paths=paths, tier=tier, vary=vary)
    if shard is not None:
        chosen = replace(chosen, plan=part(chosen.plan, *shard, durations_of(chosen.config, durations)))
    plan, out = chosen.plan, Console(quiet=as_json)
    if plan.shard is not None:
        say(out, told(plan.shard))
    picked = None
    if affected:
        one = asked(replace(chosen, config=target.ready(chosen.config, isolation=isolation)))
        picked = pick.picked(one)
        pick.tell(out, picked, len(plan.cells))
        one, plan = picked.asked, picked.asked.plan
    if plan_only or (picked is not None and not plan.cells):
        print_plan(out, plan.cells, phase=plan.phase, tier=plan.tier, full=True)
        if as_json:
            beside = {"affected": picked.document()} if picked is not None else {}
            print(json.dumps(document(plan.cells, phase=plan.phase, tier=plan.tier) | beside))
        return OK if plan_only or picked is None else pick.nothing(out, picked)
    if picked is None:
        one = asked(replace(chosen, config=target.ready(chosen.config, isolation=isolation)))
    how = job.How(out=out, as_json=as_json, isolation=isolation, workers=workers, own=own)
    kept_in = runs_folder(one.config, runs).resolve()
    if tier == ALL:
        code = job.every_tier(one, how, kept_in, required)
        tidied(one.config, kept_in, out)
        return code
    print_plan(out, plan.cells, phase=plan.phase, tier=plan.tier)
    if on is not None:
        code = job.remotely(one, how, on, store.begin(kept_in))
    else:
        folder = store.begin(kept_in)
        code = job.one_tier(one, how, folder)
        if picked is not None:
            picked.keep(folder)
    tidied(one.config, kept_in, out)
    return code
