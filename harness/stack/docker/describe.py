"""What each container of the stack is, as values: `up` makes them with the SDK, `compose` writes them down.

One image, one command a role. A role of harness.toml that takes tasks comes in as many copies as there are workers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from harness.core.config import Config, Role
from harness.stack.database import postgres
from harness.stack.docker import settings
from harness.stack.docker.image.build import CODE, PYTHON, TARGET, VENV
from harness.stack.roles import environment, files

MIB = 1024 * 1024
HTTP_PORT = 8000
HTTP = 80
"""Where a provider is spoken to over plain http: the fake tells it, and refuses it."""
FILES = "/harness/files"
"""Read-only, for the harness's own containers: tapes, contracts, the fake's configuration, the prepared database."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
INSIDE = "harness.stack.docker.inside"
AFTER = (PYTHON, "-I", "-S", f"{CODE}/harness/stack/docker/inside/after.py")
"""In front of a role's command: run it once database and broker accept."""


BRIDGE = {
    # without an address of the host's in the network, nothing inside has anything outside to talk to
    "com.docker.network.bridge.inhibit_ipv4": "true",
    "com.docker.network.bridge.enable_icc": "true",
}
NOBODY = "127.0.0.1"
"""The name server that unknown names are passed on to."""
DNS_OPTIONS = ("timeout:1", "attempts:2")
"""The engine's resolver leaves an unknown name unanswered: it fails after two seconds instead of ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One container. `role` names its log; `aliases` are its names in the network. `tmpfs` maps paths to mount options.

    `volumes` maps a volume's short name ("run", "files") to (path, read-only).
    """

    name: str
    role: str
    command: tuple[str, ...]
    aliases: tuple[str, ...]
    env: Mapping[str, str]
    memory_bytes: int
    pids: int
    ready: str = "spawn"
    tmpfs: Mapping[str, str] = field(default_factory=lambda: {"/tmp": "mode=1777,size=256m"})
    volumes: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    sysctls: Mapping[str, str] = field(default_factory=dict)
    stdin: bool = False


def shared(run: str) -> tuple[str, bool]:
    """Where the volume of the folder `run` is mounted: one above, because a volume's top folder stays root's."""
    return str(PurePosixPath(run).parent), False


def places(config: Config, run: str) -> dict[str, str]:
    """What the placeholders of harness.toml stand for. `run` is the folder that all roles share."""
    return {
        "python": f"{VENV}/bin/python" if _apart(config) else PYTHON,
        "harness": PYTHON,
        "host": "0.0.0.0",
        "port": str(HTTP_PORT),
        "run": run,
        "media": f"{run}/{files.MEDIA}",
        "logs_dir": f"{run}/{files.LOGS}",
        "db_host": "postgres",
        "db_port": "5432",
        "db_name": postgres.DATABASE,
        **{f"db_name_{alias}": postgres.name_of(alias) for alias in config.databases},
        "db_user": postgres.OWNER,
        "db_password": "",
        "redis_port": "6379",
        "redis_url": "redis://valkey:6379/0",
        "ca_bundle": f"{run}/tls/ca.pem",
        "fake_port": "443",
        **{f"port_{name}": str(HTTP_PORT) for name in config.roles},
    }


def _apart(config: Config) -> bool:
    return bool(settings.requirements(config, settings.read(config)))


def target_environment(config: Config, run: str) -> dict[str, str]:
    """What every role of the target sees, beyond what the image sets."""
    first = {"HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8", "TZ": "UTC"}
    first |= {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    if _apart(config):
        first["PATH"] = f"{VENV}/bin:{PATH}"
    return environment.of_target(config, first, places(config, run))


def database(
    *, pack: str, migrate: tuple[str, ...] = (), env: Mapping[str, str] = {}, id_ranges: bool = False
) -> Service:
    """PostgreSQL on a data folder in memory: unpacked from `pack`, or made with `migrate` where there is no such file, keys
    in ranges of their own with `id_ranges`."""
    words = (PYTHON, "-m", f"{INSIDE}.database", "--pack", pack)
    words += ("--ids", "ranges") if id_ranges else ()
    return Service(
        name="postgres",
        role="postgres",
        command=(*words, "--", *migrate) if migrate else words,
        aliases=("postgres",),
        env={**env, "TZ": "UTC"},
        memory_bytes=1024 * MIB,
        pids=128,
        tmpfs={"/tmp": "mode=1777,size=64m", "/data": "mode=1777,size=768m"},
        volumes={"files": (FILES, True)},
    )


def broker() -> Service:
    settings = {
        "bind": "0.0.0.0",
        "port": "6379",
        "protected-mode": "no",
        "save": "",
        "appendonly": "no",
        "dir": "/tmp",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    words = [word for name, value in settings.items() for word in (f"--{name}", value)]
    return Service(
        name="valkey",
        role="valkey",
        command=("valkey-server", *words),
        aliases=("valkey",),
        env={},
        memory_bytes=256 * MIB,
        pids=32,
    )


def fake(config: Config, run: str, configuration: str) -> Service:
    """The provider fake, under every provider's name. Its standard input stays open: its end is the fake's end."""
    return Service(
        name="fake",
        role="fake",
        command=(PYTHON, "-m", "harness.provider.fake", "--config", configuration),
        aliases=tuple(sorted(config.provider_names)),
        env={"PYTHONUNBUFFERED": "1", "HOME": "/tmp"},
        memory_bytes=768 * MIB,
        pids=64,
        ready="line:ready",
        volumes={"files": (FILES, True), "run": shared(run)},
        sysctls={"net.ipv4.ip_unprivileged_port_start": "0"},
        stdin=True,
    )


def door(run: str) -> Service:
    return Service(
        name="door",
        role="door",
        command=(PYTHON, "-m", f"{INSIDE}.door"),
        aliases=("door",),
        env={"PYTHONUNBUFFERED": "1"},
        memory_bytes=128 * MIB,
        pids=32,
        # both volumes: files are put in through this container
        volumes={"files": (FILES, False), "run": shared(run)},
        stdin=True,
    )


def role(config: Config, one: Role, run: str) -> Service:
    """A role of the target."""
    where = f"roles.{one.name}"
    known = places(config, run)
    own = {name: environment.fill(value, known, f"{where}.env") for name, value in one.env.items()}
    return Service(
        name=one.name,
        role=one.name,
        command=(*AFTER, *environment.command(one.command, known, f"{where}.command")),
        aliases=(one.name,),
        env={**target_environment(config, run), **environment.signed(one.name), **own},
        memory_bytes=1024 * MIB,
        pids=256,
        ready=one.ready,
        volumes={"run": shared(run)},
    )


def copies(one: Service, workers: int) -> tuple[Service, ...]:
    """A role that takes tasks, as often as there are workers; another, once. Their log is one."""
    if workers == 1 or one.ready != "celery":
        return (one,)
    return tuple(replace(one, name=f"{one.name}-{n}", aliases=(f"{one.name}-{n}",)) for n in range(1, workers + 1))


def fake_settings(config: Config, *, tls: str, control: str) -> dict[str, object]:
    """The fake's configuration but for what the caller adds (cassettes, contracts, mode)."""
    return {
        "listen": [
            *(["0.0.0.0", port] for port in config.provider_ports),
            *([] if HTTP in config.provider_ports else [["0.0.0.0", HTTP, "watched"]]),
        ],
        **config.fake_hosts,
        "tls_dir": tls,
        "control": control,
        "cache": "/tmp/tapes",
    }


def workdir() -> str:
    return TARGET
