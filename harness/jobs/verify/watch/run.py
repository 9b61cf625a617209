"""Look at what is saved, and ask `harness verify --affected` each time: as a command, so that every run begins anew with what is on the disk.

What is saved while a run is under way is driven once it has ended.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from watchfiles import DefaultFilter, watch

from harness.core.config import Config
from harness.report.say import say
from harness.stack.isolation import linux

TOGETHER_MS = 300
"""What is saved within this is one change: an editor writes several files, and a checkout many."""
LOOK_MS = 100
NAMED = 4


class OfTheProject(DefaultFilter):
    """What a run itself writes is no change, nor is what editors leave beside a file."""

    def __init__(self, project: Path) -> None:
        super().__init__(ignore_paths=[project / "runs", project / ".harness"])


def places(config: Config) -> tuple[Path, ...]:
    """What decides a run and is there: the target, its phases, harness.toml, and what that names."""
    named = (config.source, config.root, config.phases_root, config.phases_dir, config.scenarios, config.answers, config.cassettes, config.contracts, config.rates)  # fmt: skip
    return tuple(dict.fromkeys(path for path in named if path is not None and path.exists()))


def until_interrupted(where: Sequence[Path], words: Sequence[str], out: Console) -> int:
    """Run once, then after every change; the exit code of a run that was interrupted. KeyboardInterrupt, where none is under way."""
    seen = _changes(where)
    next(seen)  # from now on nothing is missed
    code = _run(words, out)
    for changed in seen:
        if changed:
            named = ", ".join(sorted(Path(path).name for path in changed)[:NAMED])
            more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
            say(out, f"\nsaved: {named}{more}", style="bold")
            code = _run(words, out)
    return code


def _changes(where: Sequence[Path]) -> Iterator[set[str]]:
    """Paths that were written, made or deleted since the last one; nothing of them, many times a second."""
    project = where[0].parent
    for found in watch(
        *where, watch_filter=OfTheProject(project), debounce=TOGETHER_MS, step=50, rust_timeout=LOOK_MS, yield_on_timeout=True
    ):  # fmt: skip
        yield {path for _, path in found}


def _run(words: Sequence[str], out: Console) -> int:
    begun = time.monotonic()
    command = [sys.executable, "-m", "harness", "verify", "--affected", *words]
    with subprocess.Popen(command, preexec_fn=linux.die_with_parent) as process:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            process.wait()  # it heard that, too, and takes its stack down
            raise
    say(out, f"exit code {code} after {time.monotonic() - begun:.1f} s; waiting for a change, Ctrl-C ends")
    return code
