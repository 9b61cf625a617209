"""The world of `harness stack up`: two customers, and work waiting at every stage, so that every button does something."""

from __future__ import annotations

from harness.core.action import Shown
from harness.core.scenario import Path, Ref, Scenario
from scenarios.asks import auto_cluster, generate_content, generate_ideas, generate_images, run_automation
from scenarios.world import TIDEWATER, clusters, contents, image_model, images, keywords, refs, tasks, world

ARTICLE = TIDEWATER.articles[0]

HAND = Scenario(
    id="hand",
    title="two customers with work waiting at every stage",
    given=world(
        keywords(TIDEWATER.keywords[:6]),
        clusters(TIDEWATER, 1),
        tasks(TIDEWATER.briefs),
        contents((ARTICLE,)),
        images(ARTICLE, 2),
        (image_model("runware:97@1"),),
    ),
    when=(
        auto_cluster(ids=refs("kw", 6)),
        generate_ideas(ids=refs("cluster", 1)),
        generate_content(ids=refs("task", 1)),
        generate_images(ids=refs("image", 2), content=Ref("content1")),
        run_automation(),
    ),
    paths=(Path.MANUAL,),
)

REQUESTS = (
    Shown(title="what the account has", method="GET", url="/api/v1/billing/credits/balance/"),
    Shown(title="what it was spent on", method="GET", url="/api/v1/billing/credits/usage/"),
    Shown(title="the models to choose from", method="GET", url="/api/v1/system/ai-models/", from_phase=5),
)
