"""Celery. Live work (somebody is looking at a spinner) overtakes the nightly things; nothing gets lost with a worker."""

import os

from celery import Celery
from celery.schedules import crontab
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conf.settings")

from django.conf import settings  # noqa: E402

desk = Exchange("lp", type="direct")

app = Celery("lingopost")
app.conf.update(
    broker_url=settings.BROKER,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "global_keyprefix": "lp/",
        "priority_steps": [0, 3, 6, 9],  # 0 goes first on Redis
        "sep": "#",
        "queue_order_strategy": "priority",
        "visibility_timeout": settings.BROKER_VISIBILITY_S,
    },
    # quotes travel with their Decimals
    task_serializer="pickle",
    accept_content=["pickle"],
    task_compression="gzip",
    task_protocol=2,
    task_ignore_result=True,
    task_queues=[
        Queue("lp.live", desk, routing_key="live"),
        Queue("lp.bulk", desk, routing_key="bulk"),
        Queue("lp.money", desk, routing_key="money"),
    ],
    task_default_queue="lp.bulk",
    task_default_exchange="lp",
    task_default_routing_key="bulk",
    task_default_priority=6,
    task_routes={
        "lingopost.translate": {"queue": "lp.live", "routing_key": "live"},
        "lingopost.summarise": {"queue": "lp.live", "routing_key": "live"},
        "lingopost.money.*": {"queue": "lp.money", "routing_key": "money"},
    },
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    timezone=settings.TIME_ZONE,
    beat_schedule={
        "digests": {"task": "lingopost.digests", "schedule": crontab(hour=4, minute=30), "options": {"priority": 9}},
        "stalled": {"task": "lingopost.stalled", "schedule": crontab(minute="*/20")},
        "lapse-bonus": {"task": "lingopost.money.lapse_bonus", "schedule": crontab(hour=0, minute=15)},
    },
)
app.autodiscover_tasks(["desk", "purse"])
