"""Image prompts -> images. The image queue draws through this; it does not pass the engine."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from igny8_core.ai.ai_core import AICore, ImageResult
from igny8_core.ai.exceptions import AIValidationError
from igny8_core.ai.functions.interface import payload_ids
from igny8_core.ai.settings import ImageConfig
from igny8_core.auth.models import Account
from igny8_core.business.content.models import Content, Image


class GenerateImagesFunction:
    name = "generate_images"
    max_items = 100

    def get_name(self) -> str:
        return self.name

    def get_metadata(self) -> dict[str, Any]:
        return {
            "display_name": "Image generation",
            "description": "Draws the images whose prompts are ready.",
            "max_items": self.max_items,
        }

    def queryset(self, account: Account) -> QuerySet[Image]:
        return Image.objects.filter(account=account)

    def validate(self, payload: dict[str, Any], account: Account) -> None:
        """Raise AIValidationError unless all images exist, wait to be drawn, and belong to the given content."""
        ids = payload_ids(payload, self.max_items)
        images = list(self.queryset(account).filter(pk__in=ids))
        if len(images) != len(ids):
            raise AIValidationError("Some ids do not exist.")
        content_id = payload.get("content_id")
        if content_id is not None and any(i.content_id != content_id for i in images):
            raise AIValidationError("Some images do not belong to the content.")
        if any(i.status not in (Image.Status.PENDING, Image.Status.FAILED) for i in images):
            raise AIValidationError("Some images are drawn already or being drawn.")

    def prepare(self, payload: dict[str, Any], account: Account) -> list[Image]:
        """The images that can still be drawn, in reading order."""
        return list(
            self.queryset(account)
            .filter(pk__in=payload["ids"], status__in=[Image.Status.PENDING, Image.Status.FAILED])
            .order_by("position", "pk")
        )

    def claim(self, image: Image) -> bool:
        """Take the image, unless somebody else is drawing it or has drawn it."""
        waiting = Image.objects.filter(pk=image.pk, status__in=[Image.Status.PENDING, Image.Status.FAILED])
        return waiting.update(status=Image.Status.GENERATING, error="") == 1

    def draw(self, image: Image, config: ImageConfig, ai_core: AICore) -> ImageResult:
        prompt = f"{image.prompt.strip()} Style: {config.style}." if config.style else image.prompt.strip()
        return ai_core.generate_image(prompt, config.model, config.provider, image.image_type)

    def save_output(self, image: Image, result: ImageResult) -> None:
        Image.objects.filter(pk=image.pk).update(
            image_url=result.url,
            model=result.model,
            provider=result.provider,
            cost_usd=result.cost_usd,
            status=Image.Status.GENERATED,
            error="",
        )

    def fail(self, image: Image, error: str) -> None:
        Image.objects.filter(pk=image.pk).update(status=Image.Status.FAILED, error=error)

    def finish(self, content_ids: set[int]) -> None:
        """A draft whose images are all settled, at least one of them drawn, goes to review."""
        for content in Content.objects.filter(pk__in=content_ids, status=Content.Status.DRAFT):
            states = set(content.images.values_list("status", flat=True))
            if Image.Status.GENERATED in states and not states & {Image.Status.PENDING, Image.Status.GENERATING}:
                Content.objects.filter(pk=content.pk).update(status=Content.Status.REVIEW)
