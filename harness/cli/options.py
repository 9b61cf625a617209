"""Options that several verbs share, and what they load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from harness.core.config import Config, load

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=Path("harness.toml"),
    show_default=True,
    help="The target description.",
)
only_option = click.option(
    "--only",
    multiple=True,
    metavar="PATTERN",
    help="Scenario or cell, e.g. writer/generate_content@manual, or 'writer/*'. Repeatable.",
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
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout instead of text.")


def target(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --config."""
    return config_option(command)


def loaded(config_path: Path) -> Config:
    return load(config_path)


def runs_folder(config: Config, runs: Path | None) -> Path:
    return runs if runs is not None else config.source.parent / "runs"
