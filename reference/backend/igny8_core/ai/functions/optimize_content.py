"""A content -> a better version of it. Used by OptimizerService, not by the engine."""

from __future__ import annotations

from typing import Any

from igny8_core.ai import prompts
from igny8_core.ai.functions.interface import json_object, malformed, string_of, strings_of, word_count
from igny8_core.business.content.models import Content


class OptimizeContentFunction:
    name = "optimize_content"

    def get_name(self) -> str:
        return self.name

    def get_metadata(self) -> dict[str, Any]:
        return {
            "display_name": "Content optimization",
            "description": "Improves a content for its primary keyword and scores it.",
            "max_items": 1,
        }

    def build_prompt(self, content: Content) -> prompts.Prompt:
        return prompts.optimize(
            content.title,
            content.meta_title,
            content.meta_description,
            content.primary_keyword,
            content.content_html,
        )

    def parse_response(self, text: str) -> dict[str, Any]:
        answer = json_object(text)
        scores = answer.get("scores")
        if not isinstance(scores, dict) or not all(_is_score(scores.get(k)) for k in ("before", "after")):
            raise malformed("The answer lacks scores.")
        return {
            "content_html": string_of(answer, "content_html", required=True),
            "meta_title": string_of(answer, "meta_title")[:255],
            "meta_description": string_of(answer, "meta_description"),
            "scores": {"before": scores["before"], "after": scores["after"]},
            "changes": strings_of(answer, "changes"),
        }

    def save_output(self, parsed: dict[str, Any], content: Content) -> None:
        content.content_html = parsed["content_html"]
        content.word_count = word_count(parsed["content_html"])
        content.meta_title = parsed["meta_title"] or content.meta_title
        content.meta_description = parsed["meta_description"] or content.meta_description
        content.optimizer_version += 1
        content.optimization_scores = parsed["scores"]
        content.save()


def _is_score(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100
