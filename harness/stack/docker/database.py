"""The prepared database of the docker tier: made by the image's own Python and PostgreSQL once, then kept as a pack."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from harness.core.config import Config
from harness.core.errors import StackError
from harness.stack.database import cluster
from harness.stack.docker import container, describe, engine
from harness.stack.docker.image.build import Image
from harness.stack.roles import environment
from harness.store import cache
from harness.store.files import write_bytes

NAME = "database.pack"
_TIMEOUT_S = 300


def prepared(config: Config, image: Image, place: container.Place, cache_dir: Path, run: str) -> Path:
    """The pack for this state of the target, from the cache or made now. Raises migrate-failed, role-died, docker-*."""
    key = hashlib.blake2b(f"docker {image.wheels} {cluster.key(config, image.wheels)}".encode(), digest_size=16)
    packed = cache_dir / "clusters" / f"{key.hexdigest()}.pack"
    if packed.is_file():
        with suppress(OSError):
            os.utime(packed)
        return packed
    inside = f"{run}/{NAME}"
    env = describe.target_environment(config, run)
    known = describe.places(config, run)
    migrate = tuple(environment.command(config.migrate, known, "target.migrate"))
    service = describe.database(pack=f"{run}/absent", migrate=migrate, env=env, id_ranges=config.id_ranges)
    words = service.command
    end = words.index("--")
    service = replace(
        service,
        name="prepare",
        role="migrate",
        command=(*words[:end], "--keep", inside, *words[end:]),
        volumes={"run": describe.shared(run)},
    )
    one = container.create(replace(place, network="none"), service)
    container.start(one)
    with one.changed:
        one.changed.wait_for(lambda: one.ended, _TIMEOUT_S)
    with engine.speaking(place.api, "preparing the database"):
        code = place.api.wait(one.id, timeout=_TIMEOUT_S)["StatusCode"]
        if code:
            raise _failed(one, code)
        fetch(one, inside, packed)
        place.api.remove_container(one.id, force=True)
    cache.prune(packed.parent)
    return packed


def _failed(one: container.Container, code: int) -> StackError:
    if "code: migrate-failed" in one.heard.decode("utf-8", "replace"):
        # the last three lines are the error's own
        words = container.last_words(one, 6).split(" | ")[:-3]
        return StackError(
            "the target's migrations failed", hint=f"the last words: {' | '.join(words)}", code="migrate-failed"
        )
    return container.died(one)


def fetch(one: container.Container, path: str, target: Path) -> None:
    """Copy one file out of a container into `target`, atomically."""
    with engine.speaking(one.api, f"copying {path} out of {one.name}"), tempfile.TemporaryFile() as archive:
        chunks, _ = one.api.get_archive(one.id, path)
        for chunk in chunks:
            archive.write(chunk)
        archive.seek(0)
        with tarfile.open(fileobj=archive) as tar:
            member = tar.next()
            content = tar.extractfile(member) if member is not None else None
            data = content.read() if content is not None else b""
    write_bytes(target, data)


def archive_of(files: dict[str, Path | bytes], *, uid: int, mode: int) -> bytes:
    """A tar of `files` for a volume: they and their folders are `uid`'s, the folders of `mode`."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        folders = {str(above) for name in files for above in Path(name).parents} - {"."}
        for name in sorted(folders):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, mode, uid, uid
            tar.addfile(entry)
        for name, source in files.items():
            content = source if isinstance(source, bytes) else source.read_bytes()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.uid, entry.gid = len(content), 0o600, uid, uid
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()
