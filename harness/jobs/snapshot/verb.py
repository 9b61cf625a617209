"""`harness snapshot`: the plan's baseline as canonical JSON, from a disposable stack or a running one; and differences."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from harness.core.errors import DIFFERENCES, OK, HarnessError
from harness.jobs.snapshot import report as shown
from harness.jobs.snapshot import run as job
from harness.jobs.snapshot import sections
from harness.jobs.snapshot.files import text_of, write
from harness.jobs.snapshot.values import Document
from harness.run import preflight
from harness.verb.asked import planned
from harness.verb.inside import Island, enter
from harness.verb.options import config_option, isolation_option, json_option, loaded, only_option, phase_option
from harness.verb.target import ready


@click.command()
@config_option
@phase_option
@only_option
@isolation_option
@click.option(
    "--attach", metavar="COMMAND", help="Ask a running stack: 'docker exec NAME python manage.py', or any prefix."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write here instead of stdout.")
@click.option(
    "--diff", "compared", nargs=2, type=click.Path(path_type=Path), metavar="A B", help="Compare two snapshot files."
)
@json_option
def snapshot(
    config_path: Path, phase: int | None, only: tuple[str, ...], isolation: str, attach: str | None, out: Path | None,
    compared: tuple[Path, Path] | None, as_json: bool,
) -> int:  # fmt: skip
    """The plan's Step 1: what contracts/snapshot.toml lists of models, prices, settings and balances, without any secret.

    A disposable stack is booted at the phase; --only drives one cell in it first, so that there are usage logs. With
    --attach the stack is somebody else's: it is only read. Exit code 0: written, or no difference. 1: the two differ.
    2: usage. 3: the stack failed.
    """
    if compared:
        if attach or out or only or phase is not None:
            raise HarnessError(
                "--diff takes two files and nothing else", hint="harness snapshot --diff A B", code="usage"
            )
        found = job.compared(*compared, sections.read(loaded(config_path).contracts))
        print(json.dumps(shown.document(found, *compared)) if as_json else shown.text(found, *compared))
        return DIFFERENCES if found else OK
    if attach is not None:
        if only or phase is not None:
            raise HarnessError(
                "--attach only reads a running stack: it has its phase and its data",
                hint="leave out --only and --phase",
                code="usage",
            )
        return _told(job.of_running(attach, sections.read(loaded(config_path).contracts)), out)
    config = ready(loaded(config_path, phase), isolation=isolation)
    asked = sections.read(config.contracts)
    cell = None
    if only:
        plan = planned(config, only=only).plan
        cell = job.only(plan.cells)
        preflight.check(config, plan)
    out = out.absolute() if out else None

    def inside(place: Island) -> int:
        return _told(job.of_disposable(config, asked, place, cell), out)

    return enter(config, inside, isolation=isolation, as_json=as_json)


def _told(found: Document, out: Path | None) -> int:
    """A snapshot on stdout, or in a file with a line of what is in it."""
    if out is None:
        sys.stdout.write(text_of(found))
    else:
        write(found, out)
        print(shown.summary_of(found, out), file=sys.stderr)
    return OK
