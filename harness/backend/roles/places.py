"""Places of the machine that a target needs beside its run's: `writes` and `sees` of [target]."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError


def read(
    root: Path,
    target: Mapping[str, Any],
    fail: Callable[[str, str], HarnessError],
) -> dict[str, Any]:
    """The fields of Config. Raises HarnessError config-value."""
    writes = tuple(target.get("writes", ()))
    for name in writes:
        place = (root / name).resolve()
        if Path(name).is_absolute() or place == root.resolve() or not place.is_relative_to(root.resolve()):
            raise fail(
                f"target.writes has {name!r}, which is nothing below target.root",
                'write "logs", "var/cache", "debug.log"',
            )
    sees = tuple((root / name) for name in target.get("sees", ()))
    for path in sees:
        if not path.exists():
            raise fail(f"target.sees has {path}, which is not there", "take it out, or name what the target reads")
    return {"writes": writes, "sees": sees}
