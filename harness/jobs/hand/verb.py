"""`harness stack`: a stack for hand work, which stays up until it is taken down."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from harness.backend import description
from harness.core.errors import OK, STACK_FAILED, USAGE
from harness.jobs.hand import place as places
from harness.jobs.hand import report as shown
from harness.jobs.hand import run as job
from harness.jobs.hand import supervisor, world
from harness.jobs.hand.line import ask
from harness.jobs.hand.place import Place
from harness.jobs.hand.shell import attach
from harness.jobs.hand.values import standing_of
from harness.report import printable
from harness.report.say import say
from harness.verb.options import config_option, isolation_option, json_option, loaded, phase_option, tier_option
from harness.verb.target import ready

name_option = click.option("--name", default=places.USUAL, show_default=True, help="Which stack, if several.")
scenario_option = click.option("--scenario", metavar="ID", default=None, help="Whose world is seeded [default: hand].")


@click.group()
def stack() -> None:
    """A stack for hand work: seeded, with tokens and URLs, up until it is taken down.

    Exit code 2: there is one already, or none. 3: it could not be booted, was killed, or a part of it has ended.
    """


@stack.command()
@config_option
@phase_option
@tier_option
@isolation_option
@scenario_option
@click.option(
    "--tape", is_flag=True, help="Play the scenario's cassettes, each once, and its faults; nothing simulated."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The backend's port [default: any free one].")
@name_option
@click.option("--attach", is_flag=True, help="Stay in the foreground; Ctrl-C takes it down.")
@json_option
def up(
    config_path: Path, phase: int | None, tier: str, isolation: str, scenario: str | None, tape: bool, port: int, name: str,
    attach: bool, as_json: bool,
) -> int:  # fmt: skip
    """Boot a stack, seed a world, print where everything is, and return while it stands.

    The simulator answers for every provider, as often as buttons are pressed; with --tape only what the scenario
    recorded is answered. Only 127.0.0.1 is listened on.
    """
    config = ready(loaded(config_path, phase), isolation=isolation)
    place = places.place_of(config, name)
    wanted = supervisor.Wanted(
        scenario=world.world(config, scenario, tape=tape), tape=tape, tier=tier, isolation=isolation, port=port, attached=attach
    )  # fmt: skip
    out = Console(quiet=as_json)
    if tier == "docker":
        say(out, "where there is no image yet it is made first, which takes minutes")
    standing, pid = supervisor.up(config, place, wanted)
    if as_json:
        print(shown.machine(standing), flush=True)
    shown.print_standing(out, standing, word=f"up after {standing.seconds:.1f} s")
    if not attach:
        return OK
    say(out, "Ctrl-C takes it down")
    return OK if job.hold(pid) else STACK_FAILED


@stack.command()
@config_option
@name_option
def down(config_path: Path, name: str) -> int:
    """Take the stack down; nothing of it is left, its logs neither."""
    place = _place(config_path, name)
    print(shown.down_line(place.name, places.down(place)))
    return OK


@stack.command()
@config_option
@name_option
@json_option
def status(config_path: Path, name: str, as_json: bool) -> int:
    """Show the stack as it is now. Exit code 2 when it is not up, 3 when it was killed or a part of it has ended."""
    place = _place(config_path, name)
    found = places.swept(place)
    if found != "up":
        print(shown.absent_machine(place.name) if as_json else shown.absent_line(place.name, found))
        return STACK_FAILED if found == "killed" else USAGE
    return _show(place, as_json, "up", op="status")


@stack.command()
@config_option
@click.option("--scenario", metavar="ID", default=None, help="Another world [default: the one that is seeded].")
@name_option
@json_option
def reset(config_path: Path, scenario: str | None, name: str, as_json: bool) -> int:
    """Back to the seeded world, or to another scenario's: database, broker and provider calls."""
    return _show(_place(config_path, name), as_json, "as it was seeded", op="reset", scenario=scenario)


@stack.command(context_settings={"ignore_unknown_options": True})
@config_option
@name_option
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def shell(config_path: Path, name: str, words: tuple[str, ...]) -> int:
    """The target's manage.py shell in the stack; `harness stack shell -- -c CODE` runs CODE and ends."""
    return attach(_place(config_path, name), words)


@stack.command()
@config_option
@name_option
@click.argument("role", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on until the stack is down, or Ctrl-C.")
def logs(config_path: Path, name: str, role: str | None, follow: bool) -> int:
    """What a role said, or all of them, each line behind its role."""
    with suppress(KeyboardInterrupt):
        for lines in job.logs(_place(config_path, name), role, follow=follow):
            for line in lines:
                print(printable.shown(line))
            sys.stdout.flush()
    return OK


def _place(config_path: Path, name: str) -> Place:
    return places.place_of(description.load(config_path), name)


def _show(place: Place, as_json: bool, word: str, **request: Any) -> int:
    standing = standing_of(ask(place, **request)["standing"])
    if as_json:
        print(shown.machine(standing))
    shown.print_standing(Console(quiet=as_json), standing, word=word, lines=request["op"] == "status")
    return STACK_FAILED if standing.trouble else OK
