"""harness golden diff | accept | list: read a stored run and the goldens; no stack is needed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import click

from harness.core.config import Config
from harness.core.counts import count
from harness.core.errors import DIFFERENCES, OK, HarnessError, did_you_mean
from harness.core.golden import Golden, Outcome, resolve
from harness.core.history import RunHistory
from harness.core.scenario import Scenario
from harness.core.verdict import Verdict
from harness.jobs.golden import run as accepting
from harness.judge import CELL_CHECKERS, judge, outcome_of
from harness.judge.facts import target_of
from harness.judge.golden.difference import difference
from harness.judge.overlap import as_judged
from harness.store import findings, goldens, history, rates, runs
from harness.verb.options import config_option, in_ci, json_option, loaded

run_option = click.option(
    "--run", "run", type=click.Path(path_type=Path), default=None, help="A run's folder [default: runs/latest]."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A stored run beside today's scenarios and goldens."""

    config: Config
    scenarios: Mapping[str, Scenario]
    goldens: Mapping[str, Golden]
    run: RunHistory

    def outcomes(self) -> dict[str, dict[str, Outcome]]:
        """scenario -> path -> outcome, for each cell of a scenario that still exists, as it was judged."""
        found: dict[str, dict[str, Outcome]] = {}
        facts = target_of(self.config)
        for cell in as_judged(self.run.cells, self.verdicts(), facts.ledger):
            if cell.scenario in self.scenarios:
                found.setdefault(cell.scenario, {})[cell.path] = outcome_of(cell, self.scenarios[cell.scenario], facts)
        return found

    def verdicts(self) -> list[Verdict]:
        return judge(
            self.run.cells,
            self.scenarios,
            self.goldens,
            rates.read(self.config.rates),
            findings.read(self.config.scenarios / "findings.toml", tuple(CELL_CHECKERS)),
            self.config,
            self.run.phase,
            planned=self.run.planned,
            part=bool(self.run.shard),
            workers=self.run.workers,
        )


@click.group()
def golden() -> None:
    """The locked outcomes: what every scenario costs."""


@golden.command("diff")
@click.argument("pattern", default="*")
@run_option
@config_option
@json_option
def diff(pattern: str, run: Path | None, config_path: Path, as_json: bool) -> int:
    """What a stored run came to against the goldens, credits first. Exit code 1 when anything differs."""
    stored = _stored(config_path, run)
    found = {name: paths for name, paths in stored.outcomes().items() if fnmatchcase(name, pattern)}
    if not found:
        raise _no_match(pattern, stored)
    body = {name: _difference(stored, name, paths) for name, paths in found.items()}
    differing = {name: paths for name, paths in body.items() if any(paths.values())}
    if as_json:
        click.echo(json.dumps({"phase": stored.run.phase, "scenarios": len(body), "differences": differing}))
    else:
        for name, paths in differing.items():
            for path, lines in paths.items():
                if lines:
                    click.echo(f"{name}@{path}")
                    for line in lines:
                        click.echo(f"  {line}")
        click.echo(f"{len(differing)} of {len(body)} scenarios differ from their goldens at phase {stored.run.phase}")
    return DIFFERENCES if differing else OK


@golden.command("accept")
@click.argument("pattern")
@click.option("--why", required=True, help="Why the new outcome is right; it is kept in the file.")
@click.option("--phase", "phase", default=None, metavar="A..B", help="Write a deviation for these phases instead.")
@click.option("--until", type=click.IntRange(1, 7), default=None, help="The phase at which the deviation must be gone.")
@click.option(
    "--path",
    "paths",
    multiple=True,
    type=click.Choice(["manual", "automation", "scheduled", "direct"]),
    help="Write a deviation for this path instead. Repeatable.",
)
@click.option("--known-wrong", "known_wrong", multiple=True, metavar="FINDING", help="Lock it as a declared defect.")
@run_option
@config_option
@json_option
def accept(
    pattern: str,
    why: str,
    phase: str | None,
    until: int | None,
    paths: tuple[str, ...],
    known_wrong: tuple[str, ...],
    run: Path | None,
    config_path: Path,
    as_json: bool,
) -> int:
    """Lock what a stored run came to, for one scenario or a pattern such as 'writer/*'."""
    stored = _stored(config_path, run)
    where = None
    if phase is not None or until is not None or paths:
        where = accepting.Where(phases=_phases(phase), paths=tuple(paths), until=until)
    changes = accepting.accept(
        stored.config.scenarios,
        stored.outcomes(),
        stored.goldens,
        stored.scenarios,
        stored.verdicts(),
        pattern=pattern,
        why=why,
        phase=stored.run.phase,
        ci=in_ci(os.environ),
        known_wrong=known_wrong,
        where=where,
    )
    total = sum(1 for name in stored.scenarios if fnmatchcase(name, pattern))
    text = accepting.summary_of(changes, total)
    if as_json:
        told = [{"scenario": c.scenario, "credits_delta": c.credits_delta, "lines": c.lines} for c in changes]
        click.echo(json.dumps({"summary": text, "changes": told}))
        return OK
    for change in changes:
        click.echo(change.scenario)
        for line in change.lines:
            click.echo(f"  {line}")
    click.echo(text)
    return OK


