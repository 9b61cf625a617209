"""What a role of the target sees: its environment and command, with the stack's places filled in. Nothing else leaks in."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import site
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from harness.backend.python.interpreter import Interpreter
from harness.core.config import Config
from harness.core.errors import HarnessError, did_you_mean
from harness.stack.isolation.wall import apart
from harness.stack.roles import files

SIGNED = "PGAPPNAME"
COMPILED = "pycache"
"""In the cache: what Python compiles."""
_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


def base(run_dir: Path, cache: Path, python: Interpreter, *, compiled: str = COMPILED) -> dict[str, str]:
    """The clean minimum: a home and a temporary folder that vanish with the stack (files.make), compiled Python outside the
    sources, and on the path the programs of the interpreter that runs the target, none of the harness's own."""
    env = {
        "PATH": _path(python),
        "HOME": os.fspath(run_dir / files.HOME),
        "TMPDIR": os.fspath(run_dir / files.TMP),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPYCACHEPREFIX": os.fspath(cache / compiled),
    }
    if os.geteuid() == 0:
        # a worker that accepts pickle refuses to run as root otherwise; here root is nobody beyond the island
        env["C_FORCE_ROOT"] = "1"
    if site.ENABLE_USER_SITE or not python.shared:
        # packages installed with `pip install --user` are found through HOME otherwise
        env["PYTHONUSERBASE"] = site.getuserbase()
    if "LD_LIBRARY_PATH" in os.environ:
        env["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return env


def _path(python: Interpreter) -> str:
    own = Path(sys.executable).parent
    inherited = os.environ.get("PATH", os.defpath).split(os.pathsep)
    kept = inherited if python.shared else [entry for entry in inherited if Path(entry) != own]
    return os.pathsep.join([os.fspath(Path(python.executable).parent), *kept])


def forget_stale_bytecode(cache: Path, root: Path, key: str) -> None:
    """Drop the compiled files of `root` unless they were compiled from sources with this `key`.

    Python tells a changed source by size and second of change alone: the same file with 100 made 200 within a second
    would run as it was.
    """
    for name in {COMPILED, apart(COMPILED)}:
        folder = cache / name / root.relative_to(root.anchor)
        note = cache / name / f"{hashlib.blake2b(os.fsencode(root), digest_size=8).hexdigest()}.sources"
        with suppress(OSError):
            if not note.exists() or note.read_text() != key:
                shutil.rmtree(folder, ignore_errors=True)
                note.parent.mkdir(parents=True, exist_ok=True)
                note.write_text(key)


def of_target(
    config: Config, first: Mapping[str, str], places: Mapping[str, str], extra: Mapping[str, str] = {}
) -> dict[str, str]:
    """`first`, the usual names of the database, the broker and the folder for files, [target.env], then a role's own `extra`; later ones win.

    PYTHONPATH of `first` stays in front of any other, because it carries the start-up hook.
    """
    usual = {
        "DB_HOST": "{db_host}",
        "DB_PORT": "{db_port}",
        "DB_NAME": "{db_name}",
        "DB_USER": "{db_user}",
        "DB_PASSWORD": "{db_password}",
        "DATABASE_URL": "postgres://{db_user}:{db_password}@{db_host}:{db_port}/{db_name}",
        "PGHOST": "{db_host}",
        "PGPORT": "{db_port}",
        "PGDATABASE": "{db_name}",
        "PGUSER": "{db_user}",
        "PGPASSWORD": "{db_password}",
        "REDIS_URL": "{redis_url}",
        "REDIS_HOST": "{host}",
        "REDIS_PORT": "{redis_port}",
        "CELERY_BROKER_URL": "{redis_url}",
        "MEDIA_ROOT": "{media}",
        "REQUESTS_CA_BUNDLE": "{ca_bundle}",
        "SSL_CERT_FILE": "{ca_bundle}",
    }
    own = {**usual, **config.env, **extra}
    env = {**first, **{name: fill(value, places, f"environment variable {name}") for name, value in own.items()}}
    if "PYTHONPATH" in first and "PYTHONPATH" in own:
        env["PYTHONPATH"] = os.pathsep.join([first["PYTHONPATH"], env["PYTHONPATH"]])
    return env


def signed(role: str) -> dict[str, str]:
    """By what the database knows who writes, in every client that is made of libpq and names itself no other way."""
    return {SIGNED: role}


def migrating(config: Config, alias: str) -> tuple[str, ...]:
    """target.migrate as it brings the database `alias` up; of another than the default with Django's own option."""
    return config.migrate if alias == "default" else (*config.migrate, "--database", alias)


def command(words: Sequence[str], places: Mapping[str, str], where: str) -> list[str]:
    return [fill(word, places, where) for word in words]


def filled(env: Mapping[str, str], places: Mapping[str, str], where: str) -> dict[str, str]:
    """Each value of `env` with its places filled in. Raises HarnessError placeholder-unknown."""
    return {name: fill(value, places, f"{where}.{name}") for name, value in env.items()}


def fill(text: str, places: Mapping[str, str], where: str) -> str:
    """Replace each {name}. Raises HarnessError placeholder-unknown."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in places:
            raise HarnessError(
                f"harness.toml: {where} holds the unknown placeholder {match[0]}",
                hint=did_you_mean(match[1], places),
                code="placeholder-unknown",
            )
        return places[match[1]]

    return _PLACEHOLDER.sub(value, text)
