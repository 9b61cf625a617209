"""What decides a history, named and hashed: two machines that agree in all of it drive the same thing.

Goldens, findings and the rate card are not in it: they decide the verdict, and that is given in one place.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import harness
from harness.core.config import Config
from harness.stack.cluster import SKIPPED

PACKAGES = ("django", "djangorestframework", "celery", "psycopg", "requests", "vcrpy", "faker")
"""Whose version is written into every run."""


def versions() -> dict[str, str]:
    """Python's version and that of each of PACKAGES, "absent" where one is not installed."""
    return {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


def fingerprint(config: Config) -> dict[str, str]:
    """Part -> its fingerprint: harness, harness.toml, target, scenarios, cassettes, contracts, versions."""
    description = config.source.read_bytes() + json.dumps(sorted(config.env.items())).encode()
    return {
        "harness": loaded(),
        "harness.toml": _short(hashlib.sha256(description)),
        "target": _tree(config.root),
        "scenarios": _tree(config.scenarios, ".py"),
        "cassettes": _tree(config.cassettes),
        "contracts": _tree(config.contracts / "providers"),
        "versions": ", ".join(f"{name} {version}" for name, version in versions().items()),
    }


@cache
def loaded() -> str:
    """The harness itself, as this process first saw it: what is on the disk later is not what it runs."""
    return f"{harness.__version__} {_tree(Path(harness.__file__).parent)}"


def differing(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """The parts in which two differ, for a message; "" when they agree."""
    return ", ".join(name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name))


def _tree(folder: Path, ending: str = "") -> str:
    digest = hashlib.sha256()
    for path in _files(folder):
        if path.name.endswith(ending):
            digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return _short(digest)


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(names):
            if (path := Path(root, name)).is_file():
                yield path


def _short(digest: hashlib._Hash) -> str:
    return digest.hexdigest()[:16]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"
