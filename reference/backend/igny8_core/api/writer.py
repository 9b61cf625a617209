"""Writer page: tasks, contents, images."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.ai.functions.generate_images import GenerateImagesFunction
from igny8_core.ai.tasks import process_image_generation_queue
from igny8_core.api.dispatch import accepted, send
from igny8_core.api.views import TenantListView, TenantView, row_id
from igny8_core.business.content.models import Content, Image, Task
from igny8_core.business.planning.models import ContentType


class TaskSerializer(serializers.ModelSerializer):
    class Meta:
        model = Task
        fields = [
            "id",
            "site_id",
            "sector_id",
            "cluster_id",
            "idea_id",
            "title",
            "description",
            "keywords",
            "content_type",
            "content_structure",
            "word_count",
            "status",
            "error",
            "created_at",
        ]


class ContentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Content
        fields = [
            "id",
            "site_id",
            "sector_id",
            "task_id",
            "title",
            "content_html",
            "word_count",
            "meta_title",
            "meta_description",
            "primary_keyword",
            "secondary_keywords",
            "tags",
            "categories",
            "content_type",
            "status",
            "source",
            "external_id",
            "external_url",
            "internal_links",
            "optimizer_version",
            "optimization_scores",
            "created_at",
        ]


class ImageSerializer(serializers.ModelSerializer):
    class Meta:
        model = Image
        fields = [
            "id",
            "site_id",
            "content_id",
            "image_type",
            "position",
            "prompt",
            "image_url",
            "model",
            "provider",
            "status",
            "error",
            "created_at",
        ]


class TaskList(TenantListView):
    queryset = Task.objects.all()
    serializer_class = TaskSerializer


class ContentList(TenantListView):
    queryset = Content.objects.all()
    serializer_class = ContentSerializer


class ImageList(TenantListView):
    queryset = Image.objects.all()
    serializer_class = ImageSerializer
    filters = ("site_id", "status", "content_id")


class AutoGenerateContent(TenantView):
    """The "Generate", "Generate Product" and "Generate Service" buttons."""

    def post(self, request: Request) -> Response:
        ids = self.ids()
        tasks = list(self.owned(Task.objects.filter(pk__in=ids)))
        if any(t.status in (Task.Status.IN_PROGRESS, Task.Status.COMPLETED) for t in tasks):
            raise ValidationError({"ids": ["Some tasks are being written or written already."]})
        content_type = self.body().get("content_type")
        if content_type is not None:
            if content_type not in ContentType.values:
                raise ValidationError({"content_type": [f"One of {', '.join(ContentType.values)}."]})
            if any(t.content_type != content_type for t in tasks):
                raise ValidationError({"ids": [f"Some tasks are not of type {content_type}."]})
        return accepted(self.run_function("generate_content", ids))


class GenerateImagePrompts(TenantView):
    """The "Extract Prompts" button."""

    def post(self, request: Request) -> Response:
        return accepted(self.run_function("generate_image_prompts", self.ids()))


class GenerateImages(TenantView):
    """The "Generate Images" button."""

    def post(self, request: Request) -> Response:
        payload = {"ids": sorted(set(self.ids())), "content_id": None}
        if self.body().get("content_id") is not None:
            payload["content_id"] = row_id(self.body()["content_id"], "content_id")
        GenerateImagesFunction().validate(payload, self.account)
        owners = self.owned(Image.objects.filter(pk__in=payload["ids"])).values_list("content_id", flat=True).distinct()
        content_id = owners[0] if len(owners) == 1 else None
        return accepted(
            send(
                process_image_generation_queue,
                self.account,
                payload["ids"],
                self.account.pk,
                content_id=content_id,
            )
        )
