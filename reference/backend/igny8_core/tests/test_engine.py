"""The engine and the image queue: what is written, and what is charged."""

import requests
from django.test import TestCase

from igny8_core.ai.engine import AIEngine
from igny8_core.ai.tasks import process_image_generation_queue
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.business.content.models import Content, Image, Task
from igny8_core.business.planning.models import Cluster, Keyword
from igny8_core.tests.worlds import World, article, chat, providers, response, runware


class EngineTests(TestCase):
    def setUp(self):
        self.world = World()

    def execute(self, name, rows):
        return AIEngine(self.world.account).execute(name, {"ids": [row.pk for row in rows]})

    def test_clustering(self):
        """Keywords are spread over clusters, each once; the call is charged by its tokens."""
        rows = [self.world.keyword(text) for text in ("espresso beans", "filter coffee", "tea")]
        answer = {
            "clusters": [
                {"name": "Coffee", "description": "", "keywords": ["Espresso Beans", "filter coffee", "cocoa"]},
                {"name": "Again", "description": "", "keywords": ["filter coffee"]},
            ]
        }
        with providers([chat(answer, (400, 101))]):
            result = self.execute("auto_cluster", rows)
        self.assertTrue(result["success"])
        self.assertEqual(Cluster.objects.get().keywords_count, 2)
        self.assertEqual(Keyword.objects.get(keyword="tea").status, "new")
        self.assertEqual(result["credits_used"], 4)
        self.assertEqual(self.world.balance(), 96)

    def test_request_is_only_domain_text(self):
        """The same task asks with the same bytes."""
        bodies = []
        for _ in range(2):
            with providers([article()]) as post:
                self.execute("generate_content", [self.world.task("Brewing at home")])
            bodies.append(post.call_args.kwargs["json"])
        self.assertEqual(bodies[0], bodies[1])
        self.assertEqual(
            list(bodies[0]), ["model", "messages", "max_completion_tokens", "temperature", "response_format"]
        )

    def test_failed_batch_is_free_and_the_next_goes_on(self):
        """Of three tasks one times out and one is answered with nonsense: one content, one charge."""
        tasks = [self.world.task(t) for t in ("One", "Two", "Three")]
        with providers([requests.ReadTimeout(), article("Two"), chat("nonsense")]):
            result = self.execute("generate_content", tasks)
        self.assertEqual((result["processed"], result["failed"]), (1, 2))
        self.assertEqual([e["code"] for e in result["errors"]], ["timeout", "malformed"])
        states = list(Task.objects.order_by("pk").values_list("status", flat=True))
        self.assertEqual(states, ["failed", "completed", "failed"])
        self.assertEqual(CreditUsageLog.objects.count(), 1)

    def test_rejected_key_stops(self):
        """After a 401 nobody asks again; what was not begun stays queued."""
        tasks = [self.world.task("One"), self.world.task("Two")]
        with providers([response(401, {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}})]) as post:
            result = self.execute("generate_content", tasks)
        self.assertEqual(post.call_count, 1)
        self.assertEqual((result["failed"], result["skipped"]), (1, 1))
        tasks[1].refresh_from_db()
        self.assertEqual(tasks[1].status, "queued")

    def test_too_few_credits_for_the_estimate(self):
        """Nobody is asked and nothing changes."""
        Account.objects.update(credits=2)
        task = self.world.task("One")
        with providers([]) as post:
            result = self.execute("generate_content", [task])
        self.assertEqual(result["errors"][0]["code"], "insufficient_credits")
        self.assertFalse(post.called)
        task.refresh_from_db()
        self.assertEqual(task.status, "queued")

    def test_estimate_covered_but_not_the_price(self):
        """The output stays and nothing is charged."""
        Account.objects.update(credits=3)
        with providers([article()]), self.assertLogs("igny8_core.ai.engine", "ERROR"):
            result = self.execute("generate_content", [self.world.task("One")])
        self.assertTrue(result["success"])
        self.assertEqual(Content.objects.count(), 1)
        self.assertEqual(self.world.balance(), 3)
        self.assertFalse(CreditTransaction.objects.exists())

    def test_foreign_ids(self):
        """A task of another account is not there."""
        result = self.execute("generate_content", [World("Other").task("One")])
        self.assertEqual(result["errors"][0]["code"], "validation_error")


class ImageQueueTests(TestCase):
    def setUp(self):
        self.world = World()
        self.content = self.world.content()
        self.images = [self.world.image(self.content, n) for n in (1, 2, 3)]

    def run_queue(self):
        ids = [image.pk for image in self.images]
        return process_image_generation_queue(ids, self.world.account.pk, self.content.pk)

    def test_one_charge_for_all(self):
        """Three images: one deduction of three credits after the last."""
        with providers(runware()):
            result = self.run_queue()
        self.assertEqual((result["processed"], result["credits_used"]), (3, 3))
        self.assertEqual(CreditUsageLog.objects.get().metadata["units"], 3)
        self.content.refresh_from_db()
        self.assertEqual(self.content.status, "review")

    def test_failed_images_are_free(self):
        """Of three images one is refused: two credits."""
        draw = runware()
        refusal = response(400, {"errors": [{"code": "providerContentPolicyViolation", "message": "no"}]})
        answers = iter([draw, lambda *_, **__: refusal, draw])
        with providers(lambda *args, **kwargs: next(answers)(*args, **kwargs)):
            result = self.run_queue()
        self.assertEqual((result["processed"], result["failed"], result["credits_used"]), (2, 1, 2))
        self.assertEqual(Image.objects.get(position=2).error, "runware refused: no")

    def test_too_few_credits_for_all(self):
        """Nothing is drawn when the balance does not cover every image."""
        Account.objects.update(credits=2)
        with providers([]) as post:
            result = self.run_queue()
        self.assertEqual(result["errors"][0]["code"], "insufficient_credits")
        self.assertFalse(post.called)
        self.assertEqual(Image.objects.filter(status="pending").count(), 3)
