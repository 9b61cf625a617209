"""The Celery app: `celery -A igny8_core worker|beat`."""

import logging.config
import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings")

app = Celery("igny8_core")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["igny8_core.ai", "igny8_core.business.automation"])


@setup_logging.connect
def use_django_logging(**_: object) -> None:
    """Keep Celery from installing its own handlers: one format in every process."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
