"""Composed trees, and a PostgreSQL to run their manage.py against."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from harness.backend.phases.tree import compose
from harness.stack.database import cluster, postgres
from harness.store import cache
from tests.phases import PHASES, REFERENCE
from tests.tree import ROOT


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL of the test session. `manage` runs a tree's manage.py on one of its databases."""

    sockets: Path
    port: int
    admin: psycopg.Connection

    def database(self, name: str, template: str = "template0") -> psycopg.Connection:
        postgres.create(self.admin, name, template)
        return self.connect(name)

    def connect(self, name: str) -> psycopg.Connection:
        return postgres.connect(self.sockets, self.port, name)

    def manage(self, tree: Path, database: str, *words: str) -> subprocess.CompletedProcess[str]:
        env = {
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "DB_HOST": str(self.sockets),
            "DB_PORT": str(self.port),
            "DB_NAME": database,
            "DB_USER": postgres.OWNER,
        }
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command, cwd=tree / "backend", env=env, capture_output=True, text=True, check=False, timeout=240
        )

    def migrate(self, tree: Path, database: str, *words: str) -> None:
        done = self.manage(tree, database, "migrate", "--no-input", "-v", "0", *words)
        assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="harness-test-", dir=memory))
    folder.chmod(0o711)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with ExitStack() as cleanup:
        cleanup.callback(shutil.rmtree, folder)
        found = postgres.find(folder)
        cluster.empty(found, folder / "pgdata", cache.folder(ROOT) / "empty")
        process, admin = postgres.start(found, folder / "pgdata", port=port, log=folder / "postgres.log", password="")
        cleanup.callback(postgres.abort, process)
        cleanup.callback(admin.close)
        yield Server(folder / "pg_socket", port, admin)


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """The composed tree of a phase, made once."""
    made: dict[int, Path] = {}

    def of(number: int) -> Path:
        if number not in made:
            out = tmp_path_factory.mktemp("trees") / str(number)
            compose(REFERENCE, PHASES, number, out)
            made[number] = out
        return made[number]

    return of
