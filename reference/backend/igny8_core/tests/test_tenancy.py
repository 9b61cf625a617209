"""Who gets in, and what they see."""

import datetime as dt
from unittest.mock import patch

from django.test import TestCase
from django.utils import timezone
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, ApiToken, User
from igny8_core.tests.worlds import World


class TenancyTests(TestCase):
    def setUp(self):
        self.mine, self.other = World("Mine"), World("Other")
        self.secret = self.mine.token()
        self.client = APIClient(headers={"Authorization": f"Bearer {self.secret}"})

    def post(self, path, body):
        return self.client.post(f"/api/v1/{path}", body, format="json")

    def test_lists_show_own_rows_only(self):
        keyword = self.mine.keyword("espresso beans")
        self.other.keyword("tea")
        data = self.client.get("/api/v1/planner/keywords/").json()["data"]
        self.assertEqual([row["id"] for row in data["results"]], [keyword.pk])

    def test_foreign_ids_do_not_exist(self):
        """400 where ids are listed, 404 where one is named; nothing is queued."""
        with patch("igny8_core.api.views.send") as send:
            answer = self.post("planner/keywords/auto_cluster/", {"ids": [self.other.keyword("tea").pk]})
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (400, "validation_error"))
        self.assertFalse(send.called)
        answer = self.post("linker/process/", {"content_id": self.other.content().pk})
        self.assertEqual(answer.status_code, 404)
        answer = self.post("automation/run_now/", {"site_id": self.other.site.pk})
        self.assertEqual(answer.status_code, 404)

    def test_button_queues(self):
        """A valid request is answered with 202 and the id of a task of this account."""
        task = self.mine.task("One")
        with patch("igny8_core.ai.tasks.run_ai_task.apply_async") as queue:
            answer = self.post("writer/tasks/auto_generate_content/", {"ids": [task.pk]})
        self.assertEqual(answer.status_code, 202)
        self.assertTrue(answer.json()["data"]["task_id"].startswith(f"{self.mine.account.pk}-"))
        self.assertEqual(queue.call_args.kwargs["args"], ("generate_content", {"ids": [task.pk]}, self.mine.account.pk))

    def test_tokens(self):
        """Expired, revoked and suspended get 401 with a challenge; a user without account gets 403."""
        token = ApiToken.objects.get()
        for change in ({"revoked": True}, {"revoked": False, "expires_at": timezone.now() - dt.timedelta(seconds=1)}):
            ApiToken.objects.filter(pk=token.pk).update(**change)
            answer = self.client.get("/api/v1/planner/keywords/")
            self.assertEqual((answer.status_code, answer.headers["WWW-Authenticate"]), (401, "Bearer"))
        ApiToken.objects.update(expires_at=None)
        Account.objects.filter(pk=self.mine.account.pk).update(status="suspended")
        self.assertEqual(self.client.get("/api/v1/planner/keywords/").status_code, 401)
        User.objects.update(account=None)
        self.assertEqual(self.client.get("/api/v1/planner/keywords/").status_code, 403)
