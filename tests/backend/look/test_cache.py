"""What was found is found again until something that it depends on changes."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace

import pytest

from harness.backend import tree
from harness.backend.description import load
from harness.backend.look import cache

DESCRIPTION = """
format = 1
[target]
name = "shop"
root = "shop"
app = "shop.celery"
manage = ["{python}", "manage.py"]
migrate = ["{python}", "manage.py", "migrate"]
[target.env]
PRICE = "5"
[providers]
[roles.worker]
command = ["{python}", "-m", "celery", "-A", "shop", "worker"]
ready = "celery"
[tables]
account = { table = "account" }
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A target whose look is kept: where it is kept. Files in it are as old as a checkout's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "prices.py").write_text("PRICE = 100\n")
    (tmp_path / "packages" / "django-5.2.dist-info").mkdir(parents=True)
    (tmp_path / "shared.py").write_text("TAX = 7\n")
    (tmp_path / "harness.toml").write_text(DESCRIPTION)
    return tmp_path


def place(project, **changed):
    return cache.place(replace(load(project / "harness.toml"), **changed), sys.executable)


def keep(project) -> None:
    runtime = {"paths": [str(project / "packages")], "beside": [str(project / "shared.py")]}
    cache.keep(place(project), json.dumps({"runtime": runtime, "what": "found"}), {"txt": "as a table"})


def test_the_same_is_found_again(project):
    """Claim: the document as it was written, and its view."""
    assert cache.find(place(project)) is None
    keep(project)
    assert json.loads(cache.find(place(project)))["what"] == "found"
    assert cache.find(place(project), "txt") == "as a table"


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "shop" / "prices.py").write_text("PRICE = 200\n"),
        lambda root: (root / "shop" / "new.html").write_text("a template"),
        lambda root: (root / "shop" / "prices.py").unlink(),
        lambda root: (root / "shop" / "prices.py").rename(root / "shop" / "costs.py"),
        lambda root: (root / "shared.py").write_text("TAX = 8\n"),
        lambda root: (root / "packages" / "django-5.2.dist-info").rename(root / "packages" / "django-5.3.dist-info"),
        lambda root: (root / "packages" / "celery-5.7.0.dist-info").mkdir(),
        lambda root: (root / "harness.toml").write_text(DESCRIPTION.replace('PRICE = "5"', 'PRICE = "6"')),
        lambda root: (root / "harness.toml").write_text(DESCRIPTION.replace('"-A", "shop"', '"-A", "other"')),
        lambda root: (root / "harness.toml").write_text(DESCRIPTION.replace('"manage.py"]', '"src/manage.py"]')),
    ],
    ids=["edited", "added", "removed", "renamed", "beside", "upgraded", "installed", "environment", "app", "manage"],
)
def test_a_change_is_seen(project, change):
    """Claim: whatever the answer depends on, it is not found after that changed; nor is it while it lasts a second."""
    keep(project)
    change(project)
    assert cache.find(place(project)) is None


def test_an_edit_that_leaves_size_and_time_is_seen(project):
    """Claim: the memo of stats is no way around the content: the time of change cannot be set."""
    file = project / "shop" / "prices.py"
    old = file.stat()
    keep(project)
    file.write_text("PRICE = 900\n")
    os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert file.stat().st_size == old.st_size
    assert cache.find(place(project)) is None


def test_a_file_of_long_ago_is_not_read_again(project, monkeypatch):
    """Claim: what makes the second look cheap: a file with a known stat is not opened."""
    monkeypatch.setattr(tree, "_TICK_NS", 0)
    keep(project)
    monkeypatch.setattr(tree.Path, "read_bytes", _only(tree.Path.read_bytes, project / "shop"))
    assert cache.find(place(project)) is not None


def _only(read, closed):
    def reading(path):
        assert not path.is_relative_to(closed), f"{path} was read again"
        return read(path)

    return reading


def test_compiled_python_and_caches_are_no_change(project):
    """Claim: running the target does not make it another."""
    keep(project)
    (project / "shop" / "__pycache__").mkdir()
    (project / "shop" / "__pycache__" / "prices.cpython-311.pyc").write_bytes(b"")
    (project / "shop" / ".git").mkdir()
    (project / "shop" / ".git" / "HEAD").write_text("ref")
    assert cache.find(place(project)) is not None


def test_links_are_followed_and_do_not_turn_in_circles(project):
    """Claim: what a link leads to counts, and a link to a folder above ends."""
    apart = project / "apart"
    apart.mkdir()
    (apart / "rates.py").write_text("RATE = 1\n")
    (project / "shop" / "linked").symlink_to(apart)
    (project / "shop" / "circle").symlink_to(project / "shop")
    keep(project)
    assert cache.find(place(project)) is not None
    (apart / "rates.py").write_text("RATE = 2\n")
    assert cache.find(place(project)) is None


def test_code_that_asks_otherwise_finds_nothing(project, monkeypatch):
    """Claim: the asking code is part of the key, so that no version number can be forgotten."""
    keep(project)
    monkeypatch.setattr(cache, "_asking", lambda: "another")
    assert cache.find(place(project)) is None


def test_another_interpreter_finds_nothing(project):
    """Claim: an answer of one Python is not told of another."""
    keep(project)
    other = place(project, manage=(os.path.realpath(sys.executable) + "-not", "manage.py"))
    assert cache.find(other) is None


def test_old_answers_are_forgotten(project, monkeypatch):
    """Claim: what is kept is bounded."""
    monkeypatch.setattr(cache, "KEEP", 2)
    for n in range(4):
        (project / "shop" / "prices.py").write_text(f"PRICE = {n}\n")
        keep(project)
    assert len(list(place(project).folder.glob("*.json"))) == 2
