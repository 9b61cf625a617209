"""The old prices hold; where the new ones differ, the log says so."""

from django.test import TestCase

from igny8_core.ai.model_registry import ModelRegistry
from igny8_core.business.billing.models import AIModelConfig, CreditCostConfig
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.tests.worlds import World

LOGGER = "igny8_core.business.billing.services.credit_service"


class TextComparisonTests(TestCase):
    def test_no_mismatch_without_a_rate_of_the_model(self):
        """No operation differs while the text models have no rate of their own."""
        with self.assertNoLogs(LOGGER, "WARNING"):
            for config in CreditCostConfig.objects.all():
                for tokens in (0, 1, 99, 100, 101, 4321):
                    CreditService.calculate_credits_from_tokens(config.operation_type, tokens, tokens, "gpt-5.1")

    def test_mismatch_is_logged_and_the_old_price_taken(self):
        """With a rate of 50 tokens, 500 tokens of clustering would cost 10 credits and not 4."""
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=50)
        world = World()
        with self.assertLogs(LOGGER, "WARNING") as logs:
            credits = CreditService.deduct_credits_for_operation(
                world.account, "clustering", tokens_input=300, tokens_output=200, model_used="gpt-5.1"
            )
        self.assertEqual((credits, world.balance()), (4, 96))
        self.assertEqual(
            [record.getMessage() for record in logs.records],
            ["[MIGRATION] Credit calc mismatch: clustering old=4 new=10 model=gpt-5.1 units=1 tokens=300+200"],
        )

    def test_a_rate_of_zero_is_none(self):
        """Nobody is divided by zero."""
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=0)
        with self.assertNoLogs(LOGGER, "WARNING"):
            self.assertEqual(CreditService.calculate_credits_from_tokens("clustering", 300, 200, "gpt-5.1"), 4)


class ImageComparisonTests(TestCase):
    def setUp(self):
        self.world = World()

    def deduct(self, model, units, amount):
        return CreditService.deduct_credits_for_operation(
            self.world.account, "image_generation", units=units, amount=amount, model_used=model
        )

    def test_tiers(self):
        """Four images would cost 20 and 60 credits by quality and premium; they are charged 4."""
        for model, new in (("dall-e-3", 20), ("google:4@2", 60)):
            with self.assertLogs(LOGGER, "WARNING") as logs:
                self.assertEqual(self.deduct(model, 4, 4), 4)
            expected = f"[MIGRATION] Credit calc mismatch: image_generation old=4 new={new} model={model} units=4 "
            self.assertEqual(logs.records[0].getMessage(), expected + "tokens=0+0")
        self.assertEqual(self.world.balance(), 92)

    def test_equal_and_unknown_prices_say_nothing(self):
        """Basic costs what it did; a model without a price keeps the old one."""
        with self.assertNoLogs(LOGGER, "WARNING"):
            self.deduct("runware:97@1", 4, 4)
            self.deduct("bria:10@1", 4, 4)

    def test_new_price(self):
        self.assertEqual(CreditService.calculate_credits_for_image_NEW("google:4@2", 2), 30)
        self.assertIsNone(CreditService.calculate_credits_for_image_NEW("bria:10@1", 2))


class DefaultModelTests(TestCase):
    def test_defaults(self):
        """They are those of the database."""
        names = [ModelRegistry.get_default_model_NEW(kind).model_name for kind in ("text", "image")]
        self.assertEqual(names, ["gpt-5.1", "runware:97@1"])

    def test_two_defaults(self):
        """Of two the first in order."""
        AIModelConfig.objects.filter(model_name="gpt-4o-mini").update(is_default=True, sort_order=0)
        self.assertEqual(ModelRegistry.get_default_model_NEW("text").model_name, "gpt-4o-mini")

    def test_none(self):
        AIModelConfig.objects.filter(model_type="image").update(is_active=False)
        self.assertIsNone(ModelRegistry.get_default_model_NEW("image"))
