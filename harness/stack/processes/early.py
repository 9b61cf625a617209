"""A zygote that imports what needs nothing of the target while the harness itself is still being made ready.

`begin` starts it outside, with the environment that it will have; the island takes it over (`taken`), or starts another
where anything turns out otherwise than it was foreseen. It dies with the process that began it.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping
from pathlib import Path

from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.stack.isolation import linux, namespace, powers
from harness.stack.isolation.fence import Around
from harness.stack.isolation.island import Island
from harness.stack.isolation.wall import OTHER
from harness.stack.processes.places import decided
from harness.stack.roles import clock, zygote
from harness.stack.roles.clock import Clock
from harness.stack.roles.zygote import Zygote
from harness.store import cache

_PATH = "PYTHONPATH"
_waiting: list[tuple[Zygote, Path]] = []
"""With the root of the target; at most one."""


def begin(config: Config, isolation: str) -> None:
    """Quiet where there is nothing to begin: whoever boots says what is wrong."""
    run_dir = None if isolation == "hook" or _waiting or not config.zygote else namespace.run_folder()
    if run_dir is None:
        return
    place = Island(kind="namespace", why="", run_dir=run_dir, hosts={})
    try:
        places, first = decided(config, place, cache.folder(config.source.parent))
        if _PATH in first:
            return
        env = clock.environment(clock.below(config, run_dir), first)
        env.pop(_PATH, None)  # nothing is there yet, or something of somebody else's
        made = zygote.start(places["python"], env, root=config.root, log=Path(os.devnull), preexec_fn=_begun)
    except HarnessError:
        return
    atexit.register(made.close)  # here alone: a process that was forked leaves without
    _waiting.append((made, config.root))


def _begun() -> None:
    """As whom the target will be there: installed libraries may note it while they are imported."""
    if os.geteuid() == 0:
        powers.keep_to_enter(*OTHER)
    linux.die_with_parent()


def taken(
    python: str, env: Mapping[str, str], hands: Clock, *, root: Path, log: Path, wall: Around | None
) -> Zygote | None:
    """The one that waits, on its way into the island of this process, behind `wall`; None: there is none that fits."""
    if not _waiting:
        return None
    made, begun_in = _waiting.pop()
    path = "" if hands.file is None else os.fspath(hands.file.parent)
    foreseen = {name: value for name, value in env.items() if name != _PATH}
    if begun_in == root and env.get(_PATH, "") == path and made.is_of(python, foreseen) and not linux.ambient():
        made.enter(env, root=root, path=path, log=log, wall=wall)
        return made
    made.close()
    return None
