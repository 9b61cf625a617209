"""GET /api/v1/system/ai-models/."""

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from igny8_core.ai.settings import get_model_config
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.models import AccountAISettings
from igny8_core.tests.worlds import World

URL = "/api/v1/system/ai-models/"


class AIModelsTests(TestCase):
    def setUp(self):
        self.world = World()
        self.client = APIClient(headers={"Authorization": f"Bearer {self.world.token()}"})

    def data(self):
        answer = self.client.get(URL)
        self.assertEqual((answer.status_code, answer.json()["success"]), (200, True))
        return answer.json()["data"]

    def test_models(self):
        """The active models, in order, with prices as text and credits as numbers."""
        data = self.data()
        self.assertEqual(set(data), {"text_models", "image_models", "image_settings"})
        self.assertEqual([m["model_name"] for m in data["text_models"]], ["gpt-5.1", "gpt-4o-mini"])
        self.assertEqual([m["is_default"] for m in data["text_models"]], [True, False])
        self.assertEqual(data["text_models"][0]["output_cost_per_1m"], "10.0000")
        self.assertEqual(
            [(m["model_name"], m["quality_tier"], m["credits_per_image"]) for m in data["image_models"]],
            [("runware:97@1", "basic", 1), ("dall-e-3", "quality", 5), ("google:4@2", "premium", 15)],
        )
        self.assertEqual(data["image_models"][1]["cost_per_image"], "0.0400")

    def test_order_and_activity(self):
        """By sort_order, then by name; an inactive model is not there."""
        AIModelConfig.objects.filter(model_type="image").update(sort_order=0)
        AIModelConfig.objects.filter(model_name="google:4@2").update(is_active=False)
        self.assertEqual([m["model_name"] for m in self.data()["image_models"]], ["dall-e-3", "runware:97@1"])

    def defaults(self, kind):
        return [m["model_name"] for m in self.data()[f"{kind}_models"] if m["is_default"]]

    def assertNoDefault(self, kind):
        answer = self.client.get(URL)
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (503, "no_default_model"))
        self.assertEqual(answer.json()["error"]["fields"], {"model_type": kind})

    def test_one_of_several_defaults(self):
        """The one that is served where an account chose nothing; an account's own choice makes nothing a default."""
        AIModelConfig.objects.filter(model_name__in=("gpt-4o-mini", "google:4@2")).update(is_default=True)
        AccountAISettings.objects.create(account=self.world.account, text_model="gpt-4o-mini", image_model="google:4@2")
        self.assertEqual(
            self.defaults("text"), [get_model_config("content_generation", World("Other").account)["model"]]
        )
        self.assertEqual(self.defaults("image"), ["runware:97@1"])
        AIModelConfig.objects.filter(model_name="google:4@2").update(sort_order=-1)
        self.assertEqual(self.defaults("image"), ["google:4@2"])

    def test_no_default(self):
        """An error that says for which type, whether the default is inactive, unmarked or no model is there."""
        AIModelConfig.objects.filter(model_name="runware:97@1").update(is_active=False)
        self.assertNoDefault("image")
        AIModelConfig.objects.filter(model_name="runware:97@1").update(is_active=True, is_default=False)
        self.assertNoDefault("image")
        AIModelConfig.objects.all().delete()
        self.assertNoDefault("text")

    def test_own_settings_only(self):
        """The caller's overrides count, another account's do not."""
        AccountAISettings.objects.create(account=World("Other").account, image_style="sketch", image_model="dall-e-3")
        self.assertEqual(self.data()["image_settings"]["image_style"], "photorealistic")
        AccountAISettings.objects.create(account=self.world.account, image_model="google:4@2", max_in_article_images=0)
        settings = self.data()["image_settings"]
        self.assertEqual((settings["image_model"], settings["image_provider"]), ("google:4@2", "runware"))
        self.assertEqual(settings["max_in_article_images"], 0)

    def test_no_keys(self):
        text = self.client.get(URL).content.decode()
        self.assertNotIn("api_key", text)
        for key in ("sk-", "rw-"):
            self.assertNotIn(f'"{key}', text)

    def test_queries_do_not_grow_with_models(self):
        """Fifty more models cost no more queries."""
        self.data()
        with CaptureQueriesContext(connection) as few:
            self.data()
        AIModelConfig.objects.bulk_create(
            AIModelConfig(model_name=f"m{n}", model_type="image", provider="runware") for n in range(50)
        )
        with CaptureQueriesContext(connection) as many:
            self.assertEqual(len(self.data()["image_models"]), 53)
        self.assertEqual(len(many), len(few))

    def test_statuses(self):
        """401 without a token, 405 for other methods, 406 for other formats."""
        answer = APIClient().get(URL)
        self.assertEqual((answer.status_code, answer.headers["WWW-Authenticate"]), (401, "Bearer"))
        answer = self.client.post(URL, {}, format="json")
        self.assertEqual((answer.status_code, answer.headers["Allow"]), (405, "GET, HEAD, OPTIONS"))
        self.assertEqual(self.client.get(URL, headers={"Accept": "text/html"}).status_code, 406)
