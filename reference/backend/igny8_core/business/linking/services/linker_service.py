"""Internal linking, called directly: it does not pass the engine and keeps its own books."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from igny8_core.ai.ai_core import AICore
from igny8_core.ai.functions.link_content import LinkContentFunction
from igny8_core.ai.settings import get_model_config
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.content.models import Content

logger = logging.getLogger(__name__)


class LinkerService:
    """Links a content to published contents of its site, at a flat price."""

    OPERATION = "internal_linking"

    @classmethod
    def generate_links(cls, content: Content) -> dict[str, Any]:
        """{links, credits_used}. Raises InsufficientCreditsError, AIProviderError; then nothing has changed.

        With no page to link to, nobody is asked and nothing is charged.
        """
        function = LinkContentFunction()
        account = content.account
        price = CreditService.get_cost_config(cls.OPERATION).min_credits
        CreditService.check_credits(account, cls.OPERATION, amount=price)
        candidates = function.candidates(content)
        if not candidates:
            return {"links": [], "credits_used": 0}
        config = get_model_config(function.get_name(), account)
        answer = AICore(account).run_ai_request(function.build_prompt(content, candidates), **config)
        links = function.parse_response(answer.text)
        with transaction.atomic():
            credits = CreditService.deduct_credits_for_operation(
                account,
                cls.OPERATION,
                tokens_input=answer.input_tokens,
                tokens_output=answer.output_tokens,
                amount=price,
                model_used=answer.model,
                cost_usd=answer.cost_usd,
                description=f"Internal linking: {content.title}",
                related_object_type="content",
                related_object_id=content.pk,
                metadata={"function": function.get_name()},
            )
            placed = function.save_output(links, content, candidates)
        logger.info("linked content %s: %d links", content.pk, len(placed))
        return {"links": placed, "credits_used": credits}
