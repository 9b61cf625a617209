"""What each stage works on: batches of ids, oldest first, at most as many as the site's configuration allows."""

from __future__ import annotations

from itertools import groupby

from django.db.models import QuerySet

from igny8_core.ai.functions.auto_cluster import AutoClusterFunction
from igny8_core.auth.models import Site
from igny8_core.business.automation.models import AutomationConfig
from igny8_core.business.content.models import Content, Image, Task
from igny8_core.business.planning.models import Cluster, ContentIdea, Keyword

Batches = list[list[int]]


def eligible(stage: int, site: Site) -> QuerySet:
    """The rows that a stage is there for, as they are now."""
    match stage:
        case 1:
            return Keyword.objects.filter(site=site, status=Keyword.Status.NEW)
        case 2:
            return Cluster.objects.filter(site=site, status=Cluster.Status.NEW)
        case 3:
            return ContentIdea.objects.filter(site=site, status=ContentIdea.Status.NEW)
        case 4:
            return Task.objects.filter(site=site, status=Task.Status.QUEUED)
        case 5:
            return Content.objects.filter(site=site, status=Content.Status.DRAFT, images__isnull=True)
        case 6:
            return Image.objects.filter(site=site, status=Image.Status.PENDING)
        case 7:
            return Content.objects.filter(site=site, status=Content.Status.REVIEW, external_id="")
    raise ValueError(f"There is no stage {stage}.")


def batches(stage: int, site: Site, config: AutomationConfig) -> Batches:
    """All keywords together, images by content, everything else one by one."""
    rows = eligible(stage, site)
    limit = {
        1: min(config.max_keywords, AutoClusterFunction.max_items),
        2: config.max_clusters,
        3: config.max_ideas,
        4: config.max_tasks,
        5: config.max_contents,
        6: config.max_images,
        7: config.max_contents,
    }[stage]
    if stage == 6:
        images = rows.order_by("content_id", "position", "pk").values_list("content_id", "pk")[:limit]
        return [[pk for _, pk in group] for _, group in groupby(images, key=lambda row: row[0])]
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
    if stage == 1:
        return [ids] if ids else []
    return [[pk] for pk in ids]


def still_open(stage: int, site: Site, ids: list[int]) -> list[int]:
    """Those of a batch that nobody has done since it was chosen."""
    return list(eligible(stage, site).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
