"""What Celery says: the app wherever it is, and tasks, queues and messages under every setting that changes them."""

from __future__ import annotations

import pytest

from harness.core.errors import HarnessError
from tests.backend.look.conftest import CELERY, SETTINGS, looked, write

APP = """
import os
from celery import Celery
from kombu import Exchange, Queue
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

class Bulky:
    def route_for_task(self, name, args=None, kwargs=None): return None

def by_size(name, args, kwargs, options, task=None, **more):
    return {"queue": "sized", "priority": 2} if name == "work.sized" else None

work = Exchange("work", type="topic")
app = Celery("shop", broker="redis://:never-told@127.0.0.1:6380/2")
app.conf.update(
    result_backend=None,
    broker_transport_options={"priority_steps": [0, 5], "sep": ":", "global_keyprefix": "shop.", "visibility_timeout": 90,
                              "sentinel_kwargs": {"password": "never-told"}},
    task_queues=[Queue("quick", work, routing_key="quick.#"), Queue("slow", work, routing_key="slow.#", max_priority=9)],
    task_default_queue="slow", task_default_exchange="work", task_default_routing_key="slow.any", task_default_priority=4,
    task_routes=[{"work.quick": {"queue": "quick", "routing_key": "quick.one"}, "*.bulk": "bulk"}, by_size],
    task_serializer="pickle", accept_content=["pickle", "json"], task_compression="bzip2", task_protocol=1,
    task_acks_late=True, task_reject_on_worker_lost=True, task_time_limit=60, task_soft_time_limit=50, task_ignore_result=True,
)

@app.task(name="work.quick", serializer="json", acks_late=False, priority=0, compression="gzip")
def quick(order: int, *, note: str = "x"): ...
@app.task(name="work.retried", bind=True, autoretry_for=(OSError, KeyError), max_retries=7, default_retry_delay=2, rate_limit="5/m")
def retried(self, order, *rest, **more): ...
@app.task(name="work.own_queue", queue="own", expires=30, time_limit=5, ignore_result=False)
def own_queue(): ...
@app.task(name="work.sized")
def sized(): ...
@app.task(name="x.bulk")
def bulk(): ...
@app.task
def unnamed(): ...
app.conf.beat_schedule = {
    "often": {"task": "work.quick", "schedule": 30.0, "args": (1,), "options": {"queue": "slow", "priority": 5}},
}
"""


@pytest.fixture(scope="module")
def celery(tmp_path_factory):
    files = {"shop/celery.py": "", "engine/__init__.py": "", "engine/worker.py": APP}
    folder = write(tmp_path_factory.mktemp("work") / "target", files)
    return looked(folder, celery=(("engine.worker", "roles.worker"),)).celery


@pytest.fixture
def task(celery):
    return lambda name: next(one for one in celery.tasks if one.name == name)


def test_an_app_in_another_module(celery):
    """Claim: what a role's command names is found there, though the settings' package has a celery.py."""
    assert (celery.app, celery.found_by, celery.main) == ("engine.worker:app", "roles.worker", "shop")


def test_the_broker_with_its_transports_options(celery):
    """Claim: address without its password, and what decides how keys are called; other options by name alone."""
    broker = celery.broker
    assert (broker.transport, broker.server.url) == ("redis", "redis://:**@127.0.0.1:6380/2")
    assert (broker.server.port, broker.server.database) == ("6380", "2")
    assert (broker.priority_steps, broker.priority_separator) == ((0, 5), ":")
    assert (broker.global_keyprefix, broker.visibility_timeout_s) == ("shop.", 90)
    assert "sentinel_kwargs" in broker.options
    assert "never-told" not in repr(celery)


def test_how_messages_are_written(celery):
    """Claim: serializer, compression, protocol, and where results go."""
    assert (celery.serializer, celery.compression, celery.protocol) == ("pickle", "bzip2", 1)
    assert celery.accept_content == ("json", "pickle")
    assert (celery.results.kind, celery.always_eager) == ("disabled", False)


