"""A content -> prompts for its images, one call a content."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.db.models import QuerySet

from igny8_core.ai import prompts
from igny8_core.ai.exceptions import AIValidationError
from igny8_core.ai.functions.interface import AIFunction, Batch, json_object, malformed, string_of, strings_of
from igny8_core.ai.settings import get_image_config
from igny8_core.auth.models import Account
from igny8_core.business.content.models import Content, Image

HEADING = re.compile(r"<h[23][^>]*>(.*?)</h[23]>", re.IGNORECASE | re.DOTALL)


class GenerateImagePromptsFunction(AIFunction):
    name = "generate_image_prompts"
    display_name = "Image prompts"
    description = "Describes one featured image and some in-article images for each content."

    def queryset(self, account: Account) -> QuerySet[Content]:
        return Content.objects.filter(account=account).select_related("site")

    def prepare(self, payload: dict[str, Any], account: Account) -> list[Batch]:
        return [Batch(account, [c], c.title, "content", c.pk) for c in self.rows(payload, account)]

    def build_prompt(self, batch: Batch) -> prompts.Prompt:
        (content,) = batch.items
        if not content.content_html.strip():
            raise AIValidationError("The content has no text yet.")
        config = get_image_config(batch.account)
        headings = [unescape(re.sub(r"<[^>]+>", " ", h)) for h in HEADING.findall(content.content_html)]
        return prompts.image_prompts(
            content.site.name, content.title, config.style, config.max_in_article, headings, content.content_html
        )

    def parse_response(self, text: str) -> dict[str, Any]:
        answer = json_object(text)
        if not isinstance(answer.get("in_article_prompts"), list):
            raise malformed("The answer lacks in_article_prompts.")
        return {
            "featured": string_of(answer, "featured_prompt", required=True),
            "in_article": strings_of(answer, "in_article_prompts"),
        }

    def save_output(self, parsed: dict[str, Any], batch: Batch) -> int:
        (content,) = batch.items
        wanted = parsed["in_article"][: get_image_config(batch.account).max_in_article]
        places = [(Image.Type.FEATURED, 0, parsed["featured"])]
        places += [(Image.Type.IN_ARTICLE, n, prompt) for n, prompt in enumerate(wanted, 1)]
        return sum(self._place(content, *place) for place in places)

    @staticmethod
    def _place(content: Content, image_type: str, position: int, prompt: str) -> int:
        """Set the prompt of one place; an image that is drawn already stays as it is."""
        image = content.images.filter(image_type=image_type, position=position).first()
        if image is None:
            image = Image(
                account_id=content.account_id,
                site_id=content.site_id,
                content=content,
                image_type=image_type,
                position=position,
            )
        elif image.status not in (Image.Status.PENDING, Image.Status.FAILED):
            return 0
        image.prompt, image.status, image.error = prompt, Image.Status.PENDING, ""
        image.save()
        return 1
