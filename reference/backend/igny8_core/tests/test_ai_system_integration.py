"""The AI system as a whole: its rows, registry, keys, prices and functions are there and fit together."""

from decimal import Decimal

from django.test import TestCase


class AIModelConfigTests(TestCase):
    """The models that we sell are in the database."""

    def test_text_models_exist(self):
        """gpt-5.1 and gpt-4o-mini are there, as text models."""
        from igny8_core.business.billing.models import AIModelConfig

        for name in ("gpt-5.1", "gpt-4o-mini"):
            model = AIModelConfig.objects.filter(model_name=name).first()
            self.assertIsNotNone(model, f"text model {name} is missing")
            self.assertEqual(model.model_type, "text")

    def test_image_models_exist(self):
        """The three image models are there, each with a price."""
        from igny8_core.business.billing.models import AIModelConfig

        for name in ("runware:97@1", "dall-e-3", "google:4@2"):
            model = AIModelConfig.objects.filter(model_name=name).first()
            self.assertIsNotNone(model, f"image model {name} is missing")
            self.assertEqual(model.model_type, "image")
            self.assertIsNotNone(model.cost_per_image, f"{name} has no cost_per_image")

    def test_default_text_model_exists(self):
        """Exactly one text model is the default: gpt-5.1."""
        from igny8_core.business.billing.models import AIModelConfig

        defaults = AIModelConfig.objects.filter(model_type="text", is_default=True, is_active=True)
        self.assertEqual([m.model_name for m in defaults], ["gpt-5.1"])

    def test_default_image_model_exists(self):
        """Exactly one image model is the default."""
        from igny8_core.business.billing.models import AIModelConfig

        self.assertEqual(AIModelConfig.objects.filter(model_type="image", is_default=True, is_active=True).count(), 1)


class ModelRegistryTests(TestCase):
    """Look-ups and costs."""

    def test_get_model_from_db(self):
        """A known text model is found under its name."""
        from igny8_core.ai.model_registry import ModelRegistry

        model = ModelRegistry.get_model("gpt-5.1")
        self.assertIsNotNone(model)
        name = model["model_name"] if isinstance(model, dict) else model.model_name
        self.assertEqual(name, "gpt-5.1")

    def test_get_image_model(self):
        """The image models are found."""
        from igny8_core.ai.model_registry import ModelRegistry

        for name in ("runware:97@1", "dall-e-3", "google:4@2"):
            self.assertIsNotNone(ModelRegistry.get_model(name), f"{name} is not found")

    def test_calculate_cost_text(self):
        """Tokens cost something."""
        from igny8_core.ai.model_registry import ModelRegistry

        cost = ModelRegistry.calculate_cost("gpt-5.1", input_tokens=1000, output_tokens=500)
        self.assertIsInstance(cost, (int, float, Decimal))
        self.assertGreater(cost, 0)

    def test_calculate_cost_image(self):
        """An image costs something."""
        from igny8_core.ai.model_registry import ModelRegistry

        cost = ModelRegistry.calculate_cost("dall-e-3", num_images=1)
        self.assertIsInstance(cost, (int, float, Decimal))
        self.assertGreater(cost, 0)


class APIKeyLoadingTests(TestCase):
    """AICore knows the installation's keys."""

    def test_openai_key_loads(self):
        """There is an OpenAI key of plausible length."""
        from igny8_core.ai.ai_core import AICore

        key = AICore().get_api_key("openai")
        self.assertIsNotNone(key, "no OpenAI key")
        self.assertGreater(len(key), 10)

    def test_runware_key_loads(self):
        """There is a Runware key."""
        from igny8_core.ai.ai_core import AICore

        self.assertIsNotNone(AICore().get_api_key("runware"), "no Runware key")


class CreditServiceTests(TestCase):
    """Prices in credits."""

    def test_calculate_credits_text_operation(self):
        """A text operation costs a positive whole number of credits."""
        from igny8_core.business.billing.services.credit_service import CreditService

        credits = CreditService.calculate_credits_from_tokens(
            "content_generation", tokens_input=1000, tokens_output=2000
        )
        self.assertIsInstance(credits, int)
        self.assertGreater(credits, 0)

    def test_calculate_credits_image_operation(self):
        """Without tokens an image costs the operation's minimum, at least one credit."""
        from igny8_core.business.billing.services.credit_service import CreditService

        credits = CreditService.calculate_credits_from_tokens("image_generation", tokens_input=0, tokens_output=0)
        self.assertIsInstance(credits, int)
        self.assertGreaterEqual(credits, 1)

    def test_credit_cost_config_exists(self):
        """Every operation of the pipeline has an active price."""
        from igny8_core.business.billing.models import CreditCostConfig

        operations = (
            "clustering",
            "idea_generation",
            "content_generation",
            "image_generation",
            "image_prompt_extraction",
        )
        for operation in operations:
            active = CreditCostConfig.objects.filter(operation_type=operation, is_active=True)
            self.assertTrue(active.exists(), f"{operation} has no price")


class AISettingsTests(TestCase):
    """Which model an account's operation uses."""

    def test_get_model_config_returns_config(self):
        """There is a model, a length and a temperature for every account."""
        from igny8_core.ai.settings import get_model_config
        from igny8_core.auth.models import Account

        config = get_model_config("content_generation", Account.objects.create(name="Northwind Coffee"))
        self.assertLessEqual({"model", "max_tokens", "temperature"}, config.keys())
        self.assertIsNotNone(config["model"])


class AIFunctionValidationTests(TestCase):
    """The functions can be imported and know their names."""

    def test_auto_cluster_function_loads(self):
        from igny8_core.ai.functions.auto_cluster import AutoClusterFunction

        function = AutoClusterFunction()
        self.assertEqual(function.get_name(), "auto_cluster")
        self.assertIsNotNone(function.get_metadata())

    def test_generate_ideas_function_loads(self):
        from igny8_core.ai.functions.generate_ideas import GenerateIdeasFunction

        self.assertEqual(GenerateIdeasFunction().get_name(), "generate_ideas")

    def test_generate_content_function_loads(self):
        from igny8_core.ai.functions.generate_content import GenerateContentFunction

        self.assertEqual(GenerateContentFunction().get_name(), "generate_content")

    def test_generate_images_function_loads(self):
        from igny8_core.ai.functions.generate_images import GenerateImagesFunction

        self.assertEqual(GenerateImagesFunction().get_name(), "generate_images")


class GlobalIntegrationSettingsTests(TestCase):
    """The settings row."""

    def test_singleton_loads(self):
        """There is one, and it is number 1."""
        from igny8_core.modules.system.global_settings_models import GlobalIntegrationSettings

        settings = GlobalIntegrationSettings.get_instance()
        self.assertIsNotNone(settings)
        self.assertEqual(settings.pk, 1)

    def test_image_settings_exist(self):
        """It says how images look and how many an article has."""
        from igny8_core.modules.system.global_settings_models import GlobalIntegrationSettings

        settings = GlobalIntegrationSettings.get_instance()
        self.assertIsNotNone(settings.image_style)
        self.assertIsNotNone(settings.max_in_article_images)
        self.assertGreater(settings.max_in_article_images, 0)


class AutomationServiceTests(TestCase):
    """Automation stands on the same functions."""

    def test_automation_service_imports(self):
        from igny8_core.business.automation.services.automation_service import AutomationService

        self.assertIsNotNone(AutomationService)
