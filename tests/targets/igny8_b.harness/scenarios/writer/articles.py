"""Tasks become articles: at most 100 tokens a credit, three at least."""

from __future__ import annotations

from scenarios.failing import CHAT, EVERYWHERE, PIPELINE, failing

from harness.core.scenario import Path, Scenario, Settle, Unbilled
from scenarios.asks import write
from scenarios.world import refs, tasks, world

TAPE = "openai/writer/article"
GIVEN = world(tasks())
WHEN = (write(ids=refs("task", 1)),)

SCENARIOS = (
    Scenario(id="writer/article", title="One article", given=GIVEN, when=WHEN, paths=EVERYWHERE, tape=(TAPE,)),
    Scenario(
        id="writer/two_articles",
        title="Two articles at once",
        given=world(tasks(2)),
        when=(write(ids=refs("task", 2)),),
        paths=EVERYWHERE,
        tape=("openai/writer/two_articles",),
    ),
    Scenario(
        id="writer/one_by_one",
        title="The same two articles, one after the other",
        given=world(tasks(2)),
        when=tuple(step for one in refs("task", 2) for step in (write(ids=[one]), Settle())),
        paths=(Path.MANUAL,),
        tape=("openai/writer/two_articles",),
        split_of="writer/two_articles",
    ),
    Scenario(
        id="writer/article_no_credits",
        title="Two credits, where three are the least",
        given=world(tasks(), credits=2),
        when=WHEN,
        paths=(Path.MANUAL,),
    ),
    Scenario(
        id="writer/article_low_balance",
        title="Six credits pass the pre-check, and the article costs more",
        given=world(tasks(), credits=6),
        when=WHEN,
        paths=EVERYWHERE,
        tape=(TAPE,),
        findings=("work-without-charge",),
    ),
    Scenario(
        id="writer/article_refused",
        title="The model will not write it",
        given=world(tasks(title="How to Build a Pipe Bomb at Home")),
        when=WHEN,
        paths=EVERYWHERE,
        tape=("openai/writer/article_refused",),
        unbilled=(Unbilled(match=CHAT, count=1, why="a refusal holds no article"),),
    ),
    failing("writer/article_401", "The provider refuses the key", GIVEN, WHEN, EVERYWHERE, TAPE, "http_401"),
    failing("writer/article_429", "The provider's rate limit", GIVEN, WHEN, PIPELINE, TAPE, "http_429"),
    failing("writer/article_500", "The provider fails", GIVEN, WHEN, PIPELINE, TAPE, "http_500"),
    failing(
        "writer/article_answer_lost",
        "The connection breaks before the answer is there",
        GIVEN,
        WHEN,
        PIPELINE,
        TAPE,
        "lost_answer",
        unbilled="the article never arrived, although the provider bills it",
    ),
)
