"""Two articles in one request, and the same two in two requests: the sums must agree (law 13)."""

from __future__ import annotations

from harness.core.scenario import Fault, Path, Ref, Scenario, Settle
from scenarios.asks import generate_content
from scenarios.world import TIDEWATER, refs, tasks, world

GIVEN = world(tasks(TIDEWATER.briefs[:2]))
TAPE = ("openai/writer/generate_content_pair",)

SCENARIOS = (
    Scenario(
        id="writer/generate_content_pair",
        title="Write two articles in one request",
        given=GIVEN,
        when=(generate_content(ids=refs("task", 2)),),
        paths=(Path.MANUAL, Path.AUTOMATION, Path.SCHEDULED),
        tape=TAPE,
    ),
    Scenario(
        id="writer/generate_content_one_by_one",
        title="Write the same two articles in two requests",
        given=GIVEN,
        when=(
            generate_content(ids=[Ref("task1")]),
            Settle(),
            generate_content(ids=[Ref("task2")]),
        ),
        paths=(Path.MANUAL,),
        tape=TAPE,
        split_of="writer/generate_content_pair",
    ),
    *(
        Scenario(
            id=f"writer/generate_content_pair_{name}",
            title=title,
            given=GIVEN,
            when=(generate_content(ids=refs("task", 2)),),
            paths=(Path.MANUAL, Path.SCHEDULED),
            tape=TAPE,
            faults=(Fault(kind=kind, match="openai POST /v1/chat/completions", calls=(1,)),),
        )
        for name, kind, title in (
            (
                "refused",
                "http_401",
                "The provider rejects the key at the first of two articles: the second is not asked for",
            ),
            ("half", "http_500", "The provider fails at the first of two articles: the second is written, and charged"),
        )
    ),
)
