"""What a prepared database depends on: whatever a migration could read makes another one."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.backend.description import load
from harness.backend.look import cache
from harness.backend.python import interpreter
from harness.core.config import Config
from harness.stack.database import cluster, postgres

DESCRIPTION = """
format = 1
[target]
name = "shop"
root = "backend"
app = "none"
manage = ["{python}", "manage.py"]
[target.env]
REGION = "eu"
[roles.web]
command = ["{python}", "-m", "http.server"]
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("XDG_CACHE_HOME", os.fspath(tmp_path / "cache"))
    project = tmp_path / "project"
    for name in (
        "backend/shop/migrations/0001_initial.py",
        "backend/sql/triggers.sql",
        "backend/manage.py",
        "apps/late/models.py",
    ):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("one")
    (project / "backend" / "late").symlink_to(project / "apps" / "late")
    (project / "backend" / "runs").mkdir()
    (project / "backend" / "runs" / "__init__.py").write_text("")
    (project / "harness.toml").write_text(DESCRIPTION)
    return load(project / "harness.toml")


def write(name: str, text: str = "two") -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)

    return change


CHANGES = {
    "a migration": write("shop/migrations/0001_initial.py"),
    "a new migration": write("shop/migrations/0002_more.py"),
    "SQL that a migration reads": write("sql/triggers.sql"),
    "settings": write("shop/settings.py"),
    "a fixture": write("shop/fixtures/plans.json"),
    "a table of prices": write("data/prices.csv"),
    "a file without an ending": write("VERSION"),
    "an app behind a link": write("../apps/late/models.py"),
    "an app called runs": write("runs/models.py"),
    "a file that is gone": lambda root: (root / "sql/triggers.sql").unlink(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_migrating_may_read_makes_another_database(shop: Config, what: str):
    before = cluster.key(shop, "18.0")
    assert cluster.key(shop, "18.0") == before
    CHANGES[what](shop.root)
    assert cluster.key(shop, "18.0") != before


def test_environment_and_server_make_another_database(shop: Config):
    before = cluster.key(shop, "18.0")
    assert cluster.key(shop, "18.1") != before
    assert cluster.key(replace(shop, env={**shop.env, "REGION": "us"}), "18.0") != before
    assert cluster.key(replace(shop, id_ranges=True), "18.0") != before


def test_an_installed_version_makes_another_database(shop: Config, monkeypatch: pytest.MonkeyPatch):
    """Claim: a migration of an installed app is as good as one of the target's own; so is another Python."""
    before, one = cluster.key(shop, "18.0"), interpreter.of(shop)
    for other in (
        replace(one, packages={**one.packages, "wallet-app": "1.0"}),
        replace(one, packages={**one.packages, "wallet-app": "1.1"}),
        replace(one, version="3.99.0"),
    ):
        monkeypatch.setattr(interpreter, "of", lambda _, other=other: other)
        seen = cluster.key(shop, "18.0")
        assert seen != before
        before = seen


def test_a_source_that_is_imported_from_elsewhere_makes_another_database(shop: Config):
    """Claim: an app that is installed in place (pip install -e) is found by looking, and its migrations count."""
    app = shop.source.parent.parent / "wallet" / "migrations.py"
    app.parent.mkdir()
    app.write_text("one")
    where = cache.place(shop, interpreter.executable(shop))
    where.folder.mkdir(parents=True)
    where.learnt.write_text(json.dumps({"paths": [], "beside": [os.fspath(app)]}))
    before = cluster.key(shop, "18.0")
    app.write_text("two")
    assert cluster.key(shop, "18.0") != before


@pytest.mark.parametrize(
    "name", ["runs_of_others/../.git/HEAD", "node_modules/x/index.js", "shop/__pycache__/a.pyc", ".venv/lib/x.py"]
)
def test_what_no_import_reads_makes_none(shop: Config, name: str):
    before = cluster.key(shop, "18.0")
    (shop.root / "runs_of_others").mkdir()
    write(name)(shop.root)
    assert cluster.key(shop, "18.0") == before


@pytest.mark.stack
def test_an_empty_cluster_is_made_once(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest):
    """Claim: the second has the same files and initdb is not called for it; one that is damaged is made anew, and kept whole."""
    place = Path(tempfile.mkdtemp(prefix="harness-test-"))  # pytest's own folders are closed to the database's user
    request.addfinalizer(lambda: shutil.rmtree(place))
    place.chmod(0o711)
    found, kept, made = postgres.find(place), place / "kept", []
    real = postgres.initdb
    monkeypatch.setattr(postgres, "initdb", lambda *asked: (made.append(asked), real(*asked)))
    folders = [place / name for name in ("one", "two", "three")]
    for folder in folders[:2]:
        cluster.empty(found, folder, kept)
    assert len(made) == 1
    one, two = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in folders[:2]
    )
    assert one == two
    assert (folders[1] / "PG_VERSION").stat().st_mode & 0o777 == 0o600
    (pack,) = kept.iterdir()
    whole = pack.read_bytes()
    pack.write_bytes(whole[:-1])
    cluster.empty(found, folders[2], kept)
    assert len(made) == 2
    (pack,) = kept.iterdir()
    assert len(pack.read_bytes()) > len(whole) // 2
