"""The new rows: image prices by tier, and providers with the keys in use."""

from importlib import import_module

from django.apps import apps
from django.test import TestCase

from igny8_core.business.billing.models import AIModelConfig, IntegrationProvider

populate = import_module("igny8_core.business.billing.migrations.0004_populate_providers_and_prices").populate


class ImagePriceTests(TestCase):
    def test_one_price_a_tier(self):
        """1, 5 and 15 credits an image for basic, quality and premium."""
        rows = AIModelConfig.objects.filter(model_type="image").order_by("sort_order")
        self.assertEqual(
            [(m.model_name, m.quality_tier, m.credits_per_image) for m in rows],
            [("runware:97@1", "basic", 1), ("dall-e-3", "quality", 5), ("google:4@2", "premium", 15)],
        )

    def test_text_models_keep_the_rates_of_operations(self):
        """No text model has a rate of its own."""
        rows = AIModelConfig.objects.filter(model_type="text")
        self.assertEqual(set(rows.values_list("tokens_per_credit", "credits_per_image", "quality_tier")), {(None,) * 3})

    def test_populating_again_changes_nothing_that_was_set(self):
        """A price set by hand stays, a missing one is filled in."""
        AIModelConfig.objects.filter(model_name="dall-e-3").update(credits_per_image=7, quality_tier=None)
        populate(apps, None)
        model = AIModelConfig.objects.get(model_name="dall-e-3")
        self.assertEqual((model.credits_per_image, model.quality_tier), (7, "quality"))


class ProviderTests(TestCase):
    def test_keys_are_there(self):
        """OpenAI and Runware are there, active, each with a key of its own."""
        keys = dict(IntegrationProvider.objects.filter(is_active=True).values_list("provider_id", "api_key"))
        self.assertEqual(set(keys), {"openai", "runware"})
        self.assertTrue(all(keys.values()))
        self.assertNotEqual(keys["openai"], keys["runware"])

    def test_names_show_no_key(self):
        """A provider prints as its id."""
        self.assertEqual(str(IntegrationProvider(provider_id="openai", api_key="sk-secret")), "openai")

    def test_without_settings(self):
        """Without keys in the settings the providers are made without."""
        IntegrationProvider.objects.all().delete()
        populate(apps, None)
        self.assertEqual(
            set(IntegrationProvider.objects.values_list("provider_id", "api_key")), {("openai", ""), ("runware", "")}
        )
