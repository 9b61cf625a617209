"""The operations, without HTTP and without Celery."""

import hashlib
import json
import logging
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from desk import engines, prompts
from desk.models import Job, Transcript, Workspace
from purse import book
from purse.models import Wallet
from purse.prices import minimum, quote

log = logging.getLogger("lingopost.desk")
MEMORY_S = 14 * 24 * 3600


def order(workspace, operation, price, **about):
    """A job that is paid for, in one transaction. Raises NotEnough."""
    with transaction.atomic():
        job = Job.objects.create(workspace=workspace, operation=operation, **about)
        book.spend(workspace.uuid, price, job.dedupe)
    return job


def begin(job_id):
    """The job, if there is still something to do: a message may come twice."""
    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",)).select_related("workspace", "transcript").get(uuid=job_id)
        if job.state in (Job.DONE, Job.FAILED):
            return None
        job.state, job.tries = Job.RUNNING, job.tries + 1
        job.save(update_fields=["state", "tries"])
    return job


def end(job, output):
    job.state, job.output, job.ended = Job.DONE, output, timezone.now()
    job.save(update_fields=["state", "output", "ended"])


def give_up(job, why):
    """The job failed for good: what was taken for it goes back."""
    with transaction.atomic():
        job.state, job.trouble, job.ended = Job.FAILED, str(why)[:300], timezone.now()
        job.save(update_fields=["state", "trouble", "ended"])
        book.give_back(job.dedupe, str(why))
    log.warning("%s %s failed: %s", job.operation, job.uuid, why)


def memory_key(workspace, text, target):
    return "memory:" + hashlib.sha256(f"{workspace.uuid}|{target}|{text}".encode()).hexdigest()


def translate(job, price):
    answer = engines.translate(job.given, job.target)
    with transaction.atomic():
        book.note_usage(answer, price, job.dedupe)
        end(job, {"text": answer.text})
    cache.set(memory_key(job.workspace, job.given, job.target), answer.text, MEMORY_S)


def summarise(job):
    """Paid for afterwards, because only then the tokens are known; it may leave a small debt."""
    system = prompts.SUMMARY.format(language=job.workspace.language)
    answer = engines.chat(system, job.transcript.body, schema=prompts.SUMMARY_SCHEMA)
    price = quote("summary", **answer.meters)
    with transaction.atomic():
        book.spend(job.workspace_id, price, job.dedupe, debt=True, provider_ref=answer.ref)
        book.note_usage(answer, price)
        end(job, json.loads(answer.text))


def can_summarise(workspace):
    if workspace.wallet.available < minimum("summary"):
        raise book.NotEnough(minimum("summary"), workspace.wallet.available)


def polish(job, price):
    answer = engines.chat(prompts.POLISH, job.transcript.body)
    with transaction.atomic():
        book.note_usage(answer, price, job.dedupe)
        end(job, {"text": answer.text})


def glossary(transcript):
    """At once, while the caller waits. Raises NotEnough, Busy, Refused."""
    price = quote("glossary", calls=1)
    job = order(transcript.workspace, "glossary", price, transcript=transcript, state=Job.RUNNING, tries=1)
    try:
        answer = engines.chat(prompts.GLOSSARY, transcript.body, schema=prompts.GLOSSARY_SCHEMA)
    except (engines.Busy, engines.Refused) as error:
        give_up(job, error)
        raise
    with transaction.atomic():
        book.note_usage(answer, price, job.dedupe)
        end(job, json.loads(answer.text))
    return job


def digest(workspace, day):
    """The digest of one day, once. None if there was no meeting, or it is there already, or it cannot be paid for."""
    held = list(Transcript.objects.filter(workspace=workspace, held_on=day).order_by("added"))
    given = f"{day:%Y-%m-%d}"
    earlier = Job.objects.filter(workspace=workspace, operation="digest", given=given).exclude(state=Job.FAILED)
    job = earlier.first()
    if not held or (job and job.state == Job.DONE):
        return None
    price = quote("digest", calls=1)
    if job is None:  # else a worker died over it, and it is paid for
        try:
            job = order(workspace, "digest", price, given=given, state=Job.RUNNING, tries=1)
        except book.NotEnough as error:
            log.warning("no digest for %s: %s", workspace.name, error)
            return None
    text = "\n\n".join(f"# {transcript.title}\n{transcript.body}" for transcript in held)
    try:
        answer = engines.chat(prompts.DIGEST.format(language=workspace.language), text, model=settings.DIGEST_MODEL)
    except (engines.Busy, engines.Refused) as error:
        give_up(job, error)
        return job
    with transaction.atomic():
        book.note_usage(answer, price, job.dedupe)
        end(job, {"text": answer.text})
    return job


def open_workspace(name, owner, credits=0, **about):
    with transaction.atomic():
        workspace = Workspace.objects.create(name=name, **about)
        workspace.membership_set.create(person=owner)
        Wallet.objects.create(workspace=workspace)
        if credits:
            book.add(workspace.uuid, "grant", credits, f"grant:{uuid4()}", note="welcome")
    return workspace
