"""`harness manage -- test shop.orders`: a manage.py command of the target, with a database and a broker of its own."""

from __future__ import annotations

from pathlib import Path

import click

from harness.jobs.hand.manage.run import manage_py
from harness.verb.inside import Island, enter
from harness.verb.options import config_option, isolation_option, loaded, phase_option
from harness.verb.target import ready


@click.command(context_settings={"ignore_unknown_options": True})
@config_option
@phase_option
@isolation_option
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
def manage(config_path: Path, phase: int | None, isolation: str, words: tuple[str, ...]) -> int:
    """Run a manage.py command of the target in a disposable stack, and return its exit code.

    The command sees the target's own environment, a fresh migrated database and no network. Its tests, say:
    `harness manage -- test shop.orders`.
    """
    config = ready(loaded(config_path, phase), isolation=isolation)

    def inside(place: Island) -> int:
        return manage_py(config, place, words)

    return enter(config, inside, isolation=isolation)
