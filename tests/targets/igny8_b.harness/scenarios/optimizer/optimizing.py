"""An article is made better: at most 150 tokens a credit, two at least."""

from __future__ import annotations

from scenarios.failing import CHAT, SERVICES, failing

from harness.core.action import call, step
from harness.core.scenario import Path, Ref, Scenario, Unbilled
from scenarios.asks import optimize
from scenarios.world import chosen, contents, world

TAPE = "openai/optimizer/optimize"
GIVEN = world(contents())
WHEN = (optimize(content=Ref("content1")),)
FAILS = (optimize(content=Ref("content1"), expect=500),)

UNREADABLE = Unbilled(match=CHAT, count=1, why="an article that cannot be read is not sold")
IMPATIENT = step(
    call(
        "from unittest import mock\n"
        "from igny8_core.business.optimization.services.optimizer_service import OptimizerService\n"
        'with mock.patch("igny8_core.ai.ai_core.OPENAI_TIMEOUT", 0.5):\n'
        "    OptimizerService().optimize_manual($content)"
    ),
    content=Ref("content1"),
    expect=500,
)
"""As ever, by a process that waits half a second and not three minutes."""

SCENARIOS = (
    Scenario(id="optimizer/optimize", title="One article", given=GIVEN, when=WHEN, paths=SERVICES, tape=(TAPE,)),
    Scenario(
        id="optimizer/optimize_no_credits",
        title="One credit, where two are the least",
        given=world(contents(), credits=1),
        when=(optimize(content=Ref("content1"), expect=402),),
        paths=SERVICES,
    ),
    Scenario(
        id="optimizer/optimize_low_balance",
        title="Two credits pass the pre-check, and the article costs more",
        given=world(contents(), credits=2),
        when=(optimize(content=Ref("content1"), expect=402),),
        paths=SERVICES,
        tape=(TAPE,),
        findings=("optimized-without-charge",),
    ),
    Scenario(
        id="optimizer/optimize_cut_off",
        title="The answer ends at the account's own token limit and is no JSON",
        given=world(contents(), (chosen("openai", max_tokens=30),)),
        when=(optimize(content=Ref("content1"), expect=404),),
        paths=(Path.MANUAL,),
        tape=("openai/optimizer/optimize_cut_off",),
        unbilled=(UNREADABLE,),
        findings=("unreadable-answer-is-404",),
    ),
    Scenario(
        id="optimizer/service_cut_off",
        title="The same, told by the service",
        given=world(contents(), (chosen("openai", max_tokens=30),)),
        when=FAILS,
        paths=(Path.DIRECT,),
        tape=("openai/optimizer/optimize_cut_off",),
        unbilled=(UNREADABLE,),
    ),
    failing("optimizer/optimize_401", "The provider refuses the key", GIVEN, FAILS, SERVICES, TAPE, "http_401"),
    failing("optimizer/optimize_500", "The provider fails", GIVEN, FAILS, SERVICES, TAPE, "http_500"),
    failing(
        "optimizer/optimize_timeout", "The provider never answers", GIVEN, (IMPATIENT,), (Path.DIRECT,), TAPE, "stall"
    ),
)
