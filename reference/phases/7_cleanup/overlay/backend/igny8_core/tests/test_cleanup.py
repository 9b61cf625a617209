"""Keys and models come from one place each, and what was chosen before is what holds."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import TestCase, TransactionTestCase

from igny8_core.ai.ai_core import AICore
from igny8_core.ai.engine import AIEngine
from igny8_core.ai.model_registry import ModelRegistry
from igny8_core.ai.settings import get_image_config, get_model_config
from igny8_core.business.billing.models import AIModelConfig, IntegrationProvider
from igny8_core.modules.system.models import AccountAISettings
from igny8_core.tests.worlds import World, providers

BEFORE, AFTER = ("system", "0002_seed_global_settings"), ("system", "0004_remove_keys_and_choices")


class ModelTests(TestCase):
    def setUp(self):
        self.account = World().account

    def test_defaults_are_those_of_the_database(self):
        AIModelConfig.objects.filter(model_type="text").update(is_default=False)
        AIModelConfig.objects.filter(model_name="gpt-4o-mini").update(is_default=True)
        self.assertEqual(get_model_config("generate_content", self.account)["model"], "gpt-4o-mini")
        image = get_image_config(self.account)
        self.assertEqual((image.model, image.provider), ("runware:97@1", "runware"))

    def test_own_choice(self):
        """It holds while the model is active and of the right type; else the default does."""
        own = AccountAISettings.objects.create(account=self.account, image_model="dall-e-3")
        self.assertEqual(get_image_config(self.account).model, "dall-e-3")
        AIModelConfig.objects.filter(model_name="dall-e-3").update(is_active=False)
        self.assertEqual(get_image_config(self.account).model, "runware:97@1")
        for name in ("bria:10@1", "gpt-5.1"):
            AccountAISettings.objects.filter(pk=own.pk).update(image_model=name)
            self.assertEqual(get_image_config(self.account).model, "runware:97@1")

    def test_no_default(self):
        """Nobody is asked, the task has failed, and nothing is charged."""
        AIModelConfig.objects.update(is_default=False)
        world = World()
        with providers([]) as post:
            result = AIEngine(world.account).execute("generate_content", {"ids": [world.task("One").pk]})
        self.assertEqual([e["code"] for e in result["errors"]], ["bad_request"])
        self.assertFalse(post.called)
        self.assertEqual(world.balance(), 100)

    def test_unknown_models_have_no_rates(self):
        for name in ("gpt-4o", "dall-e-2"):
            self.assertIsNone(ModelRegistry.get_model(name))
            self.assertEqual(ModelRegistry.calculate_cost(name, input_tokens=1000, num_images=1), 0)


class KeyTests(TestCase):
    def test_only_active_providers_with_a_key(self):
        IntegrationProvider.objects.filter(provider_id="openai").update(is_active=False)
        IntegrationProvider.objects.filter(provider_id="runware").update(api_key="")
        core = AICore()
        self.assertEqual((core.get_api_key("openai"), core.get_api_key("runware")), (None, None))


class MigrationTests(TransactionTestCase):
    """Forward from what phase 6 can hold, and back."""

    serialized_rollback = True

    def setUp(self):
        self.addCleanup(self.migrate, AFTER)
        self.old = self.migrate(BEFORE)
        self.settings = self.old.get_model("system", "GlobalIntegrationSettings").objects

    @staticmethod
    def migrate(target):
        executor = MigrationExecutor(connection)
        executor.migrate([target])
        return MigrationExecutor(connection).loader.project_state([target]).apps

    def provider(self, name):
        return IntegrationProvider.objects.get(provider_id=name)

    def default(self, kind):
        return list(AIModelConfig.objects.filter(model_type=kind, is_default=True).values_list("model_name", flat=True))

    def everything(self):
        """All rows of the three tables, but for times."""
        tables = (self.settings, IntegrationProvider.objects, AIModelConfig.objects)
        rows = [row for table in tables for row in table.order_by("pk").values()]
        return [{k: v for k, v in row.items() if k not in ("updated_at", "created_at")} for row in rows]

    def there_and_back(self):
        before = self.everything()
        self.migrate(AFTER)
        self.migrate(BEFORE)
        self.assertEqual(self.everything(), before)

    def test_fresh(self):
        """bria:10@1 is no AIModelConfig: the default stays."""
        self.migrate(AFTER)
        self.assertEqual((self.default("text"), self.default("image")), (["gpt-5.1"], ["runware:97@1"]))
        self.migrate(BEFORE)
        self.there_and_back()

    def test_choices_become_defaults(self):
        """The models that the settings chose are the defaults; on the way back all is as it was."""
        self.settings.update(openai_model="gpt-4o-mini", default_image_service="openai", runware_model="google:4@2")
        self.there_and_back()
        self.migrate(AFTER)
        self.assertEqual((self.default("text"), self.default("image")), (["gpt-4o-mini"], ["dall-e-3"]))

    def test_key_in_use_stays_in_use(self):
        """A provider without a key, and one that is off, were served by the settings; a missing one too."""
        IntegrationProvider.objects.filter(provider_id="openai").update(is_active=False, api_key="sk-unused-provider")
        IntegrationProvider.objects.filter(provider_id="runware").delete()
        self.settings.update(openai_api_key="sk-in-use", runware_api_key="rw-in-use", anthropic_api_key="an-unused")
        self.there_and_back()
        self.migrate(AFTER)
        core = AICore()
        self.assertEqual((core.get_api_key("openai"), core.get_api_key("runware")), ("sk-in-use", "rw-in-use"))
        anthropic = self.provider("anthropic")
        self.assertEqual((anthropic.api_key, anthropic.is_active), ("an-unused", False))
        self.assertFalse(IntegrationProvider.objects.filter(provider_id="bria").exists())

    def test_provider_key_wins(self):
        """Where both have a key phase 6 used the provider's; the other comes back on the way back, blank or not."""
        IntegrationProvider.objects.filter(provider_id="openai").update(api_key="sk-provider", config={"region": "eu"})
        self.settings.update(openai_api_key="sk-settings", runware_api_key="")
        self.there_and_back()
        self.migrate(AFTER)
        self.assertEqual(AICore().get_api_key("openai"), "sk-provider")
        self.assertEqual(self.provider("openai").config["region"], "eu")

    def test_rotated_key_goes_back(self):
        """The key that works at phase 7 is the one that phase 6 finds in the settings."""
        self.migrate(AFTER)
        IntegrationProvider.objects.filter(provider_id="openai").update(api_key="sk-rotated")
        self.migrate(BEFORE)
        self.assertEqual(self.settings.get().openai_api_key, "sk-rotated")

    def test_no_settings_row(self):
        """Nothing to move, nothing to restore."""
        self.settings.all().delete()
        self.there_and_back()
