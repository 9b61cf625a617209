"""The ledger has a schema of its own, so that the reporting role can be let in there and nowhere else."""

import uuid

from django.db import models


class Keyed(models.Model):
    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class Wallet(Keyed):
    workspace = models.OneToOneField("desk.Workspace", models.CASCADE, related_name="wallet", db_column="owner")
    available = models.DecimalField(max_digits=14, decimal_places=4, default=0)

    class Meta:
        db_table = '"ledger"."wallet"'


class Movement(Keyed):
    KINDS = [(kind, kind) for kind in ("spend", "refund", "topup", "grant", "lapse", "chargeback")]
    DIRECTIONS = [("in", "in"), ("out", "out")]

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=KINDS)
    direction = models.CharField(max_length=3, choices=DIRECTIONS)
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    available_after = models.DecimalField(max_digits=14, decimal_places=4)
    operation = models.CharField(max_length=20, blank=True)
    provider_ref = models.CharField(max_length=120, blank=True, db_index=True)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversals")
    dedupe = models.CharField(max_length=160, unique=True)
    note = models.CharField(max_length=200, blank=True)
    lapses_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = '"ledger"."movement"'
        constraints = [models.CheckConstraint(check=models.Q(amount__gte=0), name="movement_amount_unsigned")]


class UsageLine(Keyed):
    """What an engine reported. Joined to movements by the provider's request id."""

    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=120, db_index=True)
    operation = models.CharField(max_length=20)
    model = models.CharField(max_length=60, blank=True)
    meters = models.JSONField(default=dict)
    credits = models.DecimalField(max_digits=14, decimal_places=4)
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = '"ledger"."usage_line"'


class Tariff(Keyed):
    """`price` for each `per` of a meter beyond `above`. The meter `minimum` is the least that an operation costs."""

    operation = models.CharField(max_length=20)
    meter = models.CharField(max_length=20)
    above = models.PositiveIntegerField(default=0)
    per = models.PositiveIntegerField(default=1)
    started = models.BooleanField(default=False)  # a started unit counts whole
    price = models.DecimalField(max_digits=12, decimal_places=4)

    class Meta:
        db_table = '"ledger"."tariff"'
        unique_together = [("operation", "meter", "above")]


class PaymentEvent(Keyed):
    event = models.CharField(max_length=120, unique=True)
    type = models.CharField(max_length=60)
    payload = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = '"ledger"."payment_event"'
