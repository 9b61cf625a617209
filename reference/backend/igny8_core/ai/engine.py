"""Runs a text function from payload to charge.

1    validate the payload
2    prepare batches; a batch is one provider call
2.5  check the credits (the estimate)
3    call the provider
4    parse the answer
5    save the output
5.5  deduct the credits (by the tokens used)

A batch that fails is recorded and the next goes on; missing credits and a rejected key stop the run.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from igny8_core.ai.ai_core import AICore, AIResult
from igny8_core.ai.exceptions import AIProviderError, AIValidationError
from igny8_core.ai.functions.interface import AIFunction, Batch
from igny8_core.ai.registry import get_function
from igny8_core.ai.results import RunResult
from igny8_core.ai.settings import get_model_config
from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import InsufficientCreditsError
from igny8_core.business.billing.services.credit_service import CreditService

logger = logging.getLogger(__name__)


class AIEngine:
    """Executes functions for one account."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def execute(self, function_name: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Run all batches of the payload; see RunResult for what comes back."""
        result = RunResult(function_name)
        try:
            function = get_function(function_name)
            function.validate(payload, self.account)  # 1
            batches = function.prepare(payload, self.account)  # 2
        except AIValidationError as error:
            logger.warning("%s: invalid payload: %s", function_name, error)
            return result.failure("", "validation_error", str(error)).as_dict()
        config = get_model_config(function_name, self.account)
        ai_core = AICore(self.account)
        for index, batch in enumerate(batches):
            if not self._run_batch(function, batch, ai_core, config, result):
                result.skipped += len(batches) - index - 1
                break
        logger.info("%s for account %s: %s", function_name, self.account.pk, result.summary())
        return result.as_dict()

    def _run_batch(
        self, function: AIFunction, batch: Batch, ai_core: AICore, config: dict[str, Any], result: RunResult
    ) -> bool:
        """Steps 2.5 to 5.5 of one batch. False stops the run."""
        operation = self._get_operation_type(function.get_name())
        try:
            CreditService.check_credits(self.account, operation)  # 2.5
        except InsufficientCreditsError as error:
            logger.warning("%s: %s", function.get_name(), error)
            result.failure(batch.label, "insufficient_credits", str(error))
            return False
        if not function.claim(batch):
            result.failure(batch.label, "conflict", "This is being worked on or done already.")
            return True
        try:
            prompt = function.build_prompt(batch)
            answer = ai_core.run_ai_request(prompt, **config)  # 3
            parsed = function.parse_response(answer.text)  # 4
            with transaction.atomic():
                created = function.save_output(parsed, batch)  # 5
        except (AIProviderError, AIValidationError) as error:
            code = getattr(error, "code", "validation_error")
            logger.warning("%s: %s failed: %s", function.get_name(), batch.label, error)
            function.fail(batch, str(error))
            result.failure(batch.label, code, str(error))
            return code != "auth"
        except Exception:
            function.fail(batch, "Internal error.")
            raise
        result.success(created, self._deduct(function, batch, operation, answer))  # 5.5
        return True

    def _deduct(self, function: AIFunction, batch: Batch, operation: str, answer: AIResult) -> int:
        """Charge the batch. When the balance no longer covers it, the output stays and nothing is charged."""
        try:
            return CreditService.deduct_credits_for_operation(
                self.account,
                operation,
                tokens_input=answer.input_tokens,
                tokens_output=answer.output_tokens,
                model_used=answer.model,
                cost_usd=answer.cost_usd,
                description=f"{function.get_metadata()['display_name']}: {batch.label}",
                related_object_type=batch.related_type,
                related_object_id=batch.related_id,
                metadata={"function": function.get_name()},
            )
        except InsufficientCreditsError as error:
            logger.error("%s: not charged for %s: %s", function.get_name(), batch.label, error)
            return 0

    @staticmethod
    def _get_operation_type(function_name: str) -> str:
        mapping = {
            "auto_cluster": "clustering",
            "generate_ideas": "idea_generation",
            "generate_content": "content_generation",
            "generate_image_prompts": "image_prompt_extraction",
            "generate_images": "image_generation",
            "generate_site_structure": "site_structure_generation",
        }
        return mapping.get(function_name, function_name)
