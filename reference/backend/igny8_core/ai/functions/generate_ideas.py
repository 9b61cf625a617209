"""A cluster -> content ideas, one call a cluster."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from igny8_core.ai import prompts
from igny8_core.ai.functions.interface import AIFunction, Batch, json_object, malformed, string_of, strings_of
from igny8_core.auth.models import Account
from igny8_core.business.planning.models import Cluster, ContentIdea, ContentType


class GenerateIdeasFunction(AIFunction):
    name = "generate_ideas"
    display_name = "Content ideas"
    description = "Proposes content ideas for each cluster."

    def queryset(self, account: Account) -> QuerySet[Cluster]:
        return Cluster.objects.filter(account=account).select_related("site", "sector")

    def prepare(self, payload: dict[str, Any], account: Account) -> list[Batch]:
        return [Batch(account, [c], c.name, "cluster", c.pk) for c in self.rows(payload, account)]

    def build_prompt(self, batch: Batch) -> prompts.Prompt:
        (cluster,) = batch.items
        keywords = cluster.keywords.order_by("pk")
        return prompts.ideas(
            cluster.site.name,
            cluster.sector.name,
            cluster.name,
            cluster.description,
            [(k.keyword, k.volume, k.intent) for k in keywords],
        )

    def parse_response(self, text: str) -> dict[str, Any]:
        found = json_object(text).get("ideas")
        if not isinstance(found, list) or not found or not all(isinstance(i, dict) for i in found):
            raise malformed("The answer lacks ideas.")
        return {"ideas": [self._idea(i) for i in found]}

    @staticmethod
    def _idea(answer: dict[str, Any]) -> dict[str, Any]:
        kind = string_of(answer, "content_type")
        words = answer.get("estimated_word_count")
        return {
            "title": string_of(answer, "title", required=True)[:255],
            "description": string_of(answer, "description"),
            "content_type": kind if kind in ContentType.values else ContentType.POST.value,
            "content_structure": (string_of(answer, "content_structure") or "article")[:64],
            "target_keywords": ", ".join(strings_of(answer, "target_keywords")),
            "estimated_word_count": words if isinstance(words, int) and 0 < words <= 10_000 else 1000,
        }

    def save_output(self, parsed: dict[str, Any], batch: Batch) -> int:
        (cluster,) = batch.items
        for idea in parsed["ideas"]:
            ContentIdea.objects.create(
                account=batch.account, site=cluster.site, sector=cluster.sector, cluster=cluster, **idea
            )
        cluster.status = Cluster.Status.MAPPED
        cluster.save(update_fields=["status", "updated_at"])
        return len(parsed["ideas"])
