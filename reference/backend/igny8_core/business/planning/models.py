"""From keywords to ideas: Keyword -> Cluster -> ContentIdea."""

from __future__ import annotations

from django.db import models

from igny8_core import columns
from igny8_core.auth.models import Sector, Site, TenantModel


class ContentType(models.TextChoices):
    """What kind of page a text is; chooses the prompt it is written with."""

    POST = "post"
    PAGE = "page"
    PRODUCT = "product"
    SERVICE = "service"


class Cluster(TenantModel):
    """Keywords that one page could answer. Mapped once ideas exist for it."""

    class Status(models.TextChoices):
        NEW = "new"
        MAPPED = "mapped"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="clusters")
    sector = models.ForeignKey(Sector, on_delete=models.CASCADE, related_name="clusters")
    name = models.CharField(max_length=255)
    description = columns.text()
    keywords_count = columns.integer()
    volume = columns.integer()
    status = columns.choice(Status, Status.NEW)

    class Meta:
        db_table = "igny8_clusters"

    def __str__(self) -> str:
        return self.name


class Keyword(TenantModel):
    """A search phrase. Mapped once it belongs to a cluster."""

    class Intent(models.TextChoices):
        INFORMATIONAL = "informational"
        COMMERCIAL = "commercial"
        TRANSACTIONAL = "transactional"
        NAVIGATIONAL = "navigational"

    class Status(models.TextChoices):
        NEW = "new"
        MAPPED = "mapped"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="keywords")
    sector = models.ForeignKey(Sector, on_delete=models.CASCADE, related_name="keywords")
    keyword = models.TextField()
    volume = columns.integer()
    difficulty = columns.integer()
    intent = columns.choice(Intent, Intent.INFORMATIONAL)
    cluster = models.ForeignKey(Cluster, on_delete=models.SET_NULL, null=True, blank=True, related_name="keywords")
    status = columns.choice(Status, Status.NEW)

    class Meta:
        db_table = "igny8_keywords"

    def __str__(self) -> str:
        return self.keyword


class ContentIdea(TenantModel):
    """A proposed text. Queued once a writing task exists, completed once it is written."""

    class Status(models.TextChoices):
        NEW = "new"
        QUEUED = "queued"
        COMPLETED = "completed"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="ideas")
    sector = models.ForeignKey(Sector, on_delete=models.CASCADE, related_name="ideas")
    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, null=True, blank=True, related_name="ideas")
    title = models.CharField(max_length=255)
    description = columns.text()
    content_type = columns.choice(ContentType, ContentType.POST)
    content_structure = columns.string(64, "article")
    target_keywords = columns.text()  # comma-separated
    estimated_word_count = columns.integer(1000)
    status = columns.choice(Status, Status.NEW)

    class Meta:
        db_table = "igny8_content_ideas"

    def __str__(self) -> str:
        return self.title
