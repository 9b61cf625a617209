"""`harness criteria`: the plan's seven success criteria, each pass, fail or unknown, with evidence."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from harness.backend import catalogue, legacy
from harness.backend.at_phase import at_phase
from harness.backend.phases import tree as phase_tree
from harness.core.config import Config
from harness.core.errors import DIFFERENCES, OK, HarnessError
from harness.core.verdict import Status, Verdict
from harness.jobs.checklist import report as checklist
from harness.jobs.checklist.criteria import judge
from harness.jobs.checklist.criteria import report as shown
from harness.jobs.checklist.verb import PLAN, PlanText, read
from harness.judge.facts import target_of
from harness.run import judged
from harness.stack.processes import boot as processes
from harness.stack.roles.environment import command as filled
from harness.store import runs as store
from harness.verb.asked import known
from harness.verb.inside import Island, enter
from harness.verb.options import config_option, isolation_option, json_option, loaded, phase_option


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the runs and logs showed, before the tests and the schema are known."""

    config: Config
    plan: PlanText
    law: judged.Law
    phase: int
    runs: tuple[Path, ...]
    verdicts: tuple[Verdict, ...]
    rows: Mapping[str, Sequence[checklist.Filled]]
    logs: Mapping[str, judge.LogSeen]


@click.command()
@config_option
@phase_option
@isolation_option
@click.option(
    "--runs", "folders", type=click.Path(path_type=Path), multiple=True,
    help="The folder of a stored run; repeat it for parts that were driven apart [default: runs/latest].",
)  # fmt: skip
@click.option("--logs", "log_dir", type=click.Path(path_type=Path), help="A folder of logs that covers a week.")
@click.option("--docker-logs", "containers", multiple=True, metavar="NAME", help="Read `docker logs NAME`. Repeatable.")
@click.option("--no-stack", is_flag=True, help="Boot nothing: the integration tests and the schema stay unknown.")
@json_option
def criteria(
    config_path: Path, phase: int | None, isolation: str, folders: tuple[Path, ...], log_dir: Path | None,
    containers: tuple[str, ...], no_stack: bool, as_json: bool,
) -> int:  # fmt: skip
    """Is the migration complete? The plan's seven criteria, from stored runs, logs, sources and a disposable stack.

    The runs are judged again; the integration tests run at the phase of the runs. Exit code 0: all seven pass. 1: one
    failed or is unknown. 2: usage. 3: the stack failed.
    """
    config = loaded(config_path)
    seen = _seen(config, folders or (Path("runs/latest"),), phase, read_logs(log_dir, containers))
    if no_stack:
        return _tell(seen, None, None, as_json)

    def inside(place: Island) -> int:
        with processes.boot(seen.config, place, fake=None, roles=False) as stack:
            columns = {name: set(table.columns) for name, table in catalogue.schema(stack.db).items()}
            line = filled(seen.config.manage, stack.places, "target.manage")
            done = subprocess.run(
                [*line, "test", seen.plan.module, "-v", "2", "--no-input"], cwd=seen.config.root, env=stack.env, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            )  # fmt: skip
        return _tell(seen, judge.SuiteRun(exit_code=done.returncode, output=done.stdout), columns, as_json)

    return enter(config, inside, isolation=isolation, as_json=as_json)


def _seen(
    config: Config, folders: Sequence[Path], phase: int | None, logs: Mapping[str, judge.LogSeen]
) -> Seen:  # fmt: skip
    plan = read(config.contracts / PLAN)
    law = known(config).law
    found = tuple(store.find(folder) for folder in folders)
    results = [judged.judge_whole(config, law, folder) for folder in found]
    phases = {result.phase for result in results} | ({phase} if phase is not None else set())
    if len(phases) > 1:
        raise HarnessError(
            f"the runs and --phase do not agree: phases {', '.join(map(str, sorted(phases)))}",
            hint="the criteria are those of one phase; name runs of it",
            code="criteria-phase",
        )
    at = phases.pop()
    verdicts = tuple(verdict for result in results for verdict in result.verdicts)
    cells = [cell for result in results for cell in result.history.cells]
    rows = checklist.fill(plan.sections, cells, verdicts, law.scenarios, target_of(config), at)
    return Seen(
        config=at_phase(config, at), plan=plan, law=law, phase=at, runs=found, verdicts=verdicts, rows=rows, logs=logs
    )


