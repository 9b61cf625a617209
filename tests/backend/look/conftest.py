"""Small targets, written for one test and looked at by this interpreter."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from harness.backend.look import ask, read
from harness.backend.look.question import Question
from harness.core.look.values import Look
from harness.store.cache import NAME
from tests import compiled

MANAGE = """
import os, sys
if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""
SETTINGS = """
SECRET_KEY = "tests-only"
INSTALLED_APPS = []
ROOT_URLCONF = "shop.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop", "HOST": "127.0.0.1", "PORT": "1"}}
"""
CELERY = """
from celery import Celery
app = Celery("shop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
"""
LEAST: Mapping[str, str] = {
    "manage.py": MANAGE,
    "shop/__init__.py": "",
    "shop/settings.py": SETTINGS,
    "shop/urls.py": "urlpatterns = []",
    "shop/celery.py": CELERY,
}
"""The least that is a Django project with Celery."""

Looked = Callable[..., Look]


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """`files` laid over the least project; None takes one away."""
    for name, text in {**LEAST, **files}.items():
        if text is None:
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def looked(folder: Path, **given: object) -> Look:
    """Look at the project in `folder`; `given` are parts of the Question, `env` is laid over a clean environment."""
    made = folder.parent / "compiled"
    if not made.exists():
        compiled.borrow(made)  # packages, not the target
    env = {
        "PATH": os.environ["PATH"],
        "HOME": os.fspath(folder),
        "PYTHONPYCACHEPREFIX": os.fspath(made / NAME / "pycache"),
    }
    env |= given.pop("env", {})
    usual = {"root": folder, "python": sys.executable, "manage": ("manage.py",), "celery": ()}
    out = folder.parent / f"{folder.name}-told"
    out.mkdir(exist_ok=True)
    return read.look(ask.document(Question(**{**usual, **given}), env, out))


@pytest.fixture
def target(tmp_path: Path) -> Looked:
    """target(files, **question): what is found by looking at the least project with `files` laid over it."""

    def look(files: Mapping[str, str] = {}, **given: object) -> Look:
        return looked(write(tmp_path / "target", files), **given)

    return look
