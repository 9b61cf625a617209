"""What goes on in a worker when its task is over, and what stops it."""

import os
import signal
import time

from celery import shared_task
from celery.signals import task_postrun

from late.models import Thing


@shared_task(name="late.plain")
def plain(said):
    Thing.objects.create(said=said)


@shared_task(name="late.handled")
def handled():
    Thing.objects.create(said="in the task")


@shared_task(name="late.stopped")
def stopped():
    os.kill(os.getpid(), signal.SIGSTOP)


@task_postrun.connect
def behind(sender=None, **_):
    if sender is not None and sender.name == "late.handled":
        time.sleep(0.3)
        Thing.objects.create(said="behind the task")
