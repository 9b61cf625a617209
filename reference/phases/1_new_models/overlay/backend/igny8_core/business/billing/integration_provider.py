"""The providers whose APIs we call, with their keys."""

from __future__ import annotations

from django.db import models

from igny8_core import columns


class IntegrationProvider(models.Model):
    """One provider of the installation. `config` holds what only this provider needs."""

    class ProviderType(models.TextChoices):
        TEXT = "text"
        IMAGE = "image"
        MIXED = "mixed"  # text and images

    provider_id = models.CharField(max_length=32, unique=True)
    display_name = columns.string()
    provider_type = columns.choice(ProviderType, ProviderType.TEXT)
    api_key = columns.string(500)
    is_active = columns.flag(True)
    config = columns.json_dict()
    created_at = columns.created()
    updated_at = columns.updated()

    class Meta:
        db_table = "igny8_integration_providers"

    def __str__(self) -> str:
        return self.provider_id
