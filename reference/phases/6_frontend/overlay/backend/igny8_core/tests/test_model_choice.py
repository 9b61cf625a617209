"""What the settings page offers can be saved."""

from django.test import TestCase
from rest_framework.test import APIClient

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.tests.worlds import World


class ModelChoiceTests(TestCase):
    def setUp(self):
        self.client = APIClient(headers={"Authorization": f"Bearer {World().token()}"})

    def save(self, **values):
        return self.client.put("/api/v1/system/settings/", values, format="json")

    def test_every_offered_model_can_be_saved(self):
        AIModelConfig.objects.create(model_name="runware:101@1", model_type="image", provider="runware")
        offered = self.client.get("/api/v1/system/ai-models/").json()["data"]
        for field, models in (("text_model", offered["text_models"]), ("image_model", offered["image_models"])):
            for model in models:
                answer = self.save(**{field: model["model_name"]})
                self.assertEqual(answer.status_code, 200, answer.content)
                self.assertEqual(answer.json()["data"][field], model["model_name"])
                self.assertEqual(answer.json()["data"]["effective"][field], model["model_name"])

    def test_others_cannot(self):
        """Unknown names, and models of the other kind, are refused."""
        for values in ({"image_model": "nobody:1@1"}, {"image_model": "gpt-5.1"}, {"text_model": "dall-e-3"}):
            answer = self.save(**values)
            self.assertEqual((answer.status_code, list(answer.json()["error"]["fields"])), (400, list(values)))

    def test_null_takes_back(self):
        self.save(image_model="dall-e-3")
        self.assertIsNone(self.save(image_model=None).json()["data"]["image_model"])
