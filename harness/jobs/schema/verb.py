"""`harness schema`: JSON schemas of the files that people write."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.core.errors import OK
from harness.jobs.schema.page import page
from harness.verb.options import config_option
from harness.verb.schemas import FILES, FOLDER, text_of, write


@click.command()
@click.argument("name", required=False, type=click.Choice(list(FILES)))
@click.option(
    "--write",
    "to_write",
    is_flag=True,
    help=f"Put all of them into {FOLDER} beside harness.toml, where its first line has editors look.",
)
@click.option("--page", "as_page", is_flag=True, help="Print the page of reference instead: every key of every file.")
@config_option
def schema(name: str | None, to_write: bool, as_page: bool, config_path: Path) -> int:
    """The JSON schema of a file that people write, made of the code that reads it, so that editors complete its keys.

    Without NAME the names are listed, each with what it is.
    """
    if as_page:
        sys.stdout.write(page(FILES.values()))
    elif to_write:
        click.echo(f"{len(FILES)} schemas in {write(config_path.resolve().parent)}")
    elif name is None:
        for one in FILES.values():
            click.echo(f"{one.name:<14} {one.says}")
    else:
        sys.stdout.write(text_of(name))
    return OK
