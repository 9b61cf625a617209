import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conf.settings")
from celery import Celery
from django.conf import settings
runner = Celery("s2", broker=settings.BROKER)
runner.autodiscover_tasks(["shop"])
