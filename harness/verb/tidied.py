"""The end of every verb that keeps a run: those that need not stay go, and that is said."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from harness.core.config import Config
from harness.core.counts import count, megabytes
from harness.report.say import say
from harness.run.taken import Gone, take_away


def tidied(config: Config, runs: Path, out: Console) -> None:
    """As `cleaned`, but said on stderr where `out` says anything: the last line there is the verdict."""
    cleaned(config, runs, Console(stderr=True, quiet=out.quiet))


def cleaned(config: Config, runs: Path, out: Console) -> None:
    """Take away what `keep` of harness.toml does not keep of the runs in `runs`."""
    tell(out, take_away(runs, config.keep), config.keep)


def tell(out: Console, gone: Gone, keep: int) -> None:
    """One line of what went, if anything did, and one for each run that could not go."""
    if gone.names or gone.bytes:
        say(
            out,
            f"{count(len(gone.names), 'older run')} taken away, {megabytes(gone.bytes)} freed (keep = {keep}; harness runs)",
        )
    for line in gone.stayed:
        say(out, f"could not be taken away: {line}")
