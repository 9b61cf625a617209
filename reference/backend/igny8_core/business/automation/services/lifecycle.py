"""How a run begins, pauses, goes on and ends. Each transition is one conditional statement or one row lock."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils import timezone

from igny8_core.auth.models import Site
from igny8_core.business.automation.models import AutomationRun, all_stages

logger = logging.getLogger(__name__)

Status = AutomationRun.Status


class RunActiveError(Exception):
    """The site has a run that is running or paused."""


def start_run(site: Site, trigger: str, stages: list[int] | None = None) -> AutomationRun:
    """A new run, not yet dispatched."""
    try:
        with transaction.atomic():
            run = AutomationRun.objects.create(
                account_id=site.account_id, site=site, trigger=trigger, stages=sorted(stages or all_stages())
            )
    except IntegrityError:
        raise RunActiveError(f"Site {site.pk} has an active run.") from None
    logger.info("automation run %s: started for site %s, stages %s", run.run_id, site.pk, run.stages)
    return run


@contextmanager
def locked(run_pk: int) -> Iterator[AutomationRun]:
    """The run's row, locked; saved on leaving."""
    with transaction.atomic():
        run = AutomationRun.objects.select_for_update().get(pk=run_pk)
        yield run
        run.save()


def is_running(run_pk: int) -> bool:
    return AutomationRun.objects.filter(pk=run_pk, status=Status.RUNNING).exists()


def pause(run_pk: int) -> bool:
    """Ask a running run to stop at the next batch; False if it is not running."""
    return _move(run_pk, Status.RUNNING, status=Status.PAUSED)


def resume(run_pk: int) -> bool:
    """Let a paused run go on; False if it is not paused."""
    return _move(run_pk, Status.PAUSED, status=Status.RUNNING)


def complete(run_pk: int) -> bool:
    return _move(run_pk, Status.RUNNING, status=Status.COMPLETED, completed_at=timezone.now())


def fail(run_pk: int, error: str) -> None:
    """End a run with an error, also one that was paused in the meantime."""
    active = AutomationRun.objects.filter(pk=run_pk, status__in=AutomationRun.ACTIVE)
    if active.update(status=Status.FAILED, error=error, completed_at=timezone.now()):
        logger.error("automation run %s failed: %s", run_pk, error)


def _move(run_pk: int, before: str, **values: object) -> bool:
    moved = AutomationRun.objects.filter(pk=run_pk, status=before).update(**values) == 1
    if moved:
        logger.info("automation run %s: %s -> %s", run_pk, before, values["status"])
    return moved
