"""An article gets links to others of its site: at most 100 tokens a credit, one at least."""

from __future__ import annotations

from scenarios.failing import SERVICES, failing

from harness.core.scenario import Ref, Scenario
from scenarios.asks import link
from scenarios.world import BYSTANDER, contents, world

TAPE = "openai/linker/links"
GIVEN = world(contents(2))
WHEN = (link(content=Ref("content1")),)
FAILS = (link(content=Ref("content1"), expect=500),)

SCENARIOS = (
    Scenario(id="linker/links", title="One link of two articles", given=GIVEN, when=WHEN, paths=SERVICES, tape=(TAPE,)),
    Scenario(
        id="linker/links_nowhere",
        title="No other article to link to: nothing is asked, nothing is charged",
        given=world(contents(1)),
        when=WHEN,
        paths=SERVICES,
    ),
    Scenario(
        id="linker/links_no_credits",
        title="No credit at all",
        given=world(contents(2), credits=0),
        when=(link(content=Ref("content1"), expect=402),),
        paths=SERVICES,
    ),
    Scenario(
        id="linker/links_foreign",
        title="The article of another account",
        given=GIVEN,
        when=(link(content=Ref(f"{BYSTANDER}content1"), expect=404),),
        paths=SERVICES[:1],
    ),
    failing("linker/links_401", "The provider refuses the key", GIVEN, FAILS, SERVICES, TAPE, "http_401"),
    failing("linker/links_429", "The provider's rate limit", GIVEN, FAILS, SERVICES, TAPE, "http_429"),
    failing("linker/links_500", "The provider fails", GIVEN, FAILS, SERVICES, TAPE, "http_500"),
)
