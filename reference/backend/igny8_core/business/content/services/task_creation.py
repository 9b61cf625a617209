"""An idea becomes a task for the writer."""

from __future__ import annotations

from django.db import transaction

from igny8_core.business.content.models import Task
from igny8_core.business.planning.models import ContentIdea


@transaction.atomic
def queue_idea(idea_id: int) -> Task | None:
    """Make the task of a new idea; None if the idea is queued already."""
    if not ContentIdea.objects.filter(pk=idea_id, status=ContentIdea.Status.NEW).update(
        status=ContentIdea.Status.QUEUED
    ):
        return None
    idea = ContentIdea.objects.get(pk=idea_id)
    return Task.objects.create(
        account_id=idea.account_id,
        site_id=idea.site_id,
        sector_id=idea.sector_id,
        cluster_id=idea.cluster_id,
        idea=idea,
        title=idea.title,
        description=idea.description,
        keywords=idea.target_keywords,
        content_type=idea.content_type,
        content_structure=idea.content_structure,
        word_count=idea.estimated_word_count,
    )
