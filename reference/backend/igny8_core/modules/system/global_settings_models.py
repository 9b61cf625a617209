"""Provider keys and default models of the whole installation, in one row."""

from __future__ import annotations

from django.db import models

from igny8_core import columns


class GlobalIntegrationSettings(models.Model):
    """A singleton (pk 1): what every account uses unless its own settings say otherwise."""

    OPENAI_MODEL_CHOICES = [
        ("gpt-5.1", "GPT-5.1"),
        ("gpt-4o-mini", "GPT-4o mini"),
    ]
    DALLE_MODEL_CHOICES = [
        ("dall-e-3", "DALL-E 3"),
    ]
    RUNWARE_MODEL_CHOICES = [
        ("runware:97@1", "HiDream-I1 Full (basic)"),
        ("bria:10@1", "Bria 3.2 (quality)"),
        ("google:4@2", "Nano Banana Pro (premium)"),
    ]
    TEXT_PROVIDER_CHOICES = [
        ("openai", "OpenAI"),
        ("anthropic", "Anthropic"),
    ]
    IMAGE_SERVICE_CHOICES = [
        ("openai", "OpenAI DALL-E"),
        ("runware", "Runware"),
    ]

    openai_api_key = columns.string(500)
    anthropic_api_key = columns.string(500)
    bria_api_key = columns.string(500)
    runware_api_key = columns.string(500)

    default_text_provider = columns.string(32, "openai", choices=TEXT_PROVIDER_CHOICES)
    openai_model = columns.string(100, "gpt-5.1", choices=OPENAI_MODEL_CHOICES)
    openai_temperature = models.FloatField(default=0.7, db_default=0.7)
    openai_max_tokens = columns.integer(8192)

    default_image_service = columns.string(32, "runware", choices=IMAGE_SERVICE_CHOICES)
    dalle_model = columns.string(100, "dall-e-3", choices=DALLE_MODEL_CHOICES)
    runware_model = columns.string(100, "bria:10@1", choices=RUNWARE_MODEL_CHOICES)
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
