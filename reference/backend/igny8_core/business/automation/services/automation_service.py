"""A run's way through the seven stages.

    1 clustering            engine, one call for all new keywords
    2 idea generation       engine, one call a new cluster
    3 task creation         database only
    4 content generation    engine, one call a queued task
    5 image prompts         engine, one call a draft without images
    6 image generation      one queue job a content; the last job sends the run on
    7 publishing            WordPress

A stage chooses its batches when it begins and crosses each off when it is done, so that a run which was paused
goes on where it stopped. Whether the run may go on is read from the database before each batch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from igny8_core.ai.engine import AIEngine
from igny8_core.ai.results import RunResult, stopping_error
from igny8_core.ai.tasks import process_image_generation_queue
from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.services import lifecycle, run_lock, stages
from igny8_core.business.automation.services.image_jobs import add_result, new_entry
from igny8_core.business.content.models import Content, Image
from igny8_core.business.content.services.task_creation import queue_idea
from igny8_core.business.publishing.wordpress import PublishError, WordPressPublisher

logger = logging.getLogger(__name__)


class RunStopped(Exception):
    """The run cannot go on: no credits, or a provider rejects our key."""


class AutomationService:
    """Carries one run."""

    def __init__(self, run: AutomationRun) -> None:
        self.run = run
        self.site = run.site
        self.account = run.account
        self.config = AutomationConfig.objects.filter(site=run.site).first() or AutomationConfig(site=run.site)

    def run_automation(self, from_stage: int = 1) -> dict[str, Any]:
        """Run what is left of the run's stages from `from_stage` on; return where it stands."""
        while run_lock.acquire(self.run.pk):
            try:
                self._run_stages(from_stage)
            finally:
                run_lock.release(self.run.pk)
            # Whoever found the lock taken has left the run to us: look again before leaving.
            self.run.refresh_from_db()
            if self.run.status != AutomationRun.Status.RUNNING or self.run.pending_image_jobs:
                break
        else:
            logger.info("automation run %s is being worked on elsewhere", self.run.run_id)
            self.run.refresh_from_db()
        return {
            "run_id": self.run.run_id,
            "status": self.run.status,
            "current_stage": self.run.current_stage,
            "credits_used": self.run.total_credits_used,
        }

    def _run_stages(self, from_stage: int) -> None:
        work = {
            1: self._run_clustering,
            2: self._run_idea_generation,
            3: self._run_task_creation,
            4: self._run_content_generation,
            5: self._run_image_prompt_extraction,
            6: self._run_image_generation,
            7: self._run_publishing,
        }
        self.run.refresh_from_db()
        try:
            for stage in self.run.stages:
                if stage < from_stage or self._entry(stage).get("status") == "completed":
                    continue
                if not lifecycle.is_running(self.run.pk) or not work[stage]():
                    return
                logger.info("automation run %s: stage %d done: %s", self.run.run_id, stage, self._entry(stage))
        except RunStopped as stop:
            lifecycle.fail(self.run.pk, str(stop))
        except Exception as error:
            logger.exception("automation run %s: stage %d broke", self.run.run_id, self.run.current_stage)
            lifecycle.fail(self.run.pk, f"{type(error).__name__}: {error}")
        else:
            lifecycle.complete(self.run.pk)

    def _run_clustering(self) -> bool:
        return self._run_batches(1, self._engine("auto_cluster"))

    def _run_idea_generation(self) -> bool:
        return self._run_batches(2, self._engine("generate_ideas"))

    def _run_task_creation(self) -> bool:
        return self._run_batches(3, _create_task)

    def _run_content_generation(self) -> bool:
        return self._run_batches(4, self._engine("generate_content"))

    def _run_image_prompt_extraction(self) -> bool:
        return self._run_batches(5, self._engine("generate_image_prompts"))

    def _run_image_generation(self) -> bool:
        """Dispatch a job for each content and leave: the last job sends the run on."""
        entry = self._begin(6)
        if entry["status"] == "waiting":
            return False
        jobs = entry["pending"]
        if not jobs:
            self._finish(6)
            return True
        with lifecycle.locked(self.run.pk) as run:
            if run.status != AutomationRun.Status.RUNNING:
                return False
            run.pending_image_jobs = len(jobs)
            run.stage_results["6"]["status"] = "waiting"
            del run.stage_results["6"]["pending"]
        owners = dict(Image.objects.filter(pk__in=[ids[0] for ids in jobs]).values_list("pk", "content_id"))
        for ids in jobs:
            process_image_generation_queue.delay(
                ids, self.account.pk, content_id=owners.get(ids[0]), run_id=self.run.run_id
            )
        return False

    def _run_publishing(self) -> bool:
        publisher = WordPressPublisher(self.site)
        return self._run_batches(7, lambda ids: _publish(publisher, ids))

    def _run_batches(self, stage: int, work: Callable[[list[int]], dict[str, Any]]) -> bool:
        """Work off a stage's batches. False if the run was paused in between."""
        pending = list(self._begin(stage)["pending"])
        while pending:
            if not lifecycle.is_running(self.run.pk):
                return False
            ids = stages.still_open(stage, self.site, pending.pop(0))
            result = work(ids) if ids else None
            with lifecycle.locked(self.run.pk) as run:
                run.stage_results[str(stage)]["pending"] = pending
                if result:
                    add_result(run, stage, result)
            if result and (stop := stopping_error(result)):
                raise RunStopped(stop["message"])
        self._finish(stage)
        return True

    def _begin(self, stage: int) -> dict[str, Any]:
        """The stage's entry; made, with the batches to do, when the stage begins."""
        with lifecycle.locked(self.run.pk) as run:
            run.current_stage = stage
            if str(stage) not in run.stage_results:
                pending = stages.batches(stage, self.site, self.config)
                run.stage_results[str(stage)] = {**new_entry(), "pending": pending}
        self.run = run
        return self._entry(stage)

    def _finish(self, stage: int) -> None:
        with lifecycle.locked(self.run.pk) as run:
            entry = run.stage_results[str(stage)]
            entry.pop("pending", None)
            entry["status"] = "completed"
        self.run = run

    def _entry(self, stage: int) -> dict[str, Any]:
        return self.run.stage_results.get(str(stage), {})

    def _engine(self, function_name: str) -> Callable[[list[int]], dict[str, Any]]:
        return lambda ids: AIEngine(self.account).execute(function_name, {"ids": ids})


def _create_task(ids: list[int]) -> dict[str, Any]:
    result = RunResult("create_tasks")
    for idea_id in ids:
        if queue_idea(idea_id):
            result.success(1, 0)
    return result.as_dict()


def _publish(publisher: WordPressPublisher, ids: list[int]) -> dict[str, Any]:
    result = RunResult("publish")
    for content in Content.objects.filter(pk__in=ids, external_id=""):
        try:
            publisher.publish(content)
            result.success(1, 0)
        except PublishError as error:
            logger.warning("content %s was not published: %s", content.pk, error)
            result.failure(content.title, error.code, str(error))
    return result.as_dict()
