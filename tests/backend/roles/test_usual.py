"""Commands that nobody has to write: made of what looking found."""

from __future__ import annotations

from types import SimpleNamespace as Of

import pytest

from harness.backend.roles import usual
from harness.backend.roles.described import read
from harness.core.config import Config
from harness.core.errors import HarnessError


def found(
    *,
    installed=("gunicorn",),
    wsgi="shop.wsgi.application",
    asgi="",
    queues=("celery",),
    apps=(),
    store="file",
    celery=True,
    added=(),
):
    """Of a look, what commands are made of."""
    told = Of(
        app="shop.celery:app",
        queues=[Of(name=name, said_by="default" if name == "celery" else "route") for name in queues],
        create_missing_queues=True,
        beat=Of(store=store),
    )
    return Of(
        runtime=Of(packages=dict.fromkeys(installed, "1"), added=added),
        django=Of(
            settings=Of(wsgi_application=wsgi, asgi_application=asgi, module="shop.settings"),
            apps=[Of(module=module) for module in apps],
        ),
        celery=told if celery else None,
    )


def filled(look, roles=None, *, app="", env=None) -> Config:
    parts = dict.fromkeys(Config.__dataclass_fields__)
    given = {
        "roles": read("harness.toml", roles or {}),
        "app": app,
        "env": env or {},
        "manage": ("{python}", "manage.py"),
    }
    config = Config(**{**parts, **given})
    return usual.filled(config, look)


def command(name, look, roles=None, **given) -> str:
    return " ".join(filled(look, roles, **given).roles[name].command)


def test_the_usual_project_needs_no_line():
    """Claim: gunicorn, one worker process that sends events and does not gossip, beat with its file in the run's folder."""
    config = filled(found())
    assert config.app == "shop.celery:app"
    assert {name: " ".join(role.command) for name, role in config.roles.items()} == {
        "web": "{python} -m gunicorn shop.wsgi:application --bind {host}:{port} --workers 1 --threads 4 --log-level warning --worker-tmp-dir {run}",
        "worker": "{python} -m celery -A shop.celery:app worker -E --concurrency 1 --without-mingle --without-gossip --without-heartbeat --loglevel INFO",
        "beat": "{python} -m celery -A shop.celery:app beat --pidfile  --schedule {run}/celerybeat-schedule --loglevel INFO",
    }
    assert all(role.env == {"DJANGO_SETTINGS_MODULE": "shop.settings"} for role in config.roles.values())


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (found(installed=()), "{python} manage.py runserver --noreload {host}:{port}"),
        (found(wsgi=""), "{python} manage.py runserver --noreload {host}:{port}"),
        (found(wsgi="", asgi="shop.asgi.application", installed=("gunicorn",)), "{python} manage.py runserver --noreload {host}:{port}"),
        (found(wsgi="", asgi="shop.asgi.application", installed=("uvicorn",)), "{python} -m uvicorn shop.asgi:application --host {host} --port {port}"),
    ],
    ids=["no gunicorn", "no application named", "ASGI without a server", "ASGI"],
)  # fmt: skip
def test_a_web_server_is_what_is_installed_for_it(look, expected):
    assert command("web", look) == expected


def test_a_worker_serves_every_queue_where_there_are_several():
    """Claim: also those that are only routed to, unless the app makes no queue that it does not declare."""
    look = found(queues=("celery", "pictures"))
    assert "-Q celery,pictures" in command("worker", look)
    look.celery.create_missing_queues = False
    assert "-Q" not in command("worker", look)


def test_a_worker_is_varied_by_keys():
    roles = {"worker": {"concurrency": 4, "queues": ["pictures"], "options": ["--prefetch-multiplier", "1"]}}
    told = command("worker", found(queues=("celery", "pictures")), roles)
    assert "--concurrency 4 " in told
    assert "-Q pictures " in told
    assert told.endswith("--loglevel INFO --prefetch-multiplier 1")


def test_a_second_worker_has_a_name_of_its_own():
    """Claim: two of one name would be one to Celery."""
    assert "-n mails@%h" in command("mails", found(), {"mails": {"like": "worker"}})
    assert " -n " not in command("worker", found())


@pytest.mark.parametrize(
    ("look", "scheduler"),
    [
        (found(apps=("django_celery_beat",)), f"--scheduler {usual.DATABASE_SCHEDULER}"),
        (found(apps=("django_celery_beat",), store="database"), ""),
        (found(store="shop.beat.Scheduler"), ""),
    ],
    ids=["an installed app", "the app's own configuration", "a scheduler of its own"],
)
def test_beat_keeps_its_schedule_where_the_target_does(look, scheduler):
    told = command("beat", look)
    assert "--schedule " not in told
    assert scheduler in told
    assert ("--scheduler" in told) is bool(scheduler)


def test_what_is_said_stays_as_it_is():
    """Claim: a command, an app and settings of harness.toml are used and not replaced."""
    roles = {"web": {"command": ["serve"]}}
    config = filled(found(), roles, app="shop.work", env={"DJANGO_SETTINGS_MODULE": "shop.settings.test"})
    assert config.roles["web"].command == ("serve",)
    assert "-A shop.work " in " ".join(config.roles["worker"].command)
    assert config.roles["worker"].env == {}


def test_folders_that_manage_puts_on_its_path_are_on_that_of_every_program():
    """Claim: gunicorn and celery find what manage.py finds; where the target's environment says a path, that holds."""
    roles = filled(found(added=("src", "../libs"))).roles
    assert {role.env["PYTHONPATH"] for role in roles.values()} == {"src:../libs"}
    said = filled(found(added=("src",)), env={"PYTHONPATH": "/elsewhere"}).roles
    assert all("PYTHONPATH" not in role.env for role in said.values())


def test_a_target_without_celery_has_a_web_server_alone():
    assert list(filled(found(celery=False)).roles) == ["web"]
    with pytest.raises(HarnessError) as caught:
        filled(found(celery=False), {"mails": {"like": "worker"}})
    assert caught.value.message == "roles.mails is like a worker, and the target has no Celery"
