"""What is done with a stack that stands: its logs are read and followed, and one in the foreground is held."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError, did_you_mean
from harness.jobs.hand import place as places
from harness.jobs.hand.place import Place

LOOK_S = 0.1
"""Between two looks at logs that are followed."""


def logs(place: Place, role: str | None, *, follow: bool) -> Iterator[list[str]]:
    """Whole lines of one role, or of all, each behind its role; at every look those that came since. Raises role-unknown.

    Ends after one look, or with `follow` when the stack is down.
    """
    places.need(place)
    known = {path.stem for path in place.logs.glob("*.log")}
    if role is not None and role not in known:
        raise HarnessError(f"no log of '{role}'", hint=did_you_mean(role, known), code="role-unknown")
    ends: dict[Path, int] = {}
    while True:
        # asked first: what a role said last is read once more
        up = follow and places.state(place) == "up"
        yield list(_said(place, role, ends))
        if not up:
            break
        select.select([], [], [], LOOK_S)


def _said(place: Place, role: str | None, ends: dict[Path, int]) -> Iterator[str]:
    """Whole lines that were written since `ends`, which is brought up to date."""
    for path in sorted(place.logs.glob(f"{role or '*'}.log")):
        with suppress(FileNotFoundError), path.open("rb") as file:
            file.seek(ends.get(path, 0))
            text = file.read()
            whole = text[: text.rfind(b"\n") + 1]
            ends[path] = ends.get(path, 0) + len(whole)
            for line in whole.decode(errors="replace").splitlines():
                yield line if role else f"{path.stem:<8} | {line}"


def hold(pid: int) -> bool:
    """Wait for the stack's supervisor; Ctrl-C, or a signal that ends this process, takes the stack down first.

    Whether it was taken down so, and did not end by itself.
    """
    asked = False

    def end(*_: object) -> None:
        nonlocal asked
        asked = True
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    old: dict[int, Callable[..., Any] | int | None] = {
        n: signal.signal(n, end) for n in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        os.waitpid(pid, 0)
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
    return asked
