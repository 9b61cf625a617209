"""Compiled Python for the caches of tests: compiling Django and Celery again would cost ten seconds a cache."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from harness.store import cache
from tests.whole.workshop import REPOSITORY


def borrow(folder: Path) -> None:
    """Copy what the user's own cache has of it for this checkout into the cache `folder`; other checkouts have their own there,
    gigabytes of it on a machine of many."""
    folder.mkdir(exist_ok=True)
    found, copy = cache.folder(REPOSITORY) / "pycache", folder / cache.NAME / "pycache"
    for place in (sys.base_prefix, sys.prefix, REPOSITORY):
        below = Path(place).relative_to("/")
        if (found / below).is_dir():
            shutil.copytree(found / below, copy / below, symlinks=True, dirs_exist_ok=True)
