"""The wheel alone, in an environment of its own, at a backend of somebody else's: nothing of this checkout is in reach."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.whole.test_init import LEAVE, PATIENCE_S
from tests.whole.workshop import REPOSITORY

DATA = (".json", ".toml", ".typed", ".html", ".css", ".js")


def built(folder: Path) -> Path:
    """The wheel of a copy of what is committed here: a build leaves nothing in the checkout."""
    source = folder / "source"
    source.mkdir()
    for name in ("harness", "pyproject.toml", "README.md", "LICENSE"):
        (shutil.copytree if (REPOSITORY / name).is_dir() else shutil.copy)(REPOSITORY / name, source / name)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source)], check=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.mark.proof
@pytest.mark.timeout(PATIENCE_S)
def test_an_empty_environment_needs_the_wheel_alone(tmp_path: Path, cache: Path):
    """Claim: every file that is no Python is in it; from it alone init, record, verify, golden accept and verify come to green."""
    wheel = built(tmp_path)
    inside = set(zipfile.ZipFile(wheel).namelist())
    data = {
        path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "harness").rglob("*") if path.suffix in DATA
    }
    assert data - inside == set()
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    subprocess.run([str(venv / "bin" / "pip"), "install", "-q", "--disable-pip-version-check", str(wheel)], check=True)
    checkout = tmp_path / "lingopost"
    shutil.copytree(REPOSITORY / "tests" / "targets" / "lingopost", checkout, ignore=LEAVE)
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "XDG_CACHE_HOME": str(cache)}

    def harness(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(venv / "bin" / "harness"), *words], cwd=checkout, env=env, capture_output=True, text=True, check=False)  # fmt: skip

    first = harness("init", "--yes", "--json")
    assert first.returncode == 0, first.stdout + first.stderr
    green = json.loads(first.stdout)["green"]
    assert len(green) >= 3
    verified = harness("verify", "--vary", "none")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    cells = int(re.search(r"driven +(\d+) cells", verified.stdout)[1])  # type: ignore[index]
    assert cells >= len(green)
    assert f"{cells} passed, 0 failed" in verified.stdout
    accepted = harness("golden", "accept", green[0], "--why", "read by the test of the wheel: the price is as the tariff says", "--unattended")  # fmt: skip
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    again = harness("verify", "--vary", "none", "--only", green[0])
    assert again.returncode == 0, again.stdout + again.stderr
    assert json.loads(harness("schema", "golden").stdout)["title"] == "golden"
    told = json.loads(harness("--version", "--json").stdout)
    assert None not in told["needed"].values()
    assert told["extras"]["lint"]["ruff"] is None


@pytest.mark.proof
def test_the_sdist_makes_the_same_wheel(tmp_path: Path):
    """Claim: who builds from what is published as source gets every file that the wheel has, to the byte."""
    wheel = built(tmp_path)
    made = subprocess.run(
        [sys.executable, "-c", "from setuptools import build_meta; print(build_meta.build_sdist(r'%s'))" % tmp_path],  # noqa: UP031
        cwd=tmp_path / "source", capture_output=True, text=True, check=True,
    ).stdout.split()[-1]  # fmt: skip
    (tmp_path / "again").mkdir()
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(tmp_path / "again"), str(tmp_path / made)], check=True,
    )  # fmt: skip
    (second,) = (tmp_path / "again").glob("*.whl")

    def inside(path: Path) -> dict[str, int]:
        return {
            one.filename: one.CRC for one in zipfile.ZipFile(path).infolist() if not one.filename.endswith("RECORD")
        }

    assert inside(second) == inside(wheel)
