"""All seven stages after each other, by the button and by the schedule; and the last one, which puts articles online."""

from __future__ import annotations

from scenarios.failing import PIPELINE

from harness.core.scenario import Path, Ref, Scenario
from scenarios.asks import publish, run_all
from scenarios.world import contents, keywords, world

SCENARIOS = (
    Scenario(
        id="automation/full_run",
        title="Eight keywords become articles with images",
        given=world(keywords()),
        when=(run_all(),),
        paths=PIPELINE,
        tape=("openai/automation/full_run", "runware/automation/full_run", "wordpress/automation/full_run"),
        findings=("images-charged-per-batch", "default-image-cost"),
    ),
    Scenario(
        id="automation/no_credits",
        title="No credits for a run that needs one",
        given=world(keywords(), credits=0),
        when=(run_all(expect=400, paths=(Path.AUTOMATION,)), run_all(paths=(Path.SCHEDULED,))),
        paths=PIPELINE,
    ),
    Scenario(
        id="automation/publish",
        title="One approved article goes to WordPress",
        given=world(contents(status="approved")),
        when=(publish(content=Ref("content1")),),
        paths=(Path.MANUAL, Path.AUTOMATION),
        tape=("wordpress/automation/publish",),
    ),
)
