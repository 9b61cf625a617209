"""The only code that changes Account.credits."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

from django.db import transaction

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import CreditCalculationError, InsufficientCreditsError
from igny8_core.business.billing.models import AIModelConfig, CreditCostConfig, CreditTransaction, CreditUsageLog

logger = logging.getLogger(__name__)

IMAGE_OPERATION = "image_generation"


class CreditService:
    """Prices an operation, checks that an account can pay for it, and books it."""

    @staticmethod
    def get_cost_config(operation_type: str) -> CreditCostConfig:
        config = CreditCostConfig.objects.filter(operation_type=operation_type, is_active=True).first()
        if config is None:
            raise CreditCalculationError(f"No active CreditCostConfig for {operation_type}.")
        return config

    @staticmethod
    def get_balance(account: Account) -> int:
        account.refresh_from_db(fields=["credits"])
        return account.credits

    @staticmethod
    def check_credits(account: Account, operation_type: str, amount: int | None = None) -> int:
        """Raise unless the balance covers the estimate: `amount`, or the operation's minimum. Return the balance."""
        required = CreditService.get_cost_config(operation_type).min_credits if amount is None else amount
        available = CreditService.get_balance(account)
        if available < required:
            raise InsufficientCreditsError(required, available)
        return available

    @staticmethod
    def calculate_credits_from_tokens(
        operation_type: str, tokens_input: int, tokens_output: int, model_name: str = ""
    ) -> int:
        """A credit for each begun `tokens_per_credit` tokens, at least the operation's `min_credits`.

        The rate is the model's; a model without one, or none at all, is charged by the operation's CreditCostConfig.
        """
        config = CreditService.get_cost_config(operation_type)
        model = CreditService._get_model(model_name)
        tokens_per_credit = (model and model.tokens_per_credit) or config.tokens_per_credit
        tokens = max(0, tokens_input) + max(0, tokens_output)
        return max(config.min_credits, -(-tokens // max(1, tokens_per_credit)))

    @staticmethod
    def calculate_credits_for_image(model_name: str, num_images: int) -> int:
        """`credits_per_image` of the model for each image; a model without it costs CreditCostConfig's minimum."""
        model = CreditService._get_model(model_name)
        if model and model.credits_per_image:
            return model.credits_per_image * num_images
        logger.warning(
            "[MIGRATION] No credits_per_image for %s: priced by CreditCostConfig.%s (fallback)",
            model_name,
            IMAGE_OPERATION,
        )
        return CreditService.calculate_credits_from_tokens(IMAGE_OPERATION, 0, 0) * num_images

    @staticmethod
    def _get_model(model_name: str) -> AIModelConfig | None:
        return AIModelConfig.objects.filter(model_name=model_name, is_active=True).first() if model_name else None

    @staticmethod
    def deduct_credits_for_operation(
        account: Account,
        operation_type: str,
        tokens_input: int = 0,
        tokens_output: int = 0,
        units: int = 1,
        model_used: str = "",
        cost_usd: Decimal | None = None,
        amount: int | None = None,
        description: str = "",
        related_object_type: str = "",
        related_object_id: int | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> int:
        """Take the price of one operation from the balance and log it. Return the credits taken.

        The price is `amount` if given, else it follows from the tokens.
        """
        credits = amount
        if credits is None:
            credits = CreditService.calculate_credits_from_tokens(
                operation_type, tokens_input, tokens_output, model_used
            )
        with transaction.atomic():
            available = CreditService.get_balance(account)
            if available < credits:
                raise InsufficientCreditsError(credits, available)
            account.credits = available - credits
            account.save(update_fields=["credits", "updated_at"])
            usage = CreditUsageLog.objects.create(
                account=account,
                operation_type=operation_type,
                credits_used=credits,
                cost_usd=cost_usd,
                model_used=model_used,
                tokens_input=tokens_input,
                tokens_output=tokens_output,
                related_object_type=related_object_type,
                related_object_id=related_object_id,
                metadata={"units": units, **(metadata or {})},
            )
            CreditTransaction.objects.create(
                account=account,
                transaction_type=CreditTransaction.Type.DEDUCTION,
                credits_amount=-credits,
                balance_after=account.credits,
                description=(description or operation_type)[:255],
                metadata={
                    "operation_type": operation_type,
                    "model": model_used,
                    "units": units,
                    "usage_log_id": usage.pk,
                },
            )
        logger.info(
            "deducted %d credits from account %s for %s (%d units, model %s, tokens %d+%d), balance %d",
            credits,
            account.pk,
            operation_type,
            units,
            model_used,
            tokens_input,
            tokens_output,
            account.credits,
        )
        return credits

    @staticmethod
    def add_credits(
        account: Account,
        credits: int,
        transaction_type: str = CreditTransaction.Type.PURCHASE,
        description: str = "",
        metadata: dict[str, Any] | None = None,
    ) -> CreditTransaction:
        """Add to the balance."""
        if credits <= 0:
            raise CreditCalculationError(f"Cannot add {credits} credits.")
        with transaction.atomic():
            locked = Account.objects.select_for_update().get(pk=account.pk)
            locked.credits += credits
            locked.save(update_fields=["credits", "updated_at"])
            account.credits = locked.credits
            return CreditTransaction.objects.create(
                account=account,
                transaction_type=transaction_type,
                credits_amount=credits,
                balance_after=locked.credits,
                description=description[:255],
                metadata=metadata or {},
            )

    @staticmethod
    def refund_credits(
        account: Account, deduction: CreditTransaction, credits: int | None = None, description: str = ""
    ) -> CreditTransaction:
        """Give back a deduction, wholly or in part, once."""
        with transaction.atomic():
            deduction = CreditTransaction.objects.select_for_update().get(pk=deduction.pk)
            taken = -deduction.credits_amount
            credits = taken if credits is None else credits
            if deduction.account_id != account.pk:
                raise CreditCalculationError("The deduction belongs to another account.")
            if deduction.transaction_type != CreditTransaction.Type.DEDUCTION or not 0 < credits <= taken:
                raise CreditCalculationError(f"Cannot refund {credits} credits of transaction {deduction.pk}.")
            refunds = CreditTransaction.objects.filter(
                account=account,
                transaction_type=CreditTransaction.Type.REFUND,
                metadata__refund_of=deduction.pk,
            )
            if refunds.exists():
                raise CreditCalculationError(f"Transaction {deduction.pk} is already refunded.")
            return CreditService.add_credits(
                account,
                credits,
                CreditTransaction.Type.REFUND,
                description or f"Refund: {deduction.description}",
                {"operation_type": deduction.metadata.get("operation_type", ""), "refund_of": deduction.pk},
            )
