"""Gathering what the seven criteria are judged from: stored runs, sources, and a disposable stack."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.backend import catalogue, legacy
from harness.backend.at_phase import at_phase
from harness.backend.phases import tree
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.verdict import Verdict
from harness.jobs.checklist.criteria import judge
from harness.jobs.checklist.criteria.values import Criteria, Criterion, RowSeen, SuiteRun
from harness.jobs.checklist.files import read
from harness.jobs.checklist.judge import fill
from harness.jobs.checklist.values import PLAN, Filled, PlanText
from harness.judge.facts import target_of
from harness.run.judged import Law, judge_whole
from harness.stack.isolation.island import Island
from harness.stack.processes import beside
from harness.stack.processes.boot import boot
from harness.stack.roles.environment import command
from harness.store import runs as store


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the runs and logs showed, before the tests and the schema are known."""

    config: Config
    plan: PlanText
    law: Law
    phase: int
    runs: tuple[Path, ...]
    verdicts: tuple[Verdict, ...]
    rows: Mapping[str, Sequence[Filled]]
    logs: Mapping[str, judge.LogSeen]


def seen_in(
    config: Config, law: Law, folders: Sequence[Path], phase: int | None, logs: Mapping[str, judge.LogSeen]
) -> Seen:  # fmt: skip
    """Judge the stored runs in `folders`, all of one phase. Raises criteria-phase, checklist-*, run-*, shard-alone."""
    plan = read(config.contracts / PLAN)
    found = tuple(store.find(folder) for folder in folders)
    results = [judge_whole(config, law, folder) for folder in found]
    phases = {result.phase for result in results} | ({phase} if phase is not None else set())
    if len(phases) > 1:
        raise HarnessError(
            f"the runs and --phase do not agree: phases {', '.join(map(str, sorted(phases)))}",
            hint="the criteria are those of one phase; name runs of it",
            code="criteria-phase",
        )
    at = phases.pop()
    verdicts = tuple(verdict for result in results for verdict in result.verdicts)
    cells = [cell for result in results for cell in result.history.plain]
    rows = fill(plan.sections, cells, verdicts, law.scenarios, target_of(results[0].config), at)
    return Seen(
        config=at_phase(config, at), plan=plan, law=law, phase=at, runs=found, verdicts=verdicts, rows=rows, logs=logs
    )


def of_stack(seen: Seen, place: Island) -> tuple[SuiteRun, Mapping[str, Collection[str]]]:
    """Boot the database at the phase of the runs: how the target's own tests end there, and table -> columns."""
    with boot(seen.config, place, fake=None, roles=False) as stack:
        columns = {name: set(table.columns) for name, table in catalogue.schema(stack.db).items()}
        manage = command(seen.config.manage, stack.places, "target.manage")
        done = beside.run(
            stack, [*manage, "test", seen.plan.module, "-v", "2", "--no-input"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
    return SuiteRun(exit_code=done.returncode, output=done.stdout), columns


def made_of(seen: Seen, tests: SuiteRun | None, columns: Mapping[str, Collection[str]] | None) -> Criteria:
    """The seven, in the plan's order and words."""
    rules = legacy.read(seen.config.contracts / legacy.NAME)
    sources = legacy.sources(_files(seen), rules)
    planned = [f"{one.id}@{path}" for one in seen.law.scenarios.values() for path in one.paths]
    rows = {name: [_row(one) for one in own] for name, own in seen.rows.items()}
    at = f" --phase {seen.phase}" if seen.phase else ""
    named = "".join(f" --runs {run}" for run in seen.runs)
    made = {
        1: (judge.tests(tests, seen.plan.tests), f"harness manage{at} -- test {seen.plan.module} -v 2"),
        2: (judge.checklist([row for own in rows.values() for row in own]), "".join(f"harness checklist --run {run}; " for run in seen.runs).rstrip("; ")),
        3: (judge.logs(seen.logs), "harness criteria --no-stack --logs DIR (or --docker-logs NAME)"),
        4: (judge.credits(seen.verdicts, planned), f"harness verify{at}"),
        5: (judge.paths(seen.verdicts, planned), f"harness verify{at}"),
        6: (judge.frontend(rows.get("frontend", ()), sources, rules), f"harness criteria --no-stack{named}"),
        7: (judge.legacy(sources, columns, rules), f"harness criteria{named}"),
    }  # fmt: skip
    each = tuple(
        Criterion(number=number, title=seen.plan.criteria[number], result=result, repeat=repeat)
        for number, (result, repeat) in made.items()
    )
    return Criteria(phase=seen.phase, runs=seen.runs, each=each)


def _files(seen: Seen) -> Mapping[str, Path]:
    config = seen.config
    if config.phases_root is not None and config.phases_dir is not None:
        return tree.layered(config.phases_root, config.phases_dir, seen.phase).files
    return dict(tree.files_below(config.root.parent))


def _row(one: Filled) -> RowSeen:
    return one.row.claim, one.status, "; ".join(dict.fromkeys(one.notes)) or str(one.status)
