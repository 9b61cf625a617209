from django.contrib.postgres.fields import ArrayField
from django.db import models


class EntryKind(models.TextChoices):
    CHARGE = 'charge'
    REFUND = 'refund'
    DEPOSIT = 'deposit'
    CORRECTION = 'correction'


class EntryKindField(models.CharField):
    """PostgreSQL enum entry_kind."""

    def __init__(self, **kwargs):
        super().__init__(**{'max_length': 12, 'choices': EntryKind.choices} | kwargs)

    def db_type(self, connection):
        return 'entry_kind'


class Entry(models.Model):
    """Partitioned by year and append-only; table and triggers are in migration 0002."""

    id = models.BigAutoField(primary_key=True)
    booked_at = models.DateTimeField()
    kind = EntryKindField()
    cents = models.IntegerField()
    order = models.ForeignKey('catalog.Order', models.DO_NOTHING, null=True, related_name='entries')
    memo = models.TextField(default='')

    class Meta:
        managed = False
        db_table = 'till_entry'


class Balance(models.Model):
    cents = models.BigIntegerField(primary_key=True)

    class Meta:
        managed = False
        db_table = 'till_balance'


class Statement(models.Model):
    """The entries with their sign, what they were for, and what was left after each."""

    entry_id = models.BigIntegerField(primary_key=True)
    booked_at = models.DateTimeField()
    kind = models.TextField()
    delta = models.IntegerField()
    balance = models.BigIntegerField()
    order_id = models.BigIntegerField(null=True)
    operation = models.TextField(null=True)
    memo = models.TextField()

    class Meta:
        managed = False
        db_table = 'till_statement'


class ApiKey(models.Model):
    label = models.CharField(max_length=50, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=10), default=list)
    revoked = models.BooleanField(default=False)
    last_used = models.DateTimeField(null=True)

    is_authenticated = True


class Deposit(models.Model):
    """What the bank told. Its reference makes it count once."""

    reference = models.CharField(max_length=60, unique=True)
    cents = models.PositiveIntegerField()
    told_at = models.DateTimeField(auto_now_add=True)
