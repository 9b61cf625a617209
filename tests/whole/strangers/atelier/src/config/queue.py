import os
from celery import Celery
from celery.schedules import crontab
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
app = Celery("atelier")
from django.conf import settings  # noqa
app.conf.update(
    broker_url=settings.BROKER,
    task_ignore_result=True,
    task_default_queue="atelier",
    task_routes={"captions.*": {"queue": "captions"}},
    beat_schedule={"albums": {"task": "captions.albums", "schedule": crontab(minute=0, hour="*/2")}},
)
app.autodiscover_tasks(["captions"], related_name="jobs")
