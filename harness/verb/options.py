"""Options that several verbs share, and what they load."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.backend.description import load
from harness.core.config import Config
from harness.core.counts import count
from harness.core.errors import HarnessError
from harness.core.tier import ALL, TIERS
from harness.core.variation import LEVELS, QUICK

if TYPE_CHECKING:
    from harness.store.durations import Durations


def _nearest(context: click.Context, parameter: click.Parameter, value: Path) -> Path:
    """Where there is none in this folder, the only one in a folder of it: where `harness init` puts it if the target fills this one."""
    below = sorted(Path().glob(f"*/{value}")) if str(value) == CONFIG and not value.exists() else []
    return below[0] if len(below) == 1 else value


CONFIG = "harness.toml"
config_option = click.option(
    "--config",
    "config_path",
    callback=_nearest,
    type=click.Path(path_type=Path),
    default=Path(CONFIG),
    show_default=True,
    help="The target description.",
)
only_option = click.option(
    "--only",
    multiple=True,
    metavar="PATTERN",
    help="Scenario or cell, e.g. orders/refund@manual, or 'orders/*'. Repeatable.",
)
path_option = click.option(
    "--path",
    "paths",
    multiple=True,
    type=click.Choice(["manual", "automation", "scheduled", "direct"]),
    help="Only this execution path. Repeatable.",
)
isolation_option = click.option(
    "--isolation",
    type=click.Choice(["auto", "namespace", "hook"]),
    default="auto",
    show_default=True,
    help="How the stack is kept from the network.",
)
runs_option = click.option(
    "--runs",
    type=click.Path(path_type=Path),
    default=None,
    help="Where runs are kept [default: runs/ beside harness.toml].",
)
run_option = click.option(
    "--run", "run", type=click.Path(path_type=Path), default=None, help="A run's folder [default: runs/latest]."
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout instead of text.")


tier_option = click.option(
    "--tier", type=click.Choice(TIERS), default="processes", show_default=True, help="Where the stack runs."
)
tiers_option = click.option(
    "--tier",
    type=click.Choice([*TIERS, ALL]),
    default="processes",
    show_default=True,
    help="Where the stack runs; all: wherever it can, and the tiers must agree.",
)
require_option = click.option(
    "--require",
    "required",
    multiple=True,
    type=click.Choice(TIERS),
    help="With --tier all: fail if this one cannot run.",
)
workers_option = click.option(
    "--workers", type=click.IntRange(1, 32), default=None, help="Worker containers, in the docker tier [default: 1]."
)
vary_option = click.option(
    "--vary",
    type=click.Choice(LEVELS),
    default=QUICK,
    show_default=True,
    help="How many varied worlds are driven beside.",
)
reach_option = click.option(
    "--reach", is_flag=True, help="Note which code of the target each cell runs; slower. harness reach tells it."
)
own_option = click.option(
    "--own", is_flag=True, help="Run the target's own tests, too: one that fails makes the run fail."
)
affected_option = click.option(
    "--affected",
    is_flag=True,
    help="Only cells that can see what changed since a run that noted what each runs. Decides no merge.",
)
phase_option = click.option(
    "--phase", type=click.IntRange(0, 7), default=None, help="The phase of the migration [default: the target's own]."
)


def _begins(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    if value is None:
        return ""
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"'{value}' is no time, e.g. 2028-02-29T23:59:58", context, parameter) from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


begins_option = click.option(
    "--begins",
    callback=_begins,
    metavar="TIME",
    help="The target's clock says this when a cell begins (UTC), e.g. 2028-02-29T23:59:58: does it go as locked at midnight, too?",
)


def _shard(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    n, slash, of = value.partition("/")
    if not (slash and n.isdecimal() and of.isdecimal() and 1 <= int(n) <= int(of)):
        raise click.BadParameter(f"'{value}' is not one part of several, e.g. 2/5", context, parameter)
    return int(n), int(of)


shard_option = click.option(
    "--shard",
    callback=_shard,
    metavar="N/OF",
    help="Only this part of the plan, e.g. 2/5; parts are of about equal time.",
)
durations_option = click.option(
    "--durations",
    type=click.Path(path_type=Path),
    default=None,
    help="What parts are made by [default: durations.toml beside the scenarios, where there is one].",
)

on_option = click.option(
    "--on",
    metavar="URL",
    default=None,
    help="Drive the cells on every harness worker at this Redis, e.g. redis://10.0.0.5:6379/0.",
)


def durations_of(config: Config, path: Path | None) -> Durations:
    """The durations that were named, else the committed ones, else none: then all cells count the same."""
    from harness.store import durations  # not by verbs that answer from a cache

    committed = config.scenarios / durations.NAME
    if path is None and not committed.exists():
        return durations.Durations()
    return durations.read(path or committed)


def loaded(config_path: Path, phase: int | None = None) -> Config:
    """harness.toml, with the target's tree at `phase`. What is refused of it is told with its line, and how much else is."""
    try:
        config = load(config_path)
    except HarnessError as error:
        raise _with_its_line(config_path, error) from None
    if phase is None:
        return config
    from harness.backend.at_phase import at_phase  # the same

    return at_phase(config, phase)


def _with_its_line(path: Path, error: HarnessError) -> HarnessError:
    from harness.backend import problems  # only where there are some

    _, found = problems.read(path) if path.is_file() else (None, ())
    line = next((one.line for one in found if one.error.message == error.message), 0)
    message = error.message.replace(f"{path.name}:", f"{path.name}:{line}:", 1) if line else error.message
    others = len(found) - 1
    also = f"; {count(others, 'further problem')} of the file: harness doctor tells all at once" if others > 0 else ""
    return type(error)(message, hint=error.hint + also, code=error.code)


def runs_folder(config: Config, runs: Path | None) -> Path:
    return runs if runs is not None else config.source.parent / "runs"
