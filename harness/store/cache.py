"""Where prepared databases and compiled Python are kept between runs: the only folder outside the project that is written."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from harness.store.files import BUILDING

NAME = "igny8-harness"
KEEP = 16
"""Prepared databases kept, newest use first: two for each of eight phases."""


def folder(project: Path) -> Path:
    """$XDG_CACHE_HOME/igny8-harness, else ~/.cache/igny8-harness, else <project>/.harness/cache: the first that is writable."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    user = Path(home) if Path(home).is_absolute() else Path("~/.cache").expanduser()
    for path in (user / NAME, project / ".harness" / "cache"):
        with suppress(OSError, RuntimeError):
            path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=path):
                return path
    # nothing is cached then: what is written here goes with the island
    return Path(tempfile.gettempdir(), f"{NAME}-uncached")


def prune(clusters: Path) -> None:
    """Forget the databases used longest ago, and what builders that were killed left behind."""
    with suppress(OSError):
        packs = sorted(clusters.glob("*.pack"), key=lambda path: path.stat().st_mtime, reverse=True)
        newest = packs[0].stat().st_mtime if packs else 0.0
        stale = [path for path in clusters.glob(f"{BUILDING}*") if path.stat().st_mtime < newest - 3600]
        for path in [*packs[KEEP:], *stale]:
            path.unlink(missing_ok=True)