def test_queues_are_declared_or_sent_to(celery):
    """Claim: each with who says it; a renamed default is the default."""
    assert {one.name: one.said_by for one in celery.queues} == {
        "quick": "task_queues", "slow": "task_queues", "bulk": "route", "own": "route", "sized": "route",
    }  # fmt: skip
    assert [(one.exchange, one.exchange_type, one.max_priority) for one in celery.queues if one.name == "slow"] == [
        ("work", "topic", 9)
    ]
    assert (celery.default_queue, celery.default_routing_key) == ("slow", "slow.any")


@pytest.mark.parametrize(
    ("name", "queue", "key", "priority"),
    [
        ("work.quick", "quick", "quick.one", 0),
        ("work.retried", "slow", "slow.#", 4),
        ("work.own_queue", "own", "own", 4),
        ("work.sized", "sized", "sized", 4),
        ("x.bulk", "bulk", "bulk", 4),
    ],
)
def test_where_a_message_goes(task, name, queue, key, priority):
    """Claim: by the task itself, by a pattern, by a function, or by default, as apply_async sends it: Celery puts
    task_default_priority over what a route says."""
    found = task(name)
    assert (found.queue, found.routing_key, found.priority, found.routed_in_code) == (queue, key, priority, True)


def test_what_a_task_takes_and_what_a_worker_does_with_it(task):
    """Claim: its own options over the app's; a bound task's own self is no parameter."""
    quick, retried, own = task("work.quick"), task("work.retried"), task("work.own_queue")
    assert quick.parameters == ("order: int", "*", "note: str = 'x'")
    assert (quick.serializer, quick.compression, quick.acks_late) == ("json", "gzip", False)
    assert (retried.parameters, retried.bound) == (("order", "*rest", "**more"), True)
    assert (retried.retries_on, retried.max_retries) == (("builtins.KeyError", "builtins.OSError"), 7)
    assert (retried.retry_delay_s, retried.rate_limit) == (2.0, "5/m")
    assert (retried.acks_late, retried.reject_on_worker_lost, retried.ignore_result) == (True, True, True)
    assert (own.expires_s, own.time_limit_s, own.soft_time_limit_s, own.ignore_result) == (30, 5, 50, False)
    assert task("engine.worker.unnamed").own


def test_the_schedule(celery):
    """Claim: intervals in seconds, arguments and options as they are sent."""
    (often,) = celery.beat.entries
    assert (often.kind, often.schedule, often.args, often.said_by) == ("interval", "30 s", "[1]", "code")
    assert often.options == {"queue": '"slow"', "priority": "5"}
    assert (celery.beat.store, celery.beat.filename) == ("file", "celerybeat-schedule")


@pytest.mark.parametrize(
    ("settings", "seen"),
    [
        ("CELERY_TASK_ALWAYS_EAGER = True", lambda one: one.always_eager),
        ("CELERY_BROKER_URL = 'amqp://guest:guest@rabbit//'", lambda one: one.broker.transport == "amqp"),
        ("CELERY_BROKER_URL = 'memory://'", lambda one: one.broker.transport == "memory"),
        ("CELERY_RESULT_BACKEND = 'redis://127.0.0.1:6379/1'", lambda one: (one.results.kind, one.results.server.database) == ("redis", "1")),
        ("CELERY_TASK_DEFAULT_QUEUE = 'mine'", lambda one: [q.name for q in one.queues] == ["mine"]),
        ("CELERY_BEAT_SCHEDULER = 'django_celery_beat.schedulers:DatabaseScheduler'", lambda one: one.beat.store == "database"),
        ("CELERY_BEAT_SCHEDULER = 'redbeat.RedBeatScheduler'", lambda one: one.beat.store == "redbeat.RedBeatScheduler"),
    ],
    ids=["eager", "rabbit", "memory", "results", "queue", "django-celery-beat", "redbeat"],
)  # fmt: skip
def test_settings_that_change_what_is_sent(target, settings, seen):
    """Claim: each is seen, and nothing connects to find it out."""
    assert seen(target({"shop/settings.py": SETTINGS + settings}).celery)


