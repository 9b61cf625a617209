"""How the whole installation writes and draws, in one row. Models are in AIModelConfig, keys in IntegrationProvider."""

from __future__ import annotations

from django.db import models

from igny8_core import columns


class GlobalIntegrationSettings(models.Model):
    """A singleton (pk 1): what every account uses unless its own settings say otherwise."""

    openai_temperature = models.FloatField(default=0.7, db_default=0.7)
    openai_max_tokens = columns.integer(8192)

    image_style = columns.string(100, "photorealistic")
    image_quality = columns.string(32, "standard")
    max_in_article_images = columns.integer(3)

    updated_at = columns.updated()

    class Meta:
        db_table = "igny8_global_integration_settings"

    def save(self, *args: object, **kwargs: object) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def get_instance(cls) -> GlobalIntegrationSettings:
        """The row, made with defaults if it is missing."""
        return cls.objects.get_or_create(pk=1)[0]
