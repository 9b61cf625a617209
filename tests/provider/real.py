"""Finds the real recordings of other public projects, which lie beside the repository and are not part of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def folder() -> Path | None:
    """$HARNESS_REAL_CASSETTES, or shared/real-cassettes in or beside a folder above this one."""
    named = os.environ.get("HARNESS_REAL_CASSETTES")
    if named:
        return Path(named) if Path(named).is_dir() else None
    for above in Path(__file__).resolve().parents:
        found = above / "shared" / "real-cassettes"
        if found.is_dir():
            return found
    return None


def files() -> list[Path]:
    found = folder()
    return sorted(path for path in found.iterdir() if path.suffix in (".yaml", ".har")) if found else []


needed = pytest.mark.skipif(
    folder() is None, reason="the real recordings are not beside the repository; set HARNESS_REAL_CASSETTES"
)
