"""Prices (AIModelConfig, CreditCostConfig), provider keys (IntegrationProvider) and the ledger (CreditTransaction,
CreditUsageLog)."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from igny8_core import columns
from igny8_core.auth.models import Account
from igny8_core.business.billing.integration_provider import IntegrationProvider

__all__ = ["AIModelConfig", "CreditCostConfig", "CreditTransaction", "CreditUsageLog", "IntegrationProvider"]


class AIModelConfig(models.Model):
    """A provider's model, what the provider takes for it in USD, and what it costs an account in credits.

    A null in `credits_per_image` or `tokens_per_credit` means: as CreditCostConfig says for the operation.
    """

    class ModelType(models.TextChoices):
        TEXT = "text"
        IMAGE = "image"

    class QualityTier(models.TextChoices):
        BASIC = "basic"
        QUALITY = "quality"
        PREMIUM = "premium"

    model_name = models.CharField(max_length=100, unique=True)
    display_name = columns.string()
    model_type = models.CharField(max_length=16, choices=ModelType.choices)
    provider = models.CharField(max_length=32)
    is_active = columns.flag(True)
    is_default = columns.flag(False)
    sort_order = columns.integer()
    cost_per_image = models.DecimalField(max_digits=10, decimal_places=4, null=True, blank=True)
    input_cost_per_1m = models.DecimalField(max_digits=10, decimal_places=4, null=True, blank=True)
    output_cost_per_1m = models.DecimalField(max_digits=10, decimal_places=4, null=True, blank=True)
    max_tokens = models.IntegerField(null=True, blank=True)
    valid_sizes = columns.json_list()
    credits_per_image = models.PositiveIntegerField(null=True, blank=True)
    tokens_per_credit = models.PositiveIntegerField(null=True, blank=True)
    quality_tier = models.CharField(max_length=16, choices=QualityTier.choices, null=True, blank=True)

    class Meta:
        db_table = "igny8_ai_model_config"

    def __str__(self) -> str:
        return self.model_name


class CreditCostConfig(models.Model):
    """What an operation costs the account: a credit for each `tokens_per_credit`, at least `min_credits`."""

    operation_type = models.CharField(max_length=64, unique=True)
    display_name = columns.string()
    tokens_per_credit = columns.positive(100)
    min_credits = columns.positive(1)
    price_per_credit_usd = models.DecimalField(
        max_digits=10, decimal_places=4, default=Decimal("0.0100"), db_default=Decimal("0.0100")
    )
    is_active = columns.flag(True)

    class Meta:
        db_table = "igny8_credit_cost_config"

    def __str__(self) -> str:
        return self.operation_type


class CreditTransaction(models.Model):
    """One movement of an account's balance. `credits_amount` is signed: a deduction is negative."""

    class Type(models.TextChoices):
        PURCHASE = "purchase"
        SUBSCRIPTION = "subscription"
        REFUND = "refund"
        DEDUCTION = "deduction"
        ADJUSTMENT = "adjustment"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="credit_transactions")
    transaction_type = models.CharField(max_length=16, choices=Type.choices)
    credits_amount = models.IntegerField()
    balance_after = models.IntegerField()
    description = columns.string()
    metadata = columns.json_dict()  # {operation_type, model, units, usage_log_id} for a deduction
    created_at = columns.created()

    class Meta:
        db_table = "igny8_credit_transactions"


class CreditUsageLog(models.Model):
    """What a deduction was for: the operation, the model, its tokens and its cost to us."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="credit_usage_logs")
    operation_type = models.CharField(max_length=64)
    credits_used = models.PositiveIntegerField()
    cost_usd = models.DecimalField(max_digits=10, decimal_places=6, null=True, blank=True)
    model_used = columns.string(100)
    tokens_input = columns.positive()
    tokens_output = columns.positive()
    related_object_type = columns.string(64)
    related_object_id = models.BigIntegerField(null=True, blank=True)
    metadata = columns.json_dict()  # {units, ...}
    created_at = columns.created()

    class Meta:
        db_table = "igny8_credit_usage_logs"
