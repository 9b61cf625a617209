"""Messages that come too late, or name what is not there: they end in an answer, and cost nothing."""

from __future__ import annotations

from harness.core.action import Action, Do, step, task
from harness.core.scenario import Path, Ref, Row, Scenario, Settle
from scenarios.world import TIDEWATER, contents, images, keywords, world

RUN, DRAW = "igny8_core.ai.tasks.run_ai_task", "igny8_core.ai.tasks.process_image_generation_queue"
CARRY, RESUME = "automation.run_automation_task", "automation.resume_paused_automation"
NOT_THERE = 999_999_999
NO_RUN = "00000000-0000-4000-8000-00000000000f"
OVER = "00000000-0000-4000-8000-000000000001"
ARTICLE = TIDEWATER.articles[0]


def in_turn(*actions: Action) -> tuple[Do | Settle, ...]:
    """One message after the other."""
    return tuple(one for action in actions for one in (step(action), Settle()))


SCENARIO = Scenario(
    id="automation/stale_messages",
    title="Messages for customers, runs and images that are gone, or that nobody can read",
    given=world(
        keywords(TIDEWATER.keywords[:1]),
        contents((ARTICLE,)),
        images(ARTICLE, 1),
        (Row(kind="task", name="written", values={"account_id": Ref("account"), "site_id": Ref("site"), "sector_id": Ref("sector"), "title": "Written", "status": "completed", "content_type": "post", "content_structure": "guide"}),
        Row(kind="automation_run", name="over", values={"account_id": Ref("account"), "site_id": Ref("site"), "run_id": OVER, "trigger": "manual", "status": "completed", "stages": [1]}),),
    ),
    when=in_turn(
        task(RUN, "auto_cluster", {"ids": []}, "$account"),
        task(RUN, "auto_cluster", {"ids": ["one"]}, "$account"),
        task(RUN, "nothing_of_ours", {"ids": [1]}, "$account"),
        task(RUN, "auto_cluster", {"ids": [1]}, NOT_THERE),
        task(RUN, "generate_content", {"ids": ["$written"]}, "$account"),
        task(DRAW, ["$image1"], NOT_THERE),
        task(DRAW, [NOT_THERE], "$account"),
        task(DRAW, [NOT_THERE], "$account", kwargs={"run_id": NO_RUN}),
        task(CARRY, NO_RUN),
        task(RESUME, NO_RUN),
        task(RESUME, OVER),
    ),
    paths=(Path.DIRECT,),
)  # fmt: skip
