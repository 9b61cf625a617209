"""`harness fake`: the provider fake alone, for anybody's backend. Prints what to set, and at the end what was asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from harness.core.errors import DIFFERENCES, OK, HarnessError
from harness.jobs.record.fake import report as shown
from harness.jobs.record.fake import run as job
from harness.jobs.record.fake.values import Standing


@click.command()
@click.option(
    "--cassettes",
    "folder",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    help="A cassette, or a folder of them; read in the order of their names.",
)
@click.option("--hosts", required=True, help="Provider hosts to speak for: api.openai.com,openrouter.ai=openai")
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=0, show_default=True, help="Port; 0 takes a free one.")
@click.option(
    "--fault",
    "specs",
    multiple=True,
    metavar="SPEC",
    help="KIND[:MATCH][@CALL][,NAME=VALUE]..., for example 'http_429:openai *@1,retry_after_s=0'. Repeatable.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of faults with a probability.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text.")
def fake(folder: Path, hosts: str, address: str, port: int, specs: tuple[str, ...], seed: int, as_json: bool) -> int:
    """Replay recorded provider traffic over HTTPS, each recording once, until Ctrl-C.

    Exits with 1 when a request was refused because nothing recorded fits it.
    """
    names = [host.strip() for host in hosts.split(",") if host.strip()]
    if not names:
        raise HarnessError("--hosts names no host", hint="--hosts api.openai.com,api.runware.ai", code="usage")

    def stands(fake: Standing) -> None:
        _say([json.dumps(shown.standing_document(fake))] if as_json else shown.standing_lines(fake))

    asked = job.serve(folder, names, address, port, specs, seed, stands)
    _say([json.dumps(shown.asked_document(asked))] if as_json else shown.asked_lines(asked))
    return DIFFERENCES if asked.refused else OK


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
