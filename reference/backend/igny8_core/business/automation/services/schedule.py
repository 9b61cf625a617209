"""When a site's automation is due."""

from __future__ import annotations

import calendar
import datetime as dt
import logging

from django.db import transaction

from igny8_core.auth.models import Account
from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.services.lifecycle import RunActiveError, start_run

logger = logging.getLogger(__name__)


def claim_due_runs(now: dt.datetime) -> list[AutomationRun]:
    """A run for each due site, its schedule moved on to the next slot. A site with an active run stays due."""
    due = AutomationConfig.objects.filter(
        is_enabled=True,
        next_run_at__lte=now,
        site__is_active=True,
        account__status=Account.Status.ACTIVE,
    )
    runs = []
    for config in due.select_related("site").order_by("next_run_at", "pk"):
        run = _claim(config, now)
        if run:
            runs.append(run)
    return runs


@transaction.atomic
def _claim(config: AutomationConfig, now: dt.datetime) -> AutomationRun | None:
    """Whoever moves next_run_at on has the slot."""
    if AutomationRun.objects.filter(site_id=config.site_id, status__in=AutomationRun.ACTIVE).exists():
        logger.info("site %s is due but has an active run", config.site_id)
        return None
    slot = AutomationConfig.objects.filter(pk=config.pk, is_enabled=True, next_run_at=config.next_run_at)
    if not slot.update(next_run_at=next_slot(config, now), last_run_at=now):
        return None
    try:
        return start_run(config.site, AutomationRun.Trigger.SCHEDULED, config.stages)
    except RunActiveError:
        transaction.set_rollback(True)
        return None


def next_slot(config: AutomationConfig, now: dt.datetime) -> dt.datetime:
    """The slot to run at next: after now and, where there was one, after the slot before.

    Weekly and monthly keep the day of the slot before.
    """
    first = (config.next_run_at or now).date()
    step = 0 if config.next_run_at is None else 1
    while (slot := _slot(config, first, step)) <= now:
        step += 1
    return slot


def _slot(config: AutomationConfig, first: dt.date, step: int) -> dt.datetime:
    match config.frequency:
        case AutomationConfig.Frequency.MONTHLY:
            return _at(_months_later(first, step), config.scheduled_time)
        case AutomationConfig.Frequency.WEEKLY:
            return _at(first + dt.timedelta(weeks=step), config.scheduled_time)
    return _at(first + dt.timedelta(days=step), config.scheduled_time)


def _at(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, tzinfo=dt.UTC)


def _months_later(day: dt.date, months: int) -> dt.date:
    """The same day `months` later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
