"""Keywords become clusters: at most 150 tokens a credit, two at least."""

from __future__ import annotations

from scenarios.failing import CHAT, EVERYWHERE, PIPELINE, failing

from harness.core.scenario import Ref, Scenario, Unbilled
from scenarios.asks import cluster, write
from scenarios.world import BYSTANDER, KEYWORDS, chosen, keywords, refs, world

TAPE = "openai/planner/cluster"
GIVEN = world(keywords())
WHEN = (cluster(ids=refs("keyword", len(KEYWORDS))),)

SCENARIOS = (
    Scenario(id="planner/cluster", title="Eight keywords", given=GIVEN, when=WHEN, paths=EVERYWHERE, tape=(TAPE,)),
    Scenario(
        id="planner/two_accounts",
        title="Two customers at once: keywords of the one, an article of the other",
        given=GIVEN,
        when=(*WHEN, write(ids=[Ref(f"{BYSTANDER}task1")], actor=f"{BYSTANDER}owner")),
        paths=EVERYWHERE[:1],
        tape=(TAPE, "openai/writer/article"),
    ),
    Scenario(
        id="planner/cluster_no_credits",
        title="One credit, where two are the least",
        given=world(keywords(), credits=1),
        when=WHEN,
        paths=EVERYWHERE,
    ),
    Scenario(
        id="planner/cluster_foreign",
        title="The keywords of another account",
        given=world(keywords()),
        when=(cluster(ids=[Ref(f"{BYSTANDER}keyword{n}") for n in range(1, 7)]),),
        paths=EVERYWHERE[:1],
    ),
    Scenario(
        id="planner/cluster_cut_off",
        title="The answer ends at the account's own token limit and is no JSON",
        given=world(keywords(), (chosen("openai", max_tokens=30),)),
        when=WHEN,
        paths=EVERYWHERE,
        tape=("openai/planner/cluster_cut_off",),
        unbilled=(Unbilled(match=CHAT, count=1, why="clusters that cannot be read are not sold"),),
        findings=("progress-of-others",),
    ),
    failing("planner/cluster_401", "The provider refuses the key", GIVEN, WHEN, EVERYWHERE, TAPE, "http_401"),
    failing("planner/cluster_429", "The provider's rate limit", GIVEN, WHEN, PIPELINE, TAPE, "http_429"),
    failing("planner/cluster_500", "The provider fails", GIVEN, WHEN, PIPELINE, TAPE, "http_500"),
)
