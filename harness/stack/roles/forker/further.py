"""Installed modules that are imported before a fork, so that they are paid once: LIBRARIES, and what the target's tasks and routes import.

Which those are is looked for once, in a process that ends then. The target's own modules are left to each role: what a web
process imports is not what a worker does, and either may have effects.
"""

import contextlib
import importlib
import json
import os
import sys

from . import shared

LIBRARIES = (
    "celery.bin.celery", "celery.bin.worker", "celery.bin.beat", "celery.apps.worker", "celery.apps.beat",
    "celery.worker.consumer", "celery.concurrency.prefork", "celery.backends.redis", "celery.fixups.django",
    "celery.contrib.django.task", "kombu.transport.redis", "gunicorn.app.wsgiapp", "gunicorn.workers.sync",
    "gunicorn.workers.gthread", "django.core.management", "django.core.management.commands.shell", "django.core.wsgi",
    "django.core.handlers.wsgi", "django.db.backends.postgresql.base",
)  # fmt: skip
"""What roles begin with, whatever the target: nothing here reads its settings."""


def imported(names):
    for name in names:
        with contextlib.suppress(Exception):  # whoever needs it says what is wrong with it
            importlib.import_module(name)


def names(file):
    """From `file`, where they are kept, in the order of their import."""
    found = _read(file)
    if found is not None:
        return found
    pid = os.fork()
    if not pid:
        try:
            _look(file)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    return _read(file) or []


def _read(file):
    try:
        with open(file, encoding="utf-8") as known:
            return json.load(known)
    except (OSError, ValueError):
        return None


def _look(file):
    before, own = set(sys.modules), []
    if "django" in sys.modules:
        from django.apps import apps
        from django.conf import settings

        own = [config.name + ".tasks" for config in apps.get_app_configs()]
        own.append(getattr(settings, "ROOT_URLCONF", None) or "")
    imported(filter(None, own))
    places = {name: getattr(module, "__file__", None) for name, module in sys.modules.items() if name not in before}
    found = [name for name, place in places.items() if isinstance(place, str) and not shared.is_own(place)]
    staged = f"{file}.{os.getpid()}"
    with open(staged, "w", encoding="utf-8") as made:
        json.dump(found, made)
    os.replace(staged, file)
