"""How a web server, a worker and beat of a Django project with Celery are started where harness.toml does not say it:
by what was found by looking. Pure.

One task at a time, and no gossip among workers: what a cell shows must not be a matter of luck, nor wait for a second.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from harness.core.config import WEB, WORKER, Config, Role
from harness.core.errors import HarnessError
from harness.core.look.celery import Celery
from harness.core.look.values import Look

DATABASE_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
SETTINGS, PATH = "DJANGO_SETTINGS_MODULE", "PYTHONPATH"
THREADS = 4


def filled(config: Config, look: Look) -> Config:
    """With the Celery app and a command for every role; a target without Celery has neither worker nor beat.

    Raises HarnessError no-celery-app for a role that says it is one of these all the same.
    """
    roles = {}
    for name, role in config.roles.items():
        if role.command:
            roles[name] = role
        elif role.like == WEB or look.celery is not None:
            roles[name] = replace(
                role, command=_command(config, role, look), env={**_settings(config, look), **role.env}
            )
        elif name != role.like:
            raise HarnessError(
                f"roles.{name} is like a {role.like}, and the target has no Celery",
                hint="give it a command, or take it out",
                code="no-celery-app",
            )
    return replace(config, app=config.app or (look.celery.app if look.celery else ""), roles=roles)


def _settings(config: Config, look: Look) -> dict[str, str]:
    """The settings that were looked at: manage.py, the WSGI module and the Celery app may each have another usual one. And the folders that
    manage.py puts on its path: a program that is not manage.py finds nothing there otherwise. They are below the folder that it starts in."""
    module, added = look.django.settings.module, look.runtime.added
    named = {SETTINGS: module} if module and SETTINGS not in config.env else {}
    return named | ({PATH: os.pathsep.join(added)} if added and PATH not in config.env else {})


def _command(config: Config, role: Role, look: Look) -> tuple[str, ...]:
    if role.like == WEB:
        return (*_web(config, role, look), *role.options)
    assert look.celery is not None
    celery = ("{python}", "-m", "celery", "-A", config.app or look.celery.app)
    own = _worker(role, look.celery) if role.like == WORKER else _beat(look, look.celery)
    return (*celery, role.like, *own, "--loglevel", "INFO", *role.options)


def _web(config: Config, role: Role, look: Look) -> tuple[str, ...]:
    """gunicorn where it is installed, else an ASGI server, else Django's own."""
    settings, installed = look.django.settings, look.runtime.packages
    wsgi, asgi = (one.rpartition(".") for one in (settings.wsgi_application, settings.asgi_application))
    if wsgi[0] and "gunicorn" in installed:
        return (
            "{python}", "-m", "gunicorn", f"{wsgi[0]}:{wsgi[2]}", "--bind", "{host}:{port}", "--workers", "1",
            "--threads", str(role.concurrency or THREADS), "--log-level", "warning", "--worker-tmp-dir", "{run}",
        )  # fmt: skip
    if asgi[0] and not wsgi[0] and "uvicorn" in installed:
        return ("{python}", "-m", "uvicorn", f"{asgi[0]}:{asgi[2]}", "--host", "{host}", "--port", "{port}")
    return (*config.manage, "runserver", "--noreload", "{host}:{port}")


def _worker(role: Role, celery: Celery) -> Iterator[str]:
    yield from ("-E", "--concurrency", str(role.concurrency or 1))
    yield from ("--without-mingle", "--without-gossip", "--without-heartbeat")
    if role.name != role.like:
        yield from ("-n", f"{role.name}@%h")
    known = [one.name for one in celery.queues if one.said_by != "route" or celery.create_missing_queues]
    if role.queues or len(known) > 1:
        yield from ("-Q", ",".join(role.queues or known))


def _beat(look: Look, celery: Celery) -> Iterator[str]:
    yield from ("--pidfile", "")
    if celery.beat.store != "file":
        return
    if any(app.module == "django_celery_beat" for app in look.django.apps):
        yield from ("--scheduler", DATABASE_SCHEDULER)
    else:
        yield from ("--schedule", "{run}/celerybeat-schedule")
