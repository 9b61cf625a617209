import logging
import math

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from till.models import Balance, Entry, EntryKind

logger = logging.getLogger('shopscribe.till')


class BalanceTooLow(Exception):
    pass


def balance():
    return Balance.objects.get().cents


def require(cents):
    if balance() < cents:
        raise BalanceTooLow(f'{cents} cents needed')


def _book(kind, cents, order=None, memo=''):
    return Entry.objects.create(booked_at=timezone.now(), kind=kind, cents=cents, order=order, memo=memo)


def charge(order, cents, memo=''):
    """Raises BalanceTooLow: the trigger till_entry_guard says so."""
    try:
        with transaction.atomic():
            return _book(EntryKind.CHARGE, cents, order, memo)
    except IntegrityError as exc:
        if 'till_not_below_zero' in str(exc):
            raise BalanceTooLow(f'{cents} cents needed') from exc
        raise


def refund(order, memo, cents=None):
    """Give back `cents` of what was charged for an order, by default all that was not given back before."""
    with transaction.atomic():
        order.__class__.objects.select_for_update().get(pk=order.pk)
        entries = list(order.entries.all())
        paid = sum(e.cents for e in entries if e.kind == EntryKind.CHARGE)
        left = paid - sum(e.cents for e in entries if e.kind == EntryKind.REFUND)
        cents = left if cents is None else min(cents, left)
        if cents > 0:
            _book(EntryKind.REFUND, cents, order, memo)
    logger.info('order %s: %s cents back (%s)', order.pk, cents, memo)


def deposit(cents, memo):
    return _book(EntryKind.DEPOSIT, cents, memo=memo)


def describe_price(tokens_in, tokens_out):
    price = settings.PRICES['describe']
    thousandths = tokens_in * price['in_per_1000'] + tokens_out * price['out_per_1000']
    return max(price['least'], math.ceil(thousandths / 1000))


def picture_price(size, count=1):
    return settings.PRICES['picture'][size] * count


def campaign_price(teasers):
    price = settings.PRICES['campaign']
    first = min(teasers, price['first'])
    return first * price['each'] + (teasers - first) * price['further']


def tags_price(products):
    price = settings.PRICES['tags']
    return math.ceil(products / price['per_started']) * price['price']
