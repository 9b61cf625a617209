"""Keywords -> clusters, in one call for all of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet, Sum

from igny8_core.ai import prompts
from igny8_core.ai.exceptions import AIValidationError
from igny8_core.ai.functions.interface import AIFunction, Batch, json_object, malformed, string_of, strings_of
from igny8_core.auth.models import Account
from igny8_core.business.planning.models import Cluster, Keyword


class AutoClusterFunction(AIFunction):
    name = "auto_cluster"
    display_name = "Keyword clustering"
    description = "Groups up to 50 keywords of a site into clusters."
    max_items = 50

    def queryset(self, account: Account) -> QuerySet[Keyword]:
        return Keyword.objects.filter(account=account).select_related("site", "sector")

    def validate(self, payload: dict[str, Any], account: Account) -> None:
        super().validate(payload, account)
        sites = self.queryset(account).filter(pk__in=payload["ids"]).values("site_id").distinct()
        if sites.count() > 1:
            raise AIValidationError("The keywords must belong to one site.")

    def prepare(self, payload: dict[str, Any], account: Account) -> list[Batch]:
        keywords = self.rows(payload, account)
        return [Batch(account, keywords, f"{len(keywords)} keywords", "site", keywords[0].site_id)]

    def build_prompt(self, batch: Batch) -> prompts.Prompt:
        return prompts.clustering(
            batch.items[0].site.name,
            ", ".join(sorted({k.sector.name for k in batch.items})),
            [(k.keyword, k.volume, k.difficulty, k.intent) for k in batch.items],
        )

    def parse_response(self, text: str) -> dict[str, Any]:
        found = json_object(text).get("clusters")
        if not isinstance(found, list) or not found:
            raise malformed("The answer lacks clusters.")
        if not all(isinstance(c, dict) for c in found):
            raise malformed("A cluster is not an object.")
        clusters = [
            {
                "name": string_of(c, "name", required=True)[:255],
                "description": string_of(c, "description"),
                "keywords": strings_of(c, "keywords"),
            }
            for c in found
        ]
        return {"clusters": clusters}

    def save_output(self, parsed: dict[str, Any], batch: Batch) -> int:
        """Make the clusters; a keyword goes to the first one that names it, one that none names stays new."""
        free = {k.keyword.strip().casefold(): k for k in batch.items}
        touched: list[Cluster] = []
        for answer in parsed["clusters"]:
            members = [free.pop(text.casefold()) for text in answer["keywords"] if text.casefold() in free]
            if not members:
                continue
            cluster, _ = Cluster.objects.get_or_create(
                account=batch.account,
                site=members[0].site,
                sector=members[0].sector,
                name=answer["name"],
                defaults={"description": answer["description"]},
            )
            for keyword in members:
                keyword.cluster = cluster
                keyword.status = Keyword.Status.MAPPED
                keyword.save(update_fields=["cluster", "status", "updated_at"])
            touched.append(cluster)
        if not touched:
            raise malformed("The clusters name none of the keywords.")
        for cluster in touched:
            totals = cluster.keywords.aggregate(count=Count("pk"), volume=Sum("volume"))
            cluster.keywords_count, cluster.volume = totals["count"], totals["volume"] or 0
            cluster.save(update_fields=["keywords_count", "volume", "updated_at"])
        return len(touched)
