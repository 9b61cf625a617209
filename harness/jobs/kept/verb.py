"""`harness runs`: what is kept of earlier runs."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.core.errors import OK
from harness.jobs.kept import report as shown
from harness.jobs.kept import run as job
from harness.run import kept
from harness.verb.options import config_option, json_option, loaded, runs_folder, runs_option
from harness.verb.tidied import cleaned


@click.command()
@config_option
@runs_option
@click.option(
    "--clean", is_flag=True, help="Take away now what need not stay; every verb that keeps a run does so at its end."
)
@click.option("--hold", type=click.Path(path_type=Path), metavar="RUN", help="Let this run stay until --release.")
@click.option("--release", type=click.Path(path_type=Path), metavar="RUN", help="It need not stay any more.")
@click.option("--why", default="", help="With --hold: what for.")
@json_option
def runs(
    config_path: Path, runs: Path | None, clean: bool, hold: Path | None, release: Path | None, why: str, as_json: bool
) -> int:  # fmt: skip
    """The stored runs, newest first, with what each takes of the disk, and why it stays, or that it goes.

    How many stay is `keep` of harness.toml. Exit code 0; 2: usage.
    """
    if hold is not None and not why.strip():
        raise click.UsageError("--hold needs --why: a run that stays for no reason stays for good")
    config = loaded(config_path)
    place, out = runs_folder(config, runs), Console(quiet=as_json)
    if hold is not None:
        kept.mark(kept.find(place, hold), why.strip())
    if release is not None:
        kept.unmark(kept.find(place, release))
    if clean:
        cleaned(config, place, out)
    found = job.listed(place, config.keep)
    shown.print_runs(out, found)
    if as_json:
        print(json.dumps(shown.document(found)))
    return OK
