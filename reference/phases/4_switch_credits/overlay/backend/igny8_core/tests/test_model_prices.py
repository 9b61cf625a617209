"""Images cost what their model costs; text costs what its operation costs, until a model has a rate of its own."""

from django.test import TestCase

from igny8_core.ai.tasks import process_image_generation_queue
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig, CreditCostConfig, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.modules.system.models import AccountAISettings
from igny8_core.tests.worlds import World, providers, response, runware

SERVICE = "igny8_core.business.billing.services.credit_service"


class ImagePriceTests(TestCase):
    def setUp(self):
        self.world = World(credits=100)
        self.content = self.world.content()
        self.images = [self.world.image(self.content, n) for n in (1, 2, 3)]

    def draw(self, model, answers=None):
        AccountAISettings.objects.update_or_create(account=self.world.account, defaults={"image_model": model})
        with providers(answers or runware()) as post:
            result = process_image_generation_queue(
                [image.pk for image in self.images], self.world.account.pk, self.content.pk
            )
        return result, post

    def test_basic(self):
        self.assertEqual(self.draw("runware:97@1")[0]["credits_used"], 3)
        self.assertEqual(self.world.balance(), 97)

    def test_quality(self):
        drawn = response(200, {"data": [{"url": "https://im.example/1.png"}]})
        self.assertEqual(self.draw("dall-e-3", [drawn] * 3)[0]["credits_used"], 15)
        self.assertEqual(self.world.balance(), 85)

    def test_premium(self):
        self.assertEqual(self.draw("google:4@2")[0]["credits_used"], 45)
        usage = CreditUsageLog.objects.get()
        self.assertEqual((usage.credits_used, usage.model_used, usage.metadata["units"]), (45, "google:4@2", 3))

    def test_unknown_model_costs_what_it_did(self):
        """bria:10@1 is no AIModelConfig: CreditCostConfig's minimum, and the log says so."""
        with self.assertLogs(SERVICE, "WARNING") as logs:
            self.assertEqual(CreditService.calculate_credits_for_image("bria:10@1", 3), 3)
        self.assertEqual(
            logs.records[0].getMessage(),
            "[MIGRATION] No credits_per_image for bria:10@1: priced by CreditCostConfig.image_generation (fallback)",
        )

    def test_model_without_a_price(self):
        """Null, nought and inactive mean: no price of its own."""
        for change in ({"credits_per_image": None}, {"credits_per_image": 0}, {"is_active": False}):
            AIModelConfig.objects.filter(model_name="dall-e-3").update(credits_per_image=5, is_active=True)
            AIModelConfig.objects.filter(model_name="dall-e-3").update(**change)
            self.assertEqual(CreditService.calculate_credits_for_image("dall-e-3", 2), 2)

    def test_pre_check_asks_for_the_new_price(self):
        """14 credits do not cover three quality images: nothing is drawn, nothing charged."""
        Account.objects.update(credits=14)
        result, post = self.draw("dall-e-3")
        self.assertEqual(result["errors"][0]["code"], "insufficient_credits")
        self.assertFalse(post.called)
        self.assertEqual(self.world.balance(), 14)


class TextPriceTests(TestCase):
    def price(self, tokens, model="gpt-5.1"):
        return CreditService.calculate_credits_from_tokens("clustering", tokens, 0, model)

    def test_as_before_without_a_rate(self):
        """Every operation costs by its own rate."""
        for config in CreditCostConfig.objects.all():
            for tokens in (0, 1, 299, 300, 301, 4321):
                expected = max(config.min_credits, -(-tokens // config.tokens_per_credit))
                credits = CreditService.calculate_credits_from_tokens(config.operation_type, tokens, 0, "gpt-5.1")
                self.assertEqual(credits, expected)

    def test_rate_of_the_model(self):
        """50 tokens a credit: 500 tokens cost 10; the minimum stays the operation's; other models are not touched."""
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=50)
        self.assertEqual((self.price(500), self.price(1), self.price(500, "gpt-4o-mini")), (10, 2, 4))
        self.assertEqual(CreditService.calculate_credits_from_tokens("clustering", 500, 0), 4)

    def test_deduction_uses_it(self):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=50)
        world = World()
        CreditService.deduct_credits_for_operation(
            world.account, "clustering", tokens_input=300, tokens_output=200, model_used="gpt-5.1"
        )
        self.assertEqual(world.balance(), 90)
