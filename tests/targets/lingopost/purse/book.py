"""The only place that writes movements. Every movement has a key that makes it happen once."""

import logging

from django.db import transaction
from django.utils import timezone

from purse.models import Movement, UsageLine, Wallet

log = logging.getLogger("lingopost.purse")


class NotEnough(Exception):
    def __init__(self, needed, available):
        super().__init__(f"{needed} credits needed, {available} available")
        self.needed, self.available = needed, available


def _move(workspace_id, kind, direction, amount, dedupe, *, debt=True, **more):
    with transaction.atomic():
        wallet = Wallet.objects.select_for_update().get(workspace_id=workspace_id)
        known = Movement.objects.filter(dedupe=dedupe).first()
        if known:
            log.info("%s was booked before", dedupe)
            return known
        if direction == "out" and not debt and wallet.available < amount:
            raise NotEnough(amount, wallet.available)
        wallet.available += amount if direction == "in" else -amount
        wallet.save(update_fields=["available"])
        return Movement.objects.create(
            wallet=wallet,
            kind=kind,
            direction=direction,
            amount=amount,
            available_after=wallet.available,
            dedupe=dedupe,
            **more,
        )


def spend(workspace_id, quote, dedupe, *, debt=False, provider_ref=""):
    return _move(
        workspace_id,
        "spend",
        "out",
        quote.amount,
        dedupe,
        debt=debt,
        operation=quote.operation,
        provider_ref=provider_ref,
    )


def give_back(dedupe, reason):
    """Reverse the spending that was booked under `dedupe`, if there was one."""
    spent = Movement.objects.select_related("wallet").filter(dedupe=dedupe, kind="spend").first()
    if spent is None or not spent.amount:
        return None
    return _move(
        spent.wallet.workspace_id,
        "refund",
        "in",
        spent.amount,
        f"{dedupe}:refund",
        operation=spent.operation,
        reverses=spent,
        note=reason[:200],
    )


def add(workspace_id, kind, amount, dedupe, *, note="", lapses_at=None):
    return _move(workspace_id, kind, "in", amount, dedupe, note=note, lapses_at=lapses_at)


def take_away(workspace_id, kind, amount, dedupe, *, note="", reverses=None):
    return _move(workspace_id, kind, "out", amount, dedupe, note=note, reverses=reverses)


def note_usage(answer, quote, dedupe=None):
    """Keep what the engine reported; the spending that was booked in advance learns the request it was for."""
    UsageLine.objects.create(
        provider=answer.provider,
        provider_ref=answer.ref,
        operation=quote.operation,
        model=answer.model,
        meters=answer.meters,
        credits=quote.amount,
    )
    if dedupe:
        Movement.objects.filter(dedupe=dedupe).update(provider_ref=answer.ref)


def lapse(now=None):
    """Take what is left of bonus credits past their date. Returns the number of grants that lapsed."""
    due = Movement.objects.filter(kind="grant", lapses_at__lte=now or timezone.now(), reversals=None)
    count = 0
    for grant in due.select_related("wallet").order_by("made_at"):
        left = max(0, min(grant.amount, grant.wallet.available))
        take_away(grant.wallet.workspace_id, "lapse", left, f"{grant.uuid}:lapse", note="bonus lapsed", reverses=grant)
        count += 1
    return count
