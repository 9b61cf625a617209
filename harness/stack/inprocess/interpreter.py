"""This process becomes the target's: environment, import path, Django, the WSGI application and the Celery app."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core.config import Config
from harness.core.errors import StackError
from harness.stack.inprocess import voices
from harness.stack.isolation import leaving, surroundings

_become: list[Path] = []
"""The root of the target that this process has become: Python's modules and Django's apps are there once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`wsgi` is the target's whole WSGI application, `app` its Celery app."""

    wsgi: Callable[..., Any]
    app: Any


@contextmanager
def within(root: Path, env: Mapping[str, str], logs: Path, *, move: bool = True) -> Iterator[None]:
    """The target's environment and folder, and its output apart from ours; as it was when left. For one target only. Of the environment that
    was there nothing is left but what tools of Python's are told by (surroundings.OF_TOOLS).

    `move` False stays in the folder where this process is.

    Nothing of the target can end this process (harness.stack.isolation.leaving). Raises StackError inprocess-second when this process has become another target before.
    """
    if _become and _become[0] != root:
        raise StackError(
            f"this process is the target at {_become[0]} already and cannot become {root}",
            hint="boot each target in a process of its own",
            code="inprocess-second",
        )
    _become[:] = [root]
    before, folder, path, prefix = dict(os.environ), Path.cwd(), list(sys.path), sys.pycache_prefix
    umask = os.umask(surroundings.UMASK)
    try:
        surroundings.forget()
        surroundings.forget_keys()
        os.environ.update(env)
        if move:
            os.chdir(root)
        for entry in reversed([os.fspath(root), *env.get("PYTHONPATH", "").split(os.pathsep)]):
            if entry and entry not in sys.path:
                sys.path.insert(0, entry)
        sys.pycache_prefix = env.get("PYTHONPYCACHEPREFIX", prefix)
        with voices.separated(logs), leaving.held():
            yield
    finally:
        os.chdir(folder)
        sys.path[:], sys.pycache_prefix = path, prefix
        os.environ.clear()
        os.environ.update(before)
        os.umask(umask)


def guard_network() -> None:
    """Load the start-up hook (sitehook.py) into this process: provider hosts lead to the fake, all else is refused."""
    importlib.import_module("harness.stack.isolation.sitehook")


def load(config: Config) -> Target:
    """Import the target as its own roles would. Raises StackError inprocess-import."""
    try:
        with voices.speaking("web"):
            import django
            from celery.app.utils import find_app
            from django.conf import settings

            django.setup()
            wsgi = _wsgi(settings)
            with voices.speaking("worker"):
                app = find_app(config.app)
                app.loader.import_default_modules()
                app.finalize()
    except Exception as error:
        raise StackError(
            f"the target cannot be imported into this process: {type(error).__name__}: {error}",
            hint="it must be Django and Celery, with DJANGO_SETTINGS_MODULE in [target.env], in this Python",
            code="inprocess-import",
        ) from error
    logging.captureWarnings(False)
    return Target(wsgi=wsgi, app=app)


def _wsgi(settings: Any) -> Callable[..., Any]:
    """What WSGI_APPLICATION names, so that the target's own wrappers take part; Django's own where it names nothing."""
    if not getattr(settings, "WSGI_APPLICATION", None):
        from django.core.wsgi import get_wsgi_application

        return get_wsgi_application()
    module, _, name = settings.WSGI_APPLICATION.rpartition(".")
    application: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return application
