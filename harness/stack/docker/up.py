"""The docker tier's whole order of events: image, watchdog, network, containers, and down again, however it is left."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import redis
import requests

from harness.core.config import Config, Role
from harness.core.errors import HarnessError, StackError
from harness.stack.docker import container, database, describe, door, engine, naming, ready, sweep, watchdog
from harness.stack.docker.image import build
from harness.stack.docker.running import DockerStack
from harness.stack.docker.settings import Settings, checked_workers, read
from harness.stack.roles.laps import Laps
from harness.store import cache


@contextmanager
def boot(
    config: Config,
    *,
    fake: Mapping[str, Any] | None,
    settings: Settings | None = None,
    workers: int | None = None,
    roles: bool = True,
    web_port: int = 0,
) -> Iterator[DockerStack]:
    """Boot the stack of `config` in containers; everything is removed when the context is left, however.

    `fake` is the provider fake's configuration but for its addresses and folders; None boots without it. `settings`
    stands in for [docker] of harness.toml; `workers` for its number of workers. `roles` False boots database and broker
    only. `web_port` is the loopback port of the first web role (0: any free one). Raises StackError: docker-none,
    docker-denied, docker-base, docker-wheels, docker-build, docker-disk, docker-gone, migrate-failed, role-died, ….
    """
    if len(config.databases) > 1:
        raise HarnessError(
            f"the docker tier has one database, and target.databases names {len(config.databases)}",
            hint="use --tier processes",
            code="docker-databases",
        )
    chosen = settings or read(config)
    if workers is not None:
        chosen = replace(chosen, workers=checked_workers(workers, "workers:"))
    clock = Laps()
    api = engine.connect()
    cache_dir = cache.folder(config.source.parent)
    with engine.speaking(api, "removing what a killed run left"):
        sweep.orphans(api)
    with clock.lap("image"):
        made = build.provide(api, config, chosen, cache_dir)
    run = naming.new_run()
    folder = Path(tempfile.mkdtemp(prefix=naming.PREFIX)).resolve()
    run_dir = folder / "run"
    place = container.Place(
        api=api,
        run=run,
        image=made.tag,
        network=f"{naming.PREFIX}{run}",
        volumes={short: f"{naming.PREFIX}{run}-{short}" for short in ("run", "files")},
        labels=naming.labels(run),
        logs=run_dir / "logs",
    )
    stack = DockerStack(
        config=config, place=place, image=made, run_dir=run_dir, timings=clock.seconds, workers=chosen.workers
    )
    with watchdog.watching(run, folder, engine.pinned()) as all_gone:
        try:
            _raise_up(stack, fake, cache_dir, roles=roles, web_port=web_port, clock=clock)
            yield stack
        except (psycopg.OperationalError, redis.ConnectionError, requests.ConnectionError, StackError) as error:
            reason = stack.explain()
            if reason is None or reason.code == getattr(error, "code", ""):
                raise
            raise reason from error
        finally:
            left = stack.down()
            shutil.rmtree(folder, ignore_errors=True)
            if not left:
                all_gone()


def _raise_up(
    stack: DockerStack, fake: Mapping[str, Any] | None, cache_dir: Path, *, roles: bool, web_port: int, clock: Laps
) -> None:
    place, config, run = stack.place, stack.config, str(stack.run_dir)
    place.logs.mkdir(parents=True)
    files = _files(stack, fake)
    with ThreadPoolExecutor(max_workers=16) as pool:
        with clock.lap("network"):
            _network(place, pool)
            opened = container.create(place, describe.door(run))
            stack.services["door"] = opened
            _put(opened, describe.shared(run)[0], {f"{stack.run_dir.name}/tls/.keep": b""})
        with clock.lap("prepared"):
            pack = database.prepared(config, stack.image, place, cache_dir, run)
        always = [role for role in config.roles.values() if roles and role.boot == "always"]
        with clock.lap("containers"):
            # the roles first: they take longest to start, and what they do waits for database and broker by itself
            waiting = {
                role.name: [
                    pool.submit(container.launch, place, one)
                    for one in describe.copies(describe.role(config, role, run), stack.workers)
                ]
                for role in always
            }
            _put(opened, describe.FILES, {**files, database.NAME: pack})
            own = [describe.database(pack=f"{describe.FILES}/{database.NAME}"), describe.broker()]
            if fake is not None:
                own.append(describe.fake(config, run, f"{describe.FILES}/fake.json"))
            started = [pool.submit(container.launch, place, one) for one in own]
            _open(stack, opened, always, web_port)
            stack.services |= {one.service.name: one for one in (future.result() for future in started)}
        with clock.lap("database"):
            stack.db = ready.await_database(stack.services["postgres"], stack.run_dir)
            ready.await_broker(stack.services["valkey"], stack.redis_url)
        with clock.lap("roles"):
            stack.roles |= {name: [future.result() for future in futures] for name, futures in waiting.items()}
            every = [one for copies in stack.roles.values() for one in copies]
            if fake is not None:
                container.await_line(stack.services["fake"], "ready")
            for one in every:
                ready.await_role(one, stack.ports)
    clock.total()


def _network(place: container.Place, pool: ThreadPoolExecutor) -> None:
    with engine.speaking(place.api, "creating the network and the volumes of the run"):
        volumes = [
            pool.submit(place.api.create_volume, name, labels=dict(place.labels)) for name in place.volumes.values()
        ]
        place.api.create_network(
            place.network, driver="bridge", internal=True, options=describe.BRIDGE, labels=dict(place.labels)
        )
        for volume in volumes:
            volume.result()


def _files(stack: DockerStack, fake: Mapping[str, Any] | None) -> dict[str, Path | bytes]:
    """What the fake reads, by its name in the volume `files`."""
    if fake is None:
        return {}
    if fake.get("mode", "replay") == "record":
        raise HarnessError(
            "the docker tier does not record",
            hint="record in the processes tier: harness record",
            code="docker-record",
        )
    asked = dict(fake)
    files: dict[str, Path | bytes] = {}
    for folder in ("cassettes", "contracts"):
        if asked.get(folder):
            source = Path(asked[folder])
            asked[folder] = f"{describe.FILES}/{folder}"
            files |= {f"{folder}/{name}": path for name, path in build.files(source)}
            files.setdefault(f"{folder}/.keep", b"")  # an empty folder is a folder
    full = describe.fake_settings(stack.config, tls=f"{stack.run_dir}/tls", control=f"{stack.run_dir}/fake.sock") | {
        name: value for name, value in asked.items() if name != "cache"
    }
    return {**files, "fake.json": json.dumps(full, default=os.fspath).encode()}


def _put(opened: container.Container, folder: str, files: Mapping[str, Path | bytes]) -> None:
    """Put files into a volume, through the container that may write there; their folders are every role's to write."""
    archive = database.archive_of(dict(files), uid=build.UID, mode=0o755)
    with engine.speaking(opened.api, f"putting files into {folder}"):
        opened.api.put_archive(opened.id, folder, archive)


def _open(stack: DockerStack, opened: container.Container, always: list[Role], web_port: int) -> None:
    """Start the door and make its local ends."""
    opened.log.touch()

    def murmur(text: bytes) -> None:
        container.hear(opened, text)
        with opened.log.open("ab") as log:
            log.write(text)

    def shuts() -> None:
        with opened.changed:
            opened.ended = True
            opened.changed.notify_all()

    stack.door = door.Door(container.raw(opened.stream), murmur=murmur, shuts=shuts)
    with engine.speaking(stack.place.api, "starting the container of door"):
        stack.place.api.start(opened.id)
    stack.door.unix(stack.run_dir / ".s.PGSQL.5432", "tcp:postgres:5432")
    stack.door.unix(stack.fake_control, f"unix:{stack.run_dir}/fake.sock")
    stack.ports["valkey"] = stack.door.tcp("tcp:valkey:6379")
    for role in always:
        if role.serves:
            stack.ports[role.name] = stack.door.tcp(f"tcp:{role.name}:{describe.HTTP_PORT}", web_port)
            web_port = 0
