"""What an account has chosen differently from the installation."""

from __future__ import annotations

from django.db import models

from igny8_core import columns
from igny8_core.auth.models import Account


class AccountAISettings(models.Model):
    """Overrides; null means: as in GlobalIntegrationSettings."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="ai_settings")
    text_model = models.CharField(max_length=100, null=True, blank=True)
    image_model = models.CharField(max_length=100, null=True, blank=True)
    image_style = models.CharField(max_length=100, null=True, blank=True)
    max_in_article_images = models.IntegerField(null=True, blank=True)
    temperature = models.FloatField(null=True, blank=True)
    created_at = columns.created()
    updated_at = columns.updated()

    class Meta:
        db_table = "igny8_account_ai_settings"

    @classmethod
    def for_account(cls, account: Account) -> AccountAISettings:
        """The account's overrides; an unsaved, empty row when it has none."""
        return cls.objects.filter(account=account).first() or cls(account=account)
