from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.core.cache import cache

from purse.models import Tariff

CENT_OF_A_CENT = Decimal("0.0001")


@dataclass(frozen=True)
class Quote:
    operation: str
    amount: Decimal
    meters: dict = field(default_factory=dict)


def tariffs(operation):
    rows = cache.get(f"tariff:{operation}")
    if rows is None:
        rows = list(
            Tariff.objects.filter(operation=operation)
            .order_by("meter", "-above")
            .values_list("meter", "above", "per", "started", "price")
        )
        cache.set(f"tariff:{operation}", rows, 300)
    return rows


def quote(operation, **meters):
    """What an operation costs for what its meters say: characters, words, calls, tokens_in, tokens_cached, tokens_out."""
    total, minimum = Decimal(0), Decimal(0)
    left = dict(meters)
    for meter, above, per, started, price in tariffs(operation):
        if meter == "minimum":
            minimum = price
            continue
        units = max(0, left.get(meter, 0) - above)
        if not units:
            continue
        left[meter] = above  # the cheaper tier took the rest
        total += price * (-(-units // per) if started else Decimal(units) / per)
    amount = max(total, minimum).quantize(CENT_OF_A_CENT, ROUND_HALF_UP)
    return Quote(operation, amount, meters)


def minimum(operation):
    return next((row[4] for row in tariffs(operation) if row[0] == "minimum"), Decimal(0))
