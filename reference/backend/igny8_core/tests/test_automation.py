"""Runs: all stages, pause and resume, the schedule."""

import datetime as dt

from django.test import TestCase
from django.utils import timezone

from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.services import lifecycle
from igny8_core.business.automation.services.schedule import next_slot
from igny8_core.business.automation.tasks import (
    check_scheduled_automations,
    resume_paused_automation,
    run_automation_task,
)
from igny8_core.business.billing.models import CreditUsageLog
from igny8_core.business.content.models import Content, Task
from igny8_core.celery import app
from igny8_core.tests.worlds import World, article, chat, providers, response, runware

CLUSTERS = {"clusters": [{"name": "Coffee", "description": "", "keywords": ["espresso beans"]}]}
IDEAS = {"ideas": [{"title": "Choosing beans", "content_type": "post"}]}
IMAGE_PROMPTS = {"featured_prompt": "Beans on a table", "in_article_prompts": ["A grinder"]}


class AutomationTests(TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(setattr, app.conf, "task_always_eager", app.conf.task_always_eager)
        app.conf.task_always_eager = True

    def start(self, stages=None):
        return lifecycle.start_run(self.world.site, AutomationRun.Trigger.MANUAL, stages)

    def test_whole_run(self):
        """From one keyword to a published post; the run's total is what was charged."""
        self.world.keyword("espresso beans")
        chats = [chat(CLUSTERS), chat(IDEAS), article("Choosing beans"), chat(IMAGE_PROMPTS)]
        draw = runware()

        def post(url, **kwargs):
            if "wp-json" in url:
                return created
            return draw(**kwargs) if "runware" in url else chats.pop(0)

        created = response(201, {"id": 7, "link": "https://northwind.example/choosing-beans/"})
        run = self.start()
        with providers(post):
            run_automation_task(run.run_id)
        run.refresh_from_db()
        self.assertEqual((run.status, run.error, run.pending_image_jobs), ("completed", "", 0))
        self.assertEqual({entry["status"] for entry in run.stage_results.values()}, {"completed"})
        self.assertEqual(run.total_credits_used, sum(CreditUsageLog.objects.values_list("credits_used", flat=True)))
        self.assertEqual(Content.objects.get().status, "published")

    def test_nothing_to_do(self):
        """An empty site's run completes with zeros."""
        run = self.start()
        run_automation_task(run.run_id)
        run.refresh_from_db()
        self.assertEqual((run.status, run.total_credits_used), ("completed", 0))

    def test_pause_and_resume(self):
        """Paused after the first of three tasks, resumed later: three contents, three charges."""
        for title in ("One", "Two", "Three"):
            self.world.task(title)
        run = self.start([4])

        def pause_at_once(*_, **__):
            lifecycle.pause(run.pk)
            return article()

        with providers(pause_at_once):
            run_automation_task(run.run_id)
        run.refresh_from_db()
        self.assertEqual((run.status, Task.objects.filter(status="queued").count()), ("paused", 2))
        with providers(lambda *_, **__: article()):
            resume_paused_automation(run.run_id)
            resume_paused_automation(run.run_id)
        run.refresh_from_db()
        self.assertEqual((run.status, run.stage_results["4"]["processed"]), ("completed", 3))
        self.assertEqual((Content.objects.count(), CreditUsageLog.objects.count()), (3, 3))

    def test_run_fails_without_credits(self):
        self.world.task("One")
        type(self.world.account).objects.update(credits=0)
        run = self.start([4])
        run_automation_task(run.run_id)
        run.refresh_from_db()
        self.assertEqual(run.status, "failed")
        self.assertIn("Insufficient credits", run.error)

    def test_one_active_run_a_site(self):
        self.start()
        with self.assertRaises(lifecycle.RunActiveError):
            self.start()

    def test_schedule(self):
        """A due site runs once and is due again at the next slot; one with an active run is left alone."""
        other = World("Other")
        lifecycle.start_run(other.site, AutomationRun.Trigger.MANUAL)
        due = timezone.now() - dt.timedelta(minutes=5)
        for world in (self.world, other):
            AutomationConfig.objects.create(account=world.account, site=world.site, is_enabled=True, next_run_at=due)
        self.assertEqual(len(check_scheduled_automations()["started"]), 1)
        self.assertEqual(check_scheduled_automations()["started"], [])
        self.assertGreater(AutomationConfig.objects.get(site=self.world.site).next_run_at, timezone.now())
        self.assertEqual(AutomationConfig.objects.get(site=other.site).next_run_at, due)

    def test_next_slot(self):
        """Monthly slots keep their day where the month has it."""
        config = AutomationConfig(
            frequency="monthly",
            scheduled_time=dt.time(2),
            next_run_at=dt.datetime(2026, 1, 31, 2, tzinfo=dt.UTC),
        )
        self.assertEqual(next_slot(config, config.next_run_at), dt.datetime(2026, 2, 28, 2, tzinfo=dt.UTC))
