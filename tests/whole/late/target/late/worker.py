import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "late.settings")
app = Celery("late", broker=os.environ.get("REDIS_URL", "redis://localhost:6379/0"))
app.conf.broker_connection_retry_on_startup = True
app.conf.task_ignore_result = True
app.autodiscover_tasks(["late"])
