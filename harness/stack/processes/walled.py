"""The wall around a target: which of its places are behind it, and what may be written there."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import site
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import harness
from harness.backend.python import interpreter
from harness.core.config import Config
from harness.core.errors import StackError
from harness.stack.isolation import fence, wall
from harness.stack.isolation.fence import Around
from harness.stack.isolation.island import Island
from harness.stack.roles import files, trace
from harness.stack.roles.clock import Clock
from harness.stack.roles.environment import COMPILED
from harness.stack.roles.zygote import ZYGOTES

TLS, CLOCK = "tls", "clock"
"""Below the folder of the run: what the target reads of the harness."""


def build(
    config: Config, island: Island, cache_dir: Path, env: Mapping[str, str], hands: Clock, places: Mapping[str, str]
) -> Around:
    """What is around the target of a stack, as things are now. `places` name the stack's ports. Raises StackError wall-refused."""
    run_dir, behind = island.run_dir, island.kind == "namespace"
    ports = [int(port) for name, port in places.items() if name.startswith("port_") or name.endswith("_port")]
    for name in (files.SEEN, files.SHARED, TLS, "wall") if behind else ():
        (run_dir / name).mkdir(exist_ok=True)
    if behind:
        files.lay(run_dir, config.root, config.writes)
    view = wall.View(
        root=run_dir / "wall",
        shown=(*_shown(config, env, hands), *(run_dir / name for name in (TLS, CLOCK))),
        written=_written(config, run_dir, cache_dir) if behind else _in_place(config, run_dir, cache_dir),
        lent=config.root,
        home=run_dir / files.HOME,
    )
    try:
        return wall.build(view) if behind else fence.build(view, ports)
    except OSError as error:
        raise StackError(
            f"no wall can be built around the target: {f'{error.filename}: ' if error.filename else ''}{error.strerror}",
            hint="--isolation hook does without, and says what is not held then",
            code="wall-refused",
        ) from None


def _in_place(config: Config, run_dir: Path, cache_dir: Path) -> dict[Path, Path]:
    """As `_written`, where every place is what it is outside."""
    kept = [cache_dir / name for name in (COMPILED, ZYGOTES)]
    for folder in kept:
        folder.mkdir(parents=True, exist_ok=True)
    files.stand(config.root, config.writes)
    return {folder: folder for folder in (run_dir, *kept, *(config.root / name for name in config.writes))}


def _written(config: Config, run_dir: Path, cache_dir: Path) -> dict[Path, Path]:
    """A place behind the wall -> the folder that is there."""
    own = [run_dir / name for name in (files.MEDIA, files.LOGS, files.HOME, files.TMP)]
    traced = [run_dir / trace.FOLDER] if (run_dir / trace.FOLDER).is_dir() else []
    temporary = [Path(name) for name in ("/tmp", "/var/tmp")]
    kept = {cache_dir / ZYGOTES: cache_dir / wall.apart(ZYGOTES)}
    kept[cache_dir / wall.apart(COMPILED)] = cache_dir / wall.apart(COMPILED)
    for folder in kept.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {
        **dict.fromkeys(temporary, run_dir / files.TMP),
        Path("/dev/shm"): run_dir / files.SHARED,
        run_dir: run_dir / files.SEEN,
        **{folder: folder for folder in (*own, *traced)},
        **kept,
        **{config.root / name: files.laid(run_dir, name) for name in config.writes},
    }


def _shown(config: Config, env: Mapping[str, str], hands: Clock) -> Iterator[Path]:
    """Never a folder with somebody's home in it, but for the target's own tree."""
    yield config.root
    homes = {Path(os.environ.get("HOME", "/")).resolve()}
    with suppress(KeyError):  # an id without a name has no other
        homes.add(Path(pwd.getpwuid(os.getuid()).pw_dir).resolve())
    for path in (*_of_target(config, env), *_of_harness(hands)):
        with suppress(OSError, ValueError):
            whole = path.resolve()
            if whole != Path("/") and not any(home.is_relative_to(whole) for home in homes):
                yield path


def _of_target(config: Config, env: Mapping[str, str]) -> Iterator[Path]:
    """Its checkout, what harness.toml names, and its interpreter with all that is installed for it."""
    yield checkout(config.root)
    yield from config.sees
    yield config.contracts  # what fuzzes an endpoint in the target's process stands there
    roles = config.roles.values()
    values = (*config.env.values(), *(value for role in roles for value in role.env.values()))
    yield from (Path(value) for value in values if value.startswith("/"))
    python = interpreter.of(config)
    said = {"{python}": python.executable, "{harness}": sys.executable}
    commands = (config.manage, config.migrate, *(role.command for role in roles))
    for word in {python.executable, *(said.get(words[0], words[0]) for words in commands if words)}:
        if found := shutil.which(word, path=env["PATH"]):
            yield from (Path(found), Path(found).resolve())
    told = interpreter.told(python.executable)
    yield from map(Path, (python.prefix, told["base_prefix"]))
    for folder in map(Path, told["searched"]):
        yield folder
        for note in folder.glob("*.dist-info/direct_url.json"):
            with suppress(ValueError):
                yield Path(unquote(urlsplit(json.loads(note.read_text()).get("url", "")).path))


def _of_harness(hands: Clock) -> Iterator[Path]:
    """What of its own programs runs behind the wall, too: it forks roles, looks at the target, keeps a clock, carries a terminal."""
    if hands.packages is not None:
        yield hands.packages
    yield from map(Path, (sys.executable, sys.prefix, sys.base_prefix, site.getuserbase()))
    yield Path(harness.__file__).parent


def checkout(root: Path) -> Path:
    """The whole of which `root` is a part: up to where git keeps it."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
