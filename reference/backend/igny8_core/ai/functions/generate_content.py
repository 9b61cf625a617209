"""A task -> a written content, one call a task."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from igny8_core.ai import prompts
from igny8_core.ai.functions.interface import (
    AIFunction,
    Batch,
    comma_list,
    json_object,
    string_of,
    strings_of,
    word_count,
)
from igny8_core.auth.models import Account
from igny8_core.business.content.models import Content, Task
from igny8_core.business.planning.models import ContentIdea


class GenerateContentFunction(AIFunction):
    name = "generate_content"
    display_name = "Content generation"
    description = "Writes each task as a post, a page, a product or a service text."

    def queryset(self, account: Account) -> QuerySet[Task]:
        return Task.objects.filter(account=account).select_related("site", "sector", "cluster", "idea")

    def prepare(self, payload: dict[str, Any], account: Account) -> list[Batch]:
        return [Batch(account, [t], t.title, "task", t.pk) for t in self.rows(payload, account)]

    def claim(self, batch: Batch) -> bool:
        """Take the task, unless somebody else is writing it or has written it."""
        open_ = Task.objects.filter(pk=batch.related_id, status__in=[Task.Status.QUEUED, Task.Status.FAILED])
        return open_.update(status=Task.Status.IN_PROGRESS, error="") == 1

    def build_prompt(self, batch: Batch) -> prompts.Prompt:
        (task,) = batch.items
        return prompts.content(
            task.site.name,
            task.sector.name,
            task.title,
            task.description,
            task.content_type,
            task.content_structure,
            task.cluster.name if task.cluster else "",
            comma_list(task.keywords),
            task.word_count,
        )

    def parse_response(self, text: str) -> dict[str, Any]:
        answer = json_object(text)
        return {
            "title": string_of(answer, "title", required=True)[:255],
            "content_html": string_of(answer, "content_html", required=True),
            "meta_title": string_of(answer, "meta_title")[:255],
            "meta_description": string_of(answer, "meta_description"),
            "primary_keyword": string_of(answer, "primary_keyword")[:255],
            "secondary_keywords": strings_of(answer, "secondary_keywords"),
            "tags": strings_of(answer, "tags"),
            "categories": strings_of(answer, "categories"),
        }

    def save_output(self, parsed: dict[str, Any], batch: Batch) -> int:
        (task,) = batch.items
        Content.objects.create(
            account=batch.account,
            site=task.site,
            sector=task.sector,
            task=task,
            content_type=task.content_type,
            word_count=word_count(parsed["content_html"]),
            **parsed,
        )
        Task.objects.filter(pk=task.pk).update(status=Task.Status.COMPLETED, error="")
        if task.idea_id:
            ContentIdea.objects.filter(pk=task.idea_id).update(status=ContentIdea.Status.COMPLETED)
        return 1

    def fail(self, batch: Batch, error: str) -> None:
        Task.objects.filter(pk=batch.related_id).update(status=Task.Status.FAILED, error=error)
