"""What every button refuses, and whom: bodies, ids and states that are not right, tokens that do not hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from harness.core.action import Action, Do, get, post, put, step
from harness.core.scenario import Path, Ref, Row, Scenario
from scenarios.world import NORTHFELL, TIDEWATER, bearer, business, contents, images, keywords, tasks, tokens_of, world

TENANT = {"account_id": Ref("account")}
SITE = {**TENANT, "site_id": Ref("site")}
ARTICLE = TIDEWATER.articles[0]

CLUSTER = "/api/v1/planner/keywords/auto_cluster/"
QUEUE = "/api/v1/planner/ideas/queue_to_writer/"
WRITE = "/api/v1/writer/tasks/auto_generate_content/"
DRAW = "/api/v1/writer/images/generate_images/"
STAGE = "/api/v1/automation/run_stage/"
RUN_NOW = "/api/v1/automation/run_now/"
PAUSE = "/api/v1/automation/pause/"
RESUME = "/api/v1/automation/resume/"
CONFIG = "/api/v1/automation/config/"
NOT_THERE = 999_999_999


def refused(action: Action, status: int = 400, **args: Any) -> Do:
    return step(action, expect=status, **args)


def second_site() -> tuple[Row, ...]:
    """A site of the same customer that is switched off, with a keyword."""
    return (
        Row(kind="site", name="closed-site", values={**TENANT, "name": "Closed", "domain": "closed.example", "is_active": False}),
        Row(kind="sector", name="closed-sector", values={**TENANT, "site_id": Ref("closed-site"), "name": "Closed"}),
        Row(kind="keyword", name="closed-kw1", values={**TENANT, "site_id": Ref("closed-site"), "sector_id": Ref("closed-sector"), "keyword": "closed shop", "volume": 10, "difficulty": 5, "intent": "commercial"}),
    )  # fmt: skip


def done() -> tuple[Row, ...]:
    """A task that is written, an image that is drawn, and a run that is over."""
    return (
        Row(kind="task", name="written", values={**SITE, "sector_id": Ref("sector"), "title": "Written", "status": "completed", "content_type": "post", "content_structure": "guide"}),
        Row(kind="image", name="drawn", values={**SITE, "content_id": Ref("content1"), "image_type": "in_article", "position": 9, "prompt": "A cup", "status": "generated", "image_url": "https://im.example/9.png"}),
        Row(kind="automation_run", name="over", values={**SITE, "run_id": "00000000-0000-4000-8000-000000000001", "trigger": "manual", "status": "completed", "stages": [1]}),
    )  # fmt: skip


REFUSED = Scenario(
    id="api/refused",
    title="Every button refuses what it cannot do",
    given=world(
        keywords(TIDEWATER.keywords[:2]),
        tasks(TIDEWATER.briefs[:1]),
        contents((ARTICLE,)),
        images(ARTICLE, 1),
        second_site(),
        done(),
    ),
    when=(
        refused(post(CLUSTER, ["no object"])),
        refused(post(CLUSTER, {"ids": []})),
        refused(post(CLUSTER, {"ids": ["one"]})),
        refused(post(CLUSTER, {"ids": [NOT_THERE]})),
        refused(post(CLUSTER, {"ids": list(range(1, 60))})),
        refused(post(CLUSTER, {"ids": ["$kw1", "$other"]}), other=Ref("closed-kw1")),
        refused(post(QUEUE, {"ids": [NOT_THERE]})),
        refused(post(WRITE, {"ids": ["$written"]})),
        refused(post(WRITE, {"ids": ["$task1"], "content_type": "poem"})),
        refused(post(WRITE, {"ids": ["$task1"], "content_type": "product"})),
        refused(post(DRAW, {"ids": ["$drawn"]})),
        refused(post(DRAW, {"ids": ["$image1"], "content_id": NOT_THERE})),
        refused(post(DRAW, {"ids": [NOT_THERE]})),
        refused(post(STAGE, {"site_id": "$site", "stage": 8})),
        refused(post(STAGE, {"site_id": NOT_THERE, "stage": 1}), 404),
        refused(post(RUN_NOW, {"site_id": "$closed"}), 403, closed=Ref("closed-site")),
        refused(post(PAUSE, {})),
        refused(post(PAUSE, {"run_id": "00000000-0000-4000-8000-00000000000f"}), 404),
        refused(post(PAUSE, {"run_id": "00000000-0000-4000-8000-000000000001"}), 409),
        refused(post(RESUME, {"run_id": "00000000-0000-4000-8000-000000000001"}), 409),
        refused(put(f"{CONFIG}?site_id=$site", {"frequency": "hourly"})),
        refused(get("/api/v1/writer/tasks/?site_id=one")),
        refused(get("/api/v1/writer/tasks/?status=%00")),
        refused(get("/api/v1/nothing/"), 404),
        refused(put(CLUSTER, {}), 405),
    ),
    paths=(Path.MANUAL,),
)


def callers() -> tuple[Row, ...]:
    """Beside the owner: the owner of an account that is suspended."""
    rows = business(NORTHFELL, prefix="north-")
    return tuple(
        replace(row, values={**row.values, "status": "suspended"}) if row.kind == "account" else row for row in rows
    )


GIVEN = world(callers())
SENT = {"user": "two words", "account": "\xff\xfe", "site": bearer("nobody")}
"""What is sent as the token of somebody who has none: three words in all, no text, one that nobody was given."""

CALLERS = Scenario(
    id="api/callers",
    title="Tokens that do not hold, and an account that is suspended",
    given=replace(GIVEN, tokens={**tokens_of(GIVEN.rows), **SENT}),
    when=tuple(refused(post(CLUSTER, {"ids": [1]}), 401, actor=actor) for actor in (*SENT, "north-owner")),
    paths=(Path.MANUAL,),
)

SCENARIOS = (REFUSED, CALLERS)
