"""All seven stages after each other, by the button and by the schedule; and the last one, which puts articles online."""

from __future__ import annotations

from scenarios.failing import EVERYWHERE, PIPELINE, failing

from harness.core.scenario import Path, Ref, Scenario
from scenarios.asks import publish, run_all
from scenarios.world import contents, keywords, world

POSTS = "wordpress POST /wp-json/wp/v2/posts"
PUBLISHED = "wordpress/automation/publish"
APPROVED = world(contents(status="approved"))
PUBLISH = (publish(content=Ref("content1")),)

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
        given=APPROVED,
        when=PUBLISH,
        paths=EVERYWHERE,
        tape=(PUBLISHED,),
    ),
    failing(
        "automation/publish_401",
        "WordPress refuses the password",
        APPROVED,
        PUBLISH,
        (Path.MANUAL, Path.SCHEDULED),
        PUBLISHED,
        "http_401",
        POSTS,
    ),
    failing("automation/publish_500", "WordPress fails", APPROVED, PUBLISH, PIPELINE[:1], PUBLISHED, "http_500", POSTS),
)
