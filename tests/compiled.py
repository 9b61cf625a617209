"""Compiled Python for the caches of tests: compiling Django and Celery again would cost ten CPU seconds a cache."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from harness.stack.isolation.wall import apart
from harness.stack.roles import environment
from harness.store import cache
from tests.tree import ROOT


def borrow(folder: Path, *, other_user: bool = False) -> None:
    """Let the cache `folder` have what the user's own cache has compiled of Python, its packages and this checkout; what is
    compiled anew goes there, too. What a test compiles of its own folders stays in `folder`.

    `other_user`: for somebody who cannot enter the user's own cache; they have links to what is there now.
    """
    for name in {environment.COMPILED, apart(environment.COMPILED)}:
        # behind a wall a link to the user's own cache leads nowhere
        _borrow(
            cache.folder(ROOT) / name, folder / cache.NAME / name, linked=other_user or name != environment.COMPILED
        )
    if other_user:
        for here, _, _ in os.walk(folder):
            Path(here).chmod(0o777)


def _borrow(found: Path, own: Path, *, linked: bool) -> None:
    for place in {Path(sys.base_prefix), Path(sys.prefix), ROOT}:
        if any(other in place.parents for other in (Path(sys.base_prefix), ROOT)):
            continue  # it is in that one
        below = place.relative_to("/")
        (found / below).mkdir(parents=True, exist_ok=True)
        if (own / below).exists():
            continue
        (own / below).parent.mkdir(parents=True, exist_ok=True)
        if linked:
            shutil.copytree(found / below, own / below, copy_function=_linked)
        else:
            (own / below).symlink_to(found / below, target_is_directory=True)


def under_another_name(folder: Path, link: Path) -> None:
    """What is compiled below `link`, a link to a folder, is what the cache `folder` has compiled there: Python keeps it by the path that it
    came by."""
    for name in {environment.COMPILED, apart(environment.COMPILED)}:
        compiled = folder / cache.NAME / name
        own, real = (compiled / path.relative_to("/") for path in (link.absolute(), link.resolve()))
        real.mkdir(parents=True, exist_ok=True)
        own.parent.mkdir(parents=True, exist_ok=True)
        own.symlink_to(real, target_is_directory=True)


def _linked(source: str, target: str) -> None:
    """Python replaces a compiled file and never writes into one, so two names for it do."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
