from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from desk import engines, work
from desk.models import Job, Workspace

PATIENCE_S = (20, 60, 180)
STALLED_AFTER = timedelta(hours=6)


def attempt(task, job_id, run):
    """Run a job's work; what may pass by itself is tried again later, what will not is given up."""
    job = work.begin(job_id)
    if job is None:
        return
    try:
        run(job)
    except engines.Refused as error:
        work.give_up(job, error)
    except engines.Busy as error:
        if task.request.retries >= len(PATIENCE_S):
            work.give_up(job, error)
            return
        raise task.retry(countdown=PATIENCE_S[task.request.retries], exc=error, max_retries=None) from error


@shared_task(bind=True, name="lingopost.translate")
def translate(self, job_id, price):
    attempt(self, job_id, lambda job: work.translate(job, price))


@shared_task(bind=True, name="lingopost.summarise")
def summarise(self, job_id):
    attempt(self, job_id, work.summarise)


@shared_task(bind=True, name="lingopost.polish")
def polish(self, job_id, price):
    attempt(self, job_id, lambda job: work.polish(job, price))


@shared_task(name="lingopost.digest")
def digest(workspace_id, day):
    work.digest(Workspace.objects.get(uuid=workspace_id), day)


@shared_task(name="lingopost.digests")
def digests():
    """At 04:30 for the day before."""
    yesterday = timezone.localdate() - timedelta(days=1)
    for workspace in Workspace.objects.filter(nightly_digest=True).order_by("opened"):
        digest.apply_async(args=(workspace.uuid, yesterday), priority=9, countdown=5)


@shared_task(name="lingopost.stalled")
def stalled():
    limit = timezone.now() - STALLED_AFTER
    begun = Q(not_before=None, ordered__lt=limit) | Q(not_before__lt=limit)
    for job in Job.objects.filter(begun, state__in=[Job.WAITING, Job.RUNNING]):
        work.give_up(job, "stalled")
