"""The only place that moves points."""
from django.db import transaction

from quota.models import Allowance, Spend


class NotEnough(Exception):
    pass


@transaction.atomic
def spend(studio_id: int, points: int, reason: str) -> Spend:
    allowance = Allowance.objects.select_for_update().get(pk=studio_id)
    if allowance.remaining < points:
        raise NotEnough(f"{points} points, {allowance.remaining} left")
    allowance.remaining -= points
    allowance.save(update_fields=["remaining"])
    return Spend.objects.create(studio_id=studio_id, reason=reason, points=-points, left=allowance.remaining)


@transaction.atomic
def refill(studio_id: int, points: int) -> Spend:
    allowance, _ = Allowance.objects.select_for_update().get_or_create(pk=studio_id)
    allowance.remaining += points
    allowance.save(update_fields=["remaining"])
    return Spend.objects.create(studio_id=studio_id, reason="refill", points=points, left=allowance.remaining)
