"""`harness init`: from a bare checkout to a first green run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.core.errors import DIFFERENCES, OK, HarnessError
from harness.verb.options import isolation_option, json_option

if TYPE_CHECKING:
    from harness.jobs.adopt.init.values import How, Outcome


@click.command()
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    default=None,
    help="The folder that holds manage.py [default: looked for].",
)
@click.option("--yes", is_flag=True, help="Ask nothing: take what is proposed.")
@click.option("--no-drive", is_flag=True, help="Write, and drive nothing.")
@click.option(
    "--env",
    "given",
    metavar="NAME=VALUE",
    multiple=True,
    help="What the backend's settings are given, where init cannot guess it. Repeatable.",
)
@click.option(
    "--from-traffic",
    is_flag=True,
    help="Bring a stack up, and make a scenario of each request that somebody presses against it.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Where --from-traffic listens [default: any free port]."
)
@click.option(
    "--requests",
    "limit",
    type=click.IntRange(0),
    default=0,
    help="How many requests --from-traffic takes [default: until Enter, Ctrl-C, or the end of the input].",
)
@isolation_option
@json_option
def init(
    root: Path | None, yes: bool, no_drive: bool, given: tuple[str, ...], from_traffic: bool, port: int, limit: int, isolation: str, as_json: bool
) -> int:  # fmt: skip
    """Write harness.toml, first scenarios and workflows for the backend in this folder, and drive what it found.

    It looks at the backend, presses what can be pressed in a disposable stack, and writes down what costs. Nothing that is
    there is written over. Exit code 0: something is green, or was there already. 1: nothing is, and why is said.
    """
    from harness.jobs.adopt.init import describe, driven
    from harness.jobs.adopt.init import report as shown
    from harness.jobs.adopt.init import run as job
    from harness.jobs.adopt.init.values import How, Outcome
    from harness.report import printable

    def say(text: str) -> None:
        click.echo(printable.shown(text), err=as_json)

    checkout = Path.cwd()
    there = describe.roots(checkout)
    if root is None and not there:
        raise HarnessError(
            f"no manage.py in {checkout} or three folders below it", hint="run it in the backend's checkout, or name its folder with --root", code="init-no-backend",
        )  # fmt: skip
    chosen = checkout / root if root is not None else there[0]
    ask = not yes and not as_json
    if ask and root is None and len(there) > 1:
        with _answered():
            chosen = checkout / click.prompt("Which folder is the backend", default=str(there[0].relative_to(checkout)))
    how = How(isolation=isolation, env=_env(given))
    project = describe.project_of(checkout, chosen)
    again = (project / "harness.toml").exists()
    describes = not (from_traffic and again)
    if ask:
        how = _asked(how, describes=describes, drives=not no_drive and (from_traffic or not again))
    outcome = Outcome()
    say(f"the backend: {chosen.relative_to(checkout) if chosen != checkout else 'this folder'}")
    if describes:
        with _told_before_there_is_a_file():
            found, result = job.drafted(checkout, chosen, how, say, outcome)
        outcome.found, outcome.others, outcome.left_out = result.found, result.others, result.left_out
        outcome.caller, outcome.cut = result.caller.name, result.cut
        job.write(checkout, project, job.texts_of(found, result, how), outcome)
        for line in shown.lines(
            written=outcome.written,
            kept=outcome.kept,
            differences=outcome.differences,
            lines=outcome.lines,
            look=outcome.look,
        ):
            say(line)
    if from_traffic:
        _pressed(project, how, say, port, limit, outcome)
    for line in shown.ways(outcome.found, outcome.others, outcome.left_out, outcome.cut):
        say(line)
    for line in shown.unsaid(outcome.candidates) if outcome.candidates is not None else ():
        say(line)
    again = again and not from_traffic
    if not no_drive and not again:
        driven.driven(project, outcome.found, how, say, outcome)
        for line in driven.doctor(project, outcome).splitlines():
            say(f"  {line}")
        for line in shown.ended(outcome.green, outcome.red, outcome.seconds):
            say(line)
    if as_json:
        print(json.dumps(shown.document(outcome), default=str))
    return OK if outcome.green or again or no_drive else DIFFERENCES


def _pressed(project: Path, how: How, say: Callable[[str], None], port: int, limit: int, outcome: Outcome) -> None:
    from harness.jobs.adopt.init.traffic import written

    before = len(outcome.written)
    with written.opened(port) as listening:
        until = -1 if limit else sys.stdin.fileno()
        result = written.pressed(project, how, say, listening, until=until, limit=limit)
    written.write(project, result, how, outcome)
    outcome.caller = result.caller.name
    say(f"written: {', '.join(outcome.written[before:]) or 'nothing'}")


def _asked(how: How, *, describes: bool, drives: bool) -> How:
    """Only what will be used: nothing is described where harness.toml stands already, nothing accepted where nothing is driven."""
    with _answered():
        if describes:
            how = replace(
                how,
                balance=click.prompt("Where does the balance stand (TABLE.COLUMN; empty: as it is found)", default="", show_default=False),
                workflows=click.confirm("Write workflows for GitHub and GitLab", default=True),
            )  # fmt: skip
        if drives:
            how = replace(how, accept=click.confirm("Accept what the first run shows, marked as seen by nobody", default=True))  # fmt: skip
    return how


@contextmanager
def _answered() -> Iterator[None]:
    """Ctrl-C ends the program, as ever; an input that ends leaves a question that nobody answers."""
    try:
        yield
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise HarnessError(
            "a question, and nobody who answers it: standard input ended", hint="harness init --yes takes what is proposed", code="init-no-answer",
        ) from None  # fmt: skip


def _env(given: Sequence[str]) -> dict[str, str]:
    for one in given:
        if not one.partition("=")[1] or not one.partition("=")[0].isidentifier():
            raise HarnessError(
                f"--env {one!r} is not NAME=VALUE", hint="harness init --env NAME=VALUE", code="init-env"
            )
    return dict(one.split("=", 1) for one in given)


@contextmanager
def _told_before_there_is_a_file() -> Iterator[None]:
    """What cannot be installed or imported is mended where it stands: there is no harness.toml yet of which a hint could speak."""
    try:
        yield
    except HarnessError as error:
        if error.code not in ("target-import", "target-install"):
            raise
        hint = error.hint.replace("in [target.env]", "with harness init --env NAME=VALUE").replace("stands with", "is given with")  # fmt: skip
        raise HarnessError(error.message, hint=hint, code="init-blocked") from None
