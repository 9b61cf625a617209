"""harness golden diff | review | accept | noise | log | list: read a stored run and the goldens; no stack is needed."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path

import click

from harness.core.counts import plain
from harness.core.errors import DIFFERENCES, OK, HarnessError
from harness.jobs.golden import accepted
from harness.jobs.golden import report as shown
from harness.jobs.golden import run as job
from harness.jobs.golden.judge import differences, differing
from harness.jobs.golden.noise import proposed
from harness.jobs.golden.review.verb import review
from harness.jobs.golden.values import Where
from harness.report.printable import lines_shown
from harness.store import runs as store
from harness.verb.accepting import attended, in_ci, unattended_option
from harness.verb.asked import known
from harness.verb.options import config_option, json_option, loaded, run_option


@click.group()
def golden() -> None:
    """The locked outcomes: what every scenario costs."""


golden.add_command(review)


@golden.command("diff")
@click.argument("pattern", default="*")
@run_option
@config_option
@json_option
def diff(pattern: str, run: Path | None, config_path: Path, as_json: bool) -> int:
    """What a stored run came to against the goldens, credits first. Exit code 1 when anything differs."""
    stored = job.stored_in(loaded(config_path), run)
    found = differences(stored, pattern)
    if as_json:
        click.echo(json.dumps(shown.difference_document(found, stored.phase), default=plain))
    else:
        click.echo(lines_shown(shown.difference_lines(found, stored.phase)))
    return DIFFERENCES if differing(found) else OK


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
@click.option("--surface", is_flag=True, help="Only what is observed beyond credits; refused where credits change.")
@click.option(
    "--gone", "let_go", is_flag=True, help="What matches is not driven or asked any more, and is not meant to be."
)
@click.option("--known-wrong", "known_wrong", multiple=True, metavar="FINDING", help="Lock it as a declared defect.")
@unattended_option
@run_option
@config_option
@json_option
def accept(
    pattern: str,
    why: str,
    phase: str | None,
    until: int | None,
    paths: tuple[str, ...],
    surface: bool,
    let_go: bool,
    known_wrong: tuple[str, ...],
    unattended: bool,
    run: Path | None,
    config_path: Path,
    as_json: bool,
) -> int:
    """Lock what a stored run came to, for one scenario or a pattern such as 'orders/*'."""
    attended(unattended)
    config = loaded(config_path)
    stored = job.stored_in(config, run)
    if let_go:
        if surface or known_wrong or paths or phase or until is not None:
            raise click.UsageError("--gone goes with a pattern and --why alone")
        lines = job.let_go(config, stored, pattern=pattern, why=why, ci=in_ci())
        click.echo(json.dumps(shown.gone_document(lines)) if as_json else lines_shown(lines))
        return OK
    where = None
    if phase is not None or until is not None or paths:
        where = Where(phases=_phases(phase), paths=tuple(paths), until=until)
    changes, beyond = job.accept(
        config, stored, pattern=pattern, why=why, ci=in_ci(), known_wrong=known_wrong, where=where, surface=surface
    )
    total = sum(1 for name in stored.scenarios if fnmatchcase(name, pattern))
    if as_json:
        click.echo(json.dumps(shown.change_document(changes, beyond, total), default=plain))
    else:
        click.echo(lines_shown(shown.change_lines(changes, beyond, total)))
    return OK


@golden.command("noise")
@click.argument("runs", nargs=-1, type=click.Path(path_type=Path))
@config_option
def noise(runs: tuple[Path, ...], config_path: Path) -> int:
    """What differs between two runs of the same target, as entries of [free] that lack a reason [default: the last two runs]. Exit code
    1 when anything does."""
    config = loaded(config_path)
    kept = config.source.parent / "runs"
    folders = [store.find(run) for run in runs] or store.last(kept, 2)
    if len(folders) != 2:
        raise HarnessError(
            f"{len(folders)} runs were given or found, not two",
            hint="drive the same twice: harness verify, harness verify, harness golden noise",
            code="golden-noise",
        )
    found = job.noisy(config, known(config).law, folders)
    click.echo(lines_shown(proposed(found, [folder.name for folder in folders]) if found else ["nothing differs"]))
    return DIFFERENCES if found else OK


@golden.command("log")
@click.argument("span", metavar="REF..REF")
@config_option
@json_option
def log(span: str, config_path: Path, as_json: bool) -> int:
    """Who accepted what, when and why, in credits, as the commits of REF..REF say it."""
    found = accepted.log(loaded(config_path), span)
    if as_json:
        click.echo(json.dumps(shown.log_document(found), default=plain))
    else:
        click.echo(lines_shown(shown.log_lines(found)))
    return OK


@golden.command("list")
@config_option
@json_option
def list_goldens(config_path: Path, as_json: bool) -> int:
    """Every scenario with what its golden locks. Exit code 1 when one has none, or a golden has no scenario."""
    listed = job.listed(loaded(config_path))
    if as_json:
        click.echo(json.dumps(shown.list_document(listed), default=plain))
    else:
        click.echo(lines_shown(shown.list_lines(listed)))
    return DIFFERENCES if listed.missing or listed.unused else OK


def _phases(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    low, dots, high = text.partition("..")
    ends = (low, high if dots else low)
    if not all(end in tuple("01234567") for end in ends) or ends[0] > ends[1]:
        raise HarnessError(f"--phase {text!r} is not a range", hint="write 0..3, or 4", code="golden-deviation")
    return int(ends[0]), int(ends[1])
