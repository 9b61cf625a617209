"""Content optimization, called directly: it does not pass the engine and keeps its own books."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from igny8_core.ai.ai_core import AICore
from igny8_core.ai.functions.optimize_content import OptimizeContentFunction
from igny8_core.ai.settings import get_model_config
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.content.models import Content

logger = logging.getLogger(__name__)


class OptimizerService:
    """Rewrites a content for its primary keyword, at the token price of its own CreditCostConfig entry."""

    OPERATION = "content_optimization"

    @classmethod
    def optimize(cls, content: Content) -> dict[str, Any]:
        """{scores, changes, version, credits_used}. Raises InsufficientCreditsError, AIProviderError; then nothing
        has changed."""
        function = OptimizeContentFunction()
        account = content.account
        CreditService.check_credits(account, cls.OPERATION)
        config = get_model_config(function.get_name(), account)
        answer = AICore(account).run_ai_request(function.build_prompt(content), **config)
        parsed = function.parse_response(answer.text)
        with transaction.atomic():
            credits = CreditService.deduct_credits_for_operation(
                account,
                cls.OPERATION,
                tokens_input=answer.input_tokens,
                tokens_output=answer.output_tokens,
                model_used=answer.model,
                cost_usd=answer.cost_usd,
                description=f"Content optimization: {content.title}",
                related_object_type="content",
                related_object_id=content.pk,
                metadata={"function": function.get_name()},
            )
            function.save_output(parsed, content)
        logger.info("optimized content %s to version %d", content.pk, content.optimizer_version)
        return {
            "scores": parsed["scores"],
            "changes": parsed["changes"],
            "version": content.optimizer_version,
            "credits_used": credits,
        }
