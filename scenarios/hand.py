"""The world of `harness stack up`: two customers, and work waiting at every stage, so that every button does something."""

from __future__ import annotations

from harness.core.scenario import Do, Path, Ref, Scenario
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
        Do(operation="auto_cluster", args={"ids": refs("kw", 6)}),
        Do(operation="generate_ideas", args={"ids": refs("cluster", 1)}),
        Do(operation="generate_content", args={"ids": refs("task", 1)}),
        Do(operation="generate_images", args={"ids": refs("image", 2), "content": Ref("content1")}),
        Do(operation="run_automation"),
    ),
    paths=(Path.MANUAL,),
)