@golden.command("list")
@config_option
@json_option
def list_goldens(config_path: Path, as_json: bool) -> int:
    """Every scenario with what its golden locks. Exit code 1 when one has none, or a golden has no scenario."""
    config = loaded(config_path)
    scenarios, locked = _scenarios(config), goldens.read_all(config.scenarios)
    missing = [name for name in scenarios if name not in locked]
    unused = [name for name in locked if name not in scenarios]
    if as_json:
        told = {
            name: {
                "charged_credits": golden.outcome.charged_credits,
                "why": golden.why,
                "known_wrong": list(golden.known_wrong),
                "deviations": len(golden.deviations),
            }
            for name, golden in locked.items()
        }
        click.echo(json.dumps({"goldens": told, "missing": missing, "unused": unused}))
    else:
        width = max(map(len, [*scenarios, *locked]), default=0)
        for name in sorted({*scenarios, *locked}):
            click.echo(f"{name:<{width}}  {_locked(locked.get(name), unused=name in unused)}")
        click.echo(
            f"{len(locked)} goldens, {len(missing)} scenarios without one, {len(unused)} goldens without scenario"
        )
    return DIFFERENCES if missing or unused else OK


def _difference(stored: Stored, name: str, paths: Mapping[str, Outcome]) -> dict[str, list[str]]:
    locked = stored.goldens.get(name)
    if locked is None:
        return {path: [f"no golden; {count(o.charged_credits, 'credit')} charged"] for path, o in paths.items()}
    return {
        path: difference(resolve(locked, stored.run.phase, path).outcome, outcome) for path, outcome in paths.items()
    }


def _locked(golden: Golden | None, *, unused: bool) -> str:
    if golden is None:
        return "no golden"
    notes = [count(golden.outcome.charged_credits, "credit")]
    if golden.known_wrong:
        notes.append(f"known wrong: {', '.join(golden.known_wrong)}")
    if golden.deviations:
        notes.append(count(len(golden.deviations), "deviation"))
    if unused:
        notes.append("NO SCENARIO")
    return ", ".join(notes)


def _stored(config_path: Path, run: Path | None) -> Stored:
    config = loaded(config_path)
    folder = runs.find(run if run is not None else config.source.parent / "runs" / "latest")
    return Stored(
        config=config,
        scenarios=_scenarios(config),
        goldens=goldens.read_all(config.scenarios),
        run=history.read(folder / runs.HISTORY, config.ledger),
    )


def _scenarios(config: Config) -> dict[str, Scenario]:
    from harness.backend.scenarios import load  # only these verbs need it, and it imports every scenario

    return load(config)


def _phases(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    low, dots, high = text.partition("..")
    ends = (low, high if dots else low)
    if not all(end in tuple("01234567") for end in ends) or ends[0] > ends[1]:
        raise HarnessError(f"--phase {text!r} is not a range", hint="write 0..3, or 4", code="golden-deviation")
    return int(ends[0]), int(ends[1])


def _no_match(pattern: str, stored: Stored) -> HarnessError:
    driven = {cell.scenario for cell in stored.run.cells}
    hint = did_you_mean(pattern, driven) if driven else "the run drove nothing"
    return HarnessError(f"this run drove nothing called '{pattern}'", hint=hint, code="golden-no-match")
