"""The prepared database: initialised, migrated and snapshotted once, then copied into memory at every boot.

The copy is good for exactly one state of the target's models and migrations, its environment, PostgreSQL, the
packages that are installed for it, and the code that prepares it; the key says so. A damaged copy is rebuilt.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from harness.backend import tree
from harness.backend.look.cache import content
from harness.backend.python import interpreter
from harness.core.config import Config
from harness.core.errors import StackError
from harness.stack.database import extensions, pack, postgres, snapshot
from harness.stack.roles import child, environment
from harness.store import cache

_PREPARED_BY = (
    "cluster.py",
    "extensions.py",
    "journal.py",
    "keys.py",
    "leftover.py",
    "pack.py",
    "postgres.py",
    "shadows.py",
    "snapshot.py",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running, prepared database. `built` tells whether it had to be made (True) or came from the cache."""

    server: child.Child
    dbs: Mapping[str, psycopg.Connection]
    """By Django's alias, the default first."""
    built: bool


def start(
    config: Config,
    found: postgres.Postgres,
    run_dir: Path,
    cache_dir: Path,
    *,
    port: int,
    password: str,
    migrate: Callable[[str], None],
) -> Cluster:
    """Start the target's databases from the cache, or build them, each with `migrate(alias)`, and cache them. Raises StackError."""
    data, log = run_dir / "pgdata", run_dir / "logs" / "postgres.log"
    name = key(config, found.version)
    packed = cache_dir / "clusters" / f"{name}.pack"
    environment.forget_stale_bytecode(cache_dir, config.root, name)

    def up() -> tuple[child.Child, dict[str, psycopg.Connection]]:
        server, admin = postgres.start(found, data, port=port, log=log, password=password)
        admin.close()
        return server, connected(data.with_name("pg_socket"), port, config.databases)

    try:
        pack.unpack(packed, data, owner=found.user)
        server, dbs = up()
    except (pack.CorruptPack, OSError, StackError, psycopg.Error):
        # absent, damaged, or whole and yet no database: made anew either way, and then its failures are shown
        shutil.rmtree(data, ignore_errors=True)
    else:
        with suppress(OSError):
            os.utime(packed)
        return Cluster(server=server, dbs=dbs, built=False)
    build(
        found,
        data,
        log,
        port,
        password,
        migrate,
        databases=config.databases,
        root=config.root,
        id_ranges=config.id_ranges,
        kept=cache_dir / "empty",
    )
    with suppress(OSError):
        # a cache that cannot be written costs time at the next boot, nothing else
        pack.write(data, packed)
        cache.prune(packed.parent)
    server, dbs = up()
    return Cluster(server=server, dbs=dbs, built=True)


def connected(sockets: Path, port: int, aliases: Iterable[str]) -> dict[str, psycopg.Connection]:
    """The observer's connection to each of the databases."""
    return {alias: postgres.connect(sockets, port, postgres.name_of(alias)) for alias in aliases}


def key(config: Config, version: str) -> str:
    """What the prepared database depends on, as 32 hex digits: any file of the target's may be read by a migration."""
    digest = hashlib.blake2b(digest_size=16)
    python = interpreter.of(config)
    facts = [version, python.version, sorted(python.packages.items()), list(config.migrate), config.databases]
    facts += [config.id_ranges, sorted(config.env.items()), snapshot.VERSION]
    digest.update(json.dumps(facts).encode())
    for name in _PREPARED_BY:
        digest.update(Path(__file__).with_name(name).read_bytes())
    digest.update(content(config, python.executable).encode())
    return digest.hexdigest()


def sources(root: Path) -> Iterator[Path]:
    """Every Python file below `root`."""
    return (Path(path) for name, path, _ in tree.files(os.fspath(root)) if name.endswith(".py"))


def empty(found: postgres.Postgres, data: Path, kept: Path | None) -> None:
    """What initdb makes in `data`, from the folder `kept` where it is there and whole, and kept there otherwise."""
    if kept is None:
        postgres.initdb(found, data)
        return
    made_by = hashlib.blake2b(Path(postgres.__file__).read_bytes(), digest_size=8).hexdigest()
    packed = kept / f"{found.version}-{made_by}.pack"
    try:
        pack.unpack(packed, data, owner=found.user)
    except (pack.CorruptPack, OSError):
        shutil.rmtree(data, ignore_errors=True)
        postgres.initdb(found, data)
        with suppress(OSError):
            kept.mkdir(parents=True, exist_ok=True)
            pack.write(data, packed)
            for older in kept.glob("*.pack"):
                if older != packed:
                    older.unlink()


def build(
    found: postgres.Postgres,
    data: Path,
    log: Path,
    port: int,
    password: str,
    migrate: Callable[[str], None],
    *,
    databases: Sequence[str],
    root: Path,
    id_ranges: bool = False,
    kept: Path | None = None,
) -> None:
    """Make a cluster in `data`: each database empty, with what only a superuser may create, migrated, snapshotted. `kept`: where one
    without anything is, so that no other target, phase or change pays for it again."""
    empty(found, data, kept)
    server, admin = postgres.start(found, data, port=port, log=log, password=password)
    sockets = data.with_name("pg_socket")
    try:
        with postgres.connect(sockets, port, "template1") as template:
            extensions.provide(template, extensions.created(sources(root)))
        for alias in databases:
            postgres.create(admin, postgres.name_of(alias))
            migrate(alias)
            with postgres.connect(sockets, port, postgres.name_of(alias)) as db:
                snapshot.take(db, id_ranges=id_ranges)
    finally:
        admin.close()
        postgres.stop(server)
