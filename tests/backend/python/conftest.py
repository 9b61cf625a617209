"""A backend of two files beside a harness.toml, and packages that are installed from the folder they lie in."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.backend.description import load
from harness.core.config import Config

DESCRIPTION = """
format = 1
[target]
name = "shop"
root = "shop"
TARGET
[providers]
[tables]
account = { table = "account" }
"""

Described = Callable[..., Config]


def wheel(folder: Path, name: str, version: str) -> None:
    """A package of one module, as an index would have it."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}.py", f"VERSION = {version!r}\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """shop/ with manage.py and requirements, wheels/ with two versions of `tiny`."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "manage.py").write_text("")
    (tmp_path / "wheels").mkdir()
    for version in ("1.0", "2.0"):
        wheel(tmp_path / "wheels", "tiny", version)
    (tmp_path / "shop" / "requirements.txt").write_text(
        f"--no-index\n--find-links {tmp_path / 'wheels'}\n-c pins.txt\ntiny  # the only one\n"
    )
    (tmp_path / "shop" / "pins.txt").write_text("tiny==1.0\n")
    return tmp_path


@pytest.fixture
def described(project: Path) -> Described:
    """described('python = "x"'): harness.toml with these lines in [target], read."""

    def read(*lines: str) -> Config:
        file = project / "harness.toml"
        file.write_text(DESCRIPTION.replace("TARGET", "\n".join(lines)))
        return load(file)

    return read
