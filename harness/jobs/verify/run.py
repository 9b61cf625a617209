"""Drive and judge a plan as it was asked for: in one tier, in every tier, or on workers of other machines."""

from __future__ import annotations

import json
import signal
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from harness.core.errors import DIFFERENCES, OK, StackError
from harness.core.tier import TIERS, TierRun
from harness.core.verdict import Status, worst
from harness.jobs.verify import report as shown
from harness.jobs.verify import tiers
from harness.report import progress
from harness.report.plan import print_plan
from harness.report.say import say
from harness.run import drive
from harness.store import runs as store
from harness.verb.asked import Asked
from harness.verb.failure import guarded
from harness.verb.inside import Island, enter
from harness.verb.told import told


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How it is driven and told. `tables` False: where several tiers tell their parts, each tells the least."""

    out: Console
    as_json: bool
    isolation: str
    workers: int | None
    own: bool = False
    tables: bool = True


def one_tier(asked: Asked, how: How, folder: Path) -> int:
    """Drive and judge the plan in its tier; the stored run is in `folder`."""
    plan = asked.plan

    def inside(place: Island) -> int:
        say(how.out, f"isolation: {place.kind} ({place.why})")
        with progress.RunProgress(how.out, quiet=how.as_json) as heard:
            driven = drive.drive_plan(asked.config, plan, place, folder, heard.hear, workers=how.workers, own=how.own)
        return told(asked, driven, folder, how.out, how.as_json, tables=how.tables)

    if plan.tier == "docker":
        why = "containers on a network of their own, without a way out"
        place = Island(kind="docker", why=why, run_dir=folder / "boot", hosts={})
        return guarded(inside, how.as_json)(place)
    return enter(asked.config, inside, isolation=how.isolation, as_json=how.as_json)


def every_tier(asked: Asked, how: How, runs: Path, required: Collection[str]) -> int:
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
    quiet = replace(how, out=Console(quiet=True) if how.as_json else how.out, as_json=False, tables=False)
    ran: dict[str, TierRun] = {}
    for tier in TIERS:
        if refusals[tier]:
            ran[tier] = TierRun(tier=tier, why=refusals[tier])
            continue
        folder = store.begin(runs)
        print_plan(quiet.out, plan.cells, phase=plan.phase, tier=tier)
        code = one_tier(replace(asked, plan=replace(plan, tier=tier)), quiet, folder)
        if code in (128 + signal.SIGINT, 128 + signal.SIGTERM):
            return code
        ran[tier] = tiers.judged(config, TierRun(tier=tier, folder=folder, exit_code=code))
    parity = tiers.compared(config, ran)
    shown.print_tiers(how.out, list(ran.values()), parity, plan.phase)
    if how.as_json:
        print(json.dumps(shown.document(list(ran.values()), parity)))
    agreed = worst(parity) is Status.PASS  # no verdict at all is none that passed
    return max([OK if agreed else DIFFERENCES, *(one.exit_code for one in ran.values())])


def remotely(asked: Asked, how: How, url: str, folder: Path) -> int:
    from harness.jobs.worker import send  # imports Celery, which only this needs

    with _terminable(), progress.RunProgress(how.out, quiet=how.as_json) as heard:
        driven = send.drive_remote(asked.config, asked.plan, url, folder, heard.hear)
    return told(asked, driven, folder, how.out, how.as_json)


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
