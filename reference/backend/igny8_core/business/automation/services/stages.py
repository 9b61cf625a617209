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


def new_keywords(site: Site, limits: AutomationConfig) -> Batches:
    """Stage 1: one batch of all of them."""
    limit = min(limits.max_keywords, AutoClusterFunction.max_items)
    ids = _ids(Keyword.objects.filter(site=site, status=Keyword.Status.NEW), limit)
    return [ids] if ids else []


def new_clusters(site: Site, limits: AutomationConfig) -> Batches:
    """Stage 2."""
    return _singles(Cluster.objects.filter(site=site, status=Cluster.Status.NEW), limits.max_clusters)


def new_ideas(site: Site, limits: AutomationConfig) -> Batches:
    """Stage 3."""
    return _singles(ContentIdea.objects.filter(site=site, status=ContentIdea.Status.NEW), limits.max_ideas)


def queued_tasks(site: Site, limits: AutomationConfig) -> Batches:
    """Stage 4."""
    return _singles(Task.objects.filter(site=site, status=Task.Status.QUEUED), limits.max_tasks)


def drafts_without_images(site: Site, limits: AutomationConfig) -> Batches:
    """Stage 5."""
    drafts = Content.objects.filter(site=site, status=Content.Status.DRAFT, images__isnull=True)
    return _singles(drafts, limits.max_contents)


def pending_images(site: Site, limits: AutomationConfig) -> Batches:
    """Stage 6: one batch a content."""
    images = Image.objects.filter(site=site, status=Image.Status.PENDING).order_by("content_id", "position", "pk")
    rows = images.values_list("content_id", "pk")[: limits.max_images]
    return [[pk for _, pk in group] for _, group in groupby(rows, key=lambda row: row[0])]


def reviewed_contents(site: Site, limits: AutomationConfig) -> Batches:
    """Stage 7: written, illustrated, and not on the site yet."""
    contents = Content.objects.filter(site=site, status=Content.Status.REVIEW, external_id="")
    return _singles(contents, limits.max_contents)


def _ids(rows: QuerySet, limit: int) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def _singles(rows: QuerySet, limit: int) -> Batches:
    return [[pk] for pk in _ids(rows, limit)]
