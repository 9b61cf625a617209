"""The Celery tasks of AI work: one for every text function, one for the image queue."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

from celery import shared_task

from igny8_core.ai.ai_core import AICore
from igny8_core.ai.engine import AIEngine
from igny8_core.ai.exceptions import AIProviderError
from igny8_core.ai.functions.generate_images import GenerateImagesFunction
from igny8_core.ai.results import RunResult
from igny8_core.ai.settings import ImageConfig, get_image_config
from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import InsufficientCreditsError
from igny8_core.business.billing.services.credit_service import CreditService

logger = logging.getLogger(__name__)

IMAGE_OPERATION = "image_generation"


@shared_task(name="igny8_core.ai.tasks.run_ai_task")
def run_ai_task(function_name: str, payload: dict[str, Any], account_id: int) -> dict[str, Any]:
    """Run one text function for an account; every manual button ends here."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        return RunResult(function_name).failure("", "not_found", "The account does not exist.").as_dict()
    return AIEngine(account).execute(function_name, payload)


@shared_task(name="igny8_core.ai.tasks.process_image_generation_queue")
def process_image_generation_queue(
    image_ids: list[int], account_id: int, content_id: int | None = None, run_id: str | None = None
) -> dict[str, Any]:
    """Draw images one after the other, then charge for those that were drawn.

    `run_id` names the automation run that waits for this job; it hears of the end, whatever it is.
    """
    result = RunResult("generate_images")
    try:
        _draw_all(image_ids, account_id, content_id, result)
    except Exception:
        result.failure("", "internal_error", "Internal error.")
        raise
    finally:
        if run_id:
            from igny8_core.business.automation.services.image_jobs import image_job_finished

            image_job_finished(run_id, result.as_dict())
    return result.as_dict()


def _draw_all(image_ids: list[int], account_id: int, content_id: int | None, result: RunResult) -> None:
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        result.failure("", "not_found", "The account does not exist.")
        return
    function = GenerateImagesFunction()
    images = function.prepare({"ids": image_ids}, account)
    if not images:
        return
    config = get_image_config(account)
    price = CreditService.calculate_credits_for_image(config.model, 1)
    try:
        CreditService.check_credits(account, IMAGE_OPERATION, amount=price * len(images))
    except InsufficientCreditsError as error:
        logger.warning("image queue: %s", error)
        result.failure("", "insufficient_credits", str(error))
        result.skipped = len(images) - 1
        return
    ai_core = AICore(account)
    cost_usd = Decimal(0)
    for index, image in enumerate(images):
        if not function.claim(image):
            result.failure(_label(image), "conflict", "This image is being drawn or drawn already.")
            continue
        try:
            drawn = function.draw(image, config, ai_core)
        except AIProviderError as error:
            logger.warning("image queue: %s failed: %s", _label(image), error)
            function.fail(image, str(error))
            result.failure(_label(image), error.code, str(error))
            if error.code == "auth":
                result.skipped = len(images) - index - 1
                break
            continue
        except Exception:
            function.fail(image, "Internal error.")
            raise
        function.save_output(image, drawn)
        cost_usd += drawn.cost_usd
        result.success(1, 0)
    if result.processed:
        result.credits_used = _charge(account, result.processed, price, cost_usd, config, content_id)
    function.finish({image.content_id for image in images})
    logger.info("image queue for account %s: %s", account_id, result.summary())


def _charge(
    account: Account, count: int, price: int, cost_usd: Decimal, config: ImageConfig, content_id: int | None
) -> int:
    """Charge `count` images at once. When the balance no longer covers them, nothing is charged."""
    try:
        return CreditService.deduct_credits_for_operation(
            account,
            IMAGE_OPERATION,
            units=count,
            amount=price * count,
            model_used=config.model,
            cost_usd=cost_usd,
            description=f"Image generation: {count} with {config.model}",
            related_object_type="content" if content_id else "",
            related_object_id=content_id,
            metadata={"function": "generate_images"},
        )
    except InsufficientCreditsError as error:
        logger.error("image queue: not charged for %d images: %s", count, error)
        return 0


def _label(image: Any) -> str:
    return f"{image.image_type} image {image.position}"
