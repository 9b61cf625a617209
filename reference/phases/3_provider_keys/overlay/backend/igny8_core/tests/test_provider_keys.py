"""Keys come from IntegrationProvider, and from GlobalIntegrationSettings where that has none."""

from importlib import import_module

from django.apps import apps
from django.test import TestCase

from igny8_core.ai.ai_core import AICore
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.modules.system.models import GlobalIntegrationSettings

LOGGER = "igny8_core.ai.ai_core"
sync = import_module("igny8_core.business.billing.migrations.0005_sync_provider_keys").sync


class KeyLoadingTests(TestCase):
    def setUp(self):
        GlobalIntegrationSettings.objects.update(openai_api_key="sk-old", runware_api_key="rw-old")
        IntegrationProvider.objects.filter(provider_id="openai").update(api_key="sk-new")
        IntegrationProvider.objects.filter(provider_id="runware").update(api_key="rw-new")

    def load(self):
        with self.assertLogs(LOGGER, "INFO") as logs:
            core = AICore()
        return core.get_api_key("openai"), core.get_api_key("runware"), [r.getMessage() for r in logs.records]

    def test_providers_first(self):
        openai, runware, lines = self.load()
        self.assertEqual((openai, runware), ("sk-new", "rw-new"))
        self.assertEqual(
            lines,
            [
                "[MIGRATION] Loaded OpenAI key from IntegrationProvider",
                "[MIGRATION] Loaded Runware key from IntegrationProvider",
            ],
        )

    def test_fallback(self):
        """A provider that is inactive, has no key, or is not there: the old key."""
        IntegrationProvider.objects.filter(provider_id="runware").delete()
        for change in ({"is_active": False}, {"is_active": True, "api_key": ""}):
            IntegrationProvider.objects.filter(provider_id="openai").update(**change)
            openai, runware, lines = self.load()
            self.assertEqual((openai, runware), ("sk-old", "rw-old"))
            self.assertEqual(
                lines,
                [
                    "[MIGRATION] Loaded OpenAI key from GlobalIntegrationSettings (fallback)",
                    "[MIGRATION] Loaded Runware key from GlobalIntegrationSettings (fallback)",
                ],
            )

    def test_no_key_anywhere(self):
        IntegrationProvider.objects.all().delete()
        GlobalIntegrationSettings.objects.update(openai_api_key="", runware_api_key="")
        self.assertIsNone(AICore().get_api_key("openai"))

    def test_sync_takes_the_key_in_use(self):
        """A key rotated in the settings since the copy was made is carried over; a blank one is not."""
        GlobalIntegrationSettings.objects.update(runware_api_key="")
        sync(apps, None)
        self.assertEqual(self.load()[:2], ("sk-old", "rw-new"))
