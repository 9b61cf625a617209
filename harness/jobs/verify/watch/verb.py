"""`harness watch`: drive the affected cells now, and again each time something is saved, until Ctrl-C."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from harness.jobs.verify.watch import run as job
from harness.verb.options import config_option, loaded, only_option, path_option, phase_option, vary_option


@click.command()
@config_option
@only_option
@path_option
@phase_option
@vary_option
def watch(config_path: Path, only: tuple[str, ...], paths: tuple[str, ...], phase: int | None, vary: str) -> int:
    """Drive the cells that can see what changed, each time a file of the target or of the harness project is saved.

    Ends with Ctrl-C, and then with exit code 130. What a run says is what `harness verify --affected` says, and decides no merge.
    """
    loaded(config_path, None)  # what is wrong with it is told once, and not at every change
    words = ["--config", str(config_path), "--vary", vary]
    words += [word for one in only for word in ("--only", one)] + [word for one in paths for word in ("--path", one)]
    words += ["--phase", str(phase)] if phase is not None else []
    return job.until_interrupted(job.places(loaded(config_path, None)), words, Console())