def _tell(
    seen: Seen, tests: judge.SuiteRun | None, columns: Mapping[str, Collection[str]] | None, as_json: bool
) -> int:  # fmt: skip
    made = made_of(seen, tests, columns)
    if as_json:
        print(json.dumps(shown.document(made, seen.phase, [str(run) for run in seen.runs]), ensure_ascii=False))
    else:
        shown.print_criteria(Console(), made, seen.phase)
    return OK if all(one.status is Status.PASS for one in made) else DIFFERENCES


def made_of(
    seen: Seen, tests: judge.SuiteRun | None, columns: Mapping[str, Collection[str]] | None
) -> tuple[shown.Criterion, ...]:
    """The seven, in the plan's order and words."""
    rules = legacy.read(seen.config.contracts / legacy.NAME)
    sources = legacy.sources(_files(seen), rules)
    planned = [f"{one.id}@{path}" for one in seen.law.scenarios.values() for path in one.paths]
    rows = {name: [_row(one) for one in filled] for name, filled in seen.rows.items()}
    at = f" --phase {seen.phase}" if seen.phase else ""
    runs = "".join(f" --runs {run}" for run in seen.runs)
    made = {
        1: (judge.tests(tests, seen.plan.tests), f"harness manage{at} -- test {seen.plan.module} -v 2"),
        2: (judge.checklist([row for own in rows.values() for row in own]), "".join(f"harness checklist --run {run}; " for run in seen.runs).rstrip("; ")),
        3: (judge.logs(seen.logs), "harness criteria --no-stack --logs DIR (or --docker-logs NAME)"),
        4: (judge.credits(seen.verdicts, planned), f"harness verify{at}"),
        5: (judge.paths(seen.verdicts, planned), f"harness verify{at}"),
        6: (judge.frontend(rows.get("frontend", ()), sources, rules), f"harness criteria --no-stack{runs}"),
        7: (judge.legacy(sources, columns, rules), f"harness criteria{runs}"),
    }  # fmt: skip
    return tuple(
        shown.Criterion(number=number, title=seen.plan.criteria[number], result=result, repeat=repeat)
        for number, (result, repeat) in made.items()
    )


def read_logs(folder: Path | None, containers: Sequence[str]) -> dict[str, judge.LogSeen]:
    """Log name -> what it said. Rotated files (web.log, web.log.1, web.log.2.gz) are one log. Raises logs-missing,
    docker-logs."""
    seen: dict[str, judge.LogSeen] = {}
    if folder is not None:
        files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
        files = [path for path in files if ".log" in path.name]
        if not files:
            raise HarnessError(f"no logs in {folder}", hint="name a folder with *.log files", code="logs-missing")
        for path in files:
            name = str(path.relative_to(folder).with_name(path.name.partition(".log")[0]))
            seen[name] = judge.read_log(_lines(path), seen.get(name))
    for name in containers:
        seen[name] = _docker(name)
    return seen


def _lines(path: Path) -> Iterator[str]:
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8", errors="replace") as packed:
                yield from packed
        else:
            with path.open(encoding="utf-8", errors="replace") as plain:
                yield from plain
    except (OSError, EOFError) as error:
        raise HarnessError(f"cannot read {path}: {error}", hint="logs must be readable", code="logs-missing") from None


def _docker(name: str) -> judge.LogSeen:
    try:
        process = subprocess.Popen(
            ["docker", "logs", "--timestamps", name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
    except OSError as error:
        raise HarnessError(
            f"docker cannot be started: {error.strerror}", hint="give a folder of logs: --logs DIR", code="docker-logs"
        ) from None
    assert process.stdout is not None
    last = ""

    def lines() -> Iterator[str]:
        nonlocal last
        for line in process.stdout or ():
            last = line.strip() or last
            yield line

    seen = judge.read_log(lines())
    if process.wait():
        raise HarnessError(
            f"docker logs {name} failed: {last[:200]}", hint="docker ps -a lists the containers", code="docker-logs"
        )
    return seen


def _files(seen: Seen) -> Mapping[str, Path]:
    config = seen.config
    if config.phases_root is not None and config.phases_dir is not None:
        return phase_tree.layered(config.phases_root, config.phases_dir, seen.phase).files
    return dict(phase_tree.files_below(config.root.parent))


def _row(one: checklist.Filled) -> judge.RowSeen:
    return one.row.claim, one.status, "; ".join(dict.fromkeys(one.notes)) or str(one.status)
