"""From tasks to pages: Task -> Content -> Image."""

from __future__ import annotations

from django.db import models

from igny8_core import columns
from igny8_core.auth.models import Sector, Site, TenantModel
from igny8_core.business.planning.models import Cluster, ContentIdea, ContentType


class Task(TenantModel):
    """A text to be written."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        IN_PROGRESS = "in_progress"
        COMPLETED = "completed"
        FAILED = "failed"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="tasks")
    sector = models.ForeignKey(Sector, on_delete=models.CASCADE, related_name="tasks")
    cluster = models.ForeignKey(Cluster, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks")
    idea = models.ForeignKey(ContentIdea, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks")
    title = models.CharField(max_length=255)
    description = columns.text()
    keywords = columns.text()  # comma-separated
    content_type = columns.choice(ContentType, ContentType.POST)
    content_structure = columns.string(64, "article")
    word_count = columns.integer(1000)  # how long the text should be
    status = columns.choice(Status, Status.QUEUED)
    error = columns.text()

    class Meta:
        db_table = "igny8_tasks"

    def __str__(self) -> str:
        return self.title


class Content(TenantModel):
    """A written text. In review once its images are drawn, published once it is on the site."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        REVIEW = "review"
        PUBLISHED = "published"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="contents")
    sector = models.ForeignKey(Sector, on_delete=models.SET_NULL, null=True, blank=True, related_name="contents")
    task = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, blank=True, related_name="contents")
    title = models.CharField(max_length=255)
    content_html = columns.text()
    word_count = columns.integer()
    meta_title = columns.string()
    meta_description = columns.text()
    primary_keyword = columns.string()
    secondary_keywords = columns.json_list()
    tags = columns.json_list()
    categories = columns.json_list()
    content_type = columns.choice(ContentType, ContentType.POST)
    status = columns.choice(Status, Status.DRAFT)
    source = columns.string(32, "igny8")
    external_id = columns.string(64)
    external_url = columns.string(500)
    internal_links = columns.json_list()
    optimizer_version = columns.integer()
    optimization_scores = columns.json_dict()

    class Meta:
        db_table = "igny8_content"

    def __str__(self) -> str:
        return self.title


class Image(TenantModel):
    """A picture of a content: first only its prompt, then drawn."""

    class Type(models.TextChoices):
        FEATURED = "featured"
        IN_ARTICLE = "in_article"

    class Status(models.TextChoices):
        PENDING = "pending"
        GENERATING = "generating"
        GENERATED = "generated"
        FAILED = "failed"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="images")
    content = models.ForeignKey(Content, on_delete=models.CASCADE, related_name="images")
    image_type = columns.choice(Type, Type.IN_ARTICLE)
    position = columns.integer()
    prompt = columns.text()
    image_url = columns.text()
    model = columns.string(100)
    provider = columns.string(32)
    cost_usd = models.DecimalField(max_digits=10, decimal_places=6, null=True, blank=True)
    status = columns.choice(Status, Status.PENDING)
    error = columns.text()

    class Meta:
        db_table = "igny8_images"