@pytest.mark.parametrize(
    ("files", "app", "found_by"),
    [
        ({}, "shop.celery:app", "the settings' package"),
        ({"shop/__init__.py": "from .celery import app as queue_app"}, "shop:queue_app", "the settings' package"),
        ({"shop/celery.py": CELERY.replace("app", "celery")}, "shop.celery:celery", "the settings' package"),
        ({"shop/celery.py": "", "shop/urls.py": "import apart\nurlpatterns = []", "apart.py": CELERY.replace("app", "queue")}, "apart:queue", "the only one that the target imports"),
        ({"shop/celery.py": "", "shop/urls.py": "import a_user, zz_maker\nurlpatterns = []", "zz_maker.py": CELERY, "a_user.py": "from zz_maker import app"}, "zz_maker:app", "the only one that the target imports"),
    ],
    ids=["usual", "in the package", "another name", "imported", "imported from where it is made"],
)  # fmt: skip
def test_where_celery_itself_would_find_it(target, files, app, found_by):
    """Claim: `celery -A` with what is told starts this app."""
    look = target(files)
    assert (look.celery.app, look.celery.found_by) == (app, found_by)


@pytest.mark.parametrize(
    ("files", "said", "message"),
    [
        ({"shop/celery.py": "", "shop/later.py": "from celery import shared_task"}, (), "no Celery app in shop.settings, shop, shop.urls, nor in what the target imports"),
        ({"shop/celery.py": "", "shop/urls.py": "import a, b\nurlpatterns = []", "a.py": CELERY, "b.py": CELERY}, (), "the target has 2 Celery apps: a:app, b:app"),
        ({}, (("shop.nothing", "harness.toml"),), "target.app names shop.nothing, where there is no Celery app"),
        ({}, (("shop.celery:nothing", "harness.toml"),), "target.app names shop.celery:nothing, where there is no Celery app"),
    ],
    ids=["none", "two", "no module", "no attribute"],
)  # fmt: skip
def test_no_app_is_refused_by_name(target, files, said, message):
    """Claim: where it was looked for, and the key that says it."""
    with pytest.raises(HarnessError) as refused:
        target(files, celery=said)
    assert (refused.value.code, refused.value.message) == ("no-celery-app", message)
    assert "[target] app = " in refused.value.hint


def test_a_target_that_imports_no_celery_has_none(target):
    """Claim: where somebody else's packages bring it, as the harness's own do, a backend without it needs no line."""
    assert target({"shop/celery.py": "", "shop/words.py": "CELERY = 'from celery, with love'"}).celery is None


def test_what_is_said_wins(target):
    """Claim: of two apps the one that harness.toml names."""
    look = target({"other.py": CELERY.replace('"shop"', '"other"')}, celery=(("other:app", "harness.toml"),))
    assert (look.celery.main, look.celery.found_by) == ("other", "harness.toml")


def test_a_factory_makes_the_app(target):
    """Claim: `module:make_app` is called, as Flask's and Celery's users write it."""
    made = "from celery import Celery\ndef make_app():\n    return Celery('made', broker='redis://')"
    look = target({"made.py": made}, celery=(("made:make_app", "harness.toml"),))
    assert look.celery.main == "made"


def test_tasks_of_installed_apps_are_found(target):
    """Claim: autodiscovery and shared tasks, each with its module."""
    tasks = "from celery import shared_task\n@shared_task\ndef charge(order): ..."
    look = target({"shop/settings.py": SETTINGS + "INSTALLED_APPS = ['shop']", "shop/tasks.py": tasks})
    assert [(one.name, one.module, one.own) for one in look.celery.tasks] == [("shop.tasks.charge", "shop.tasks", True)]
