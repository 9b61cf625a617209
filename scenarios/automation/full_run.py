"""All seven stages of one site, from keywords to published articles."""

from __future__ import annotations

from harness.core.scenario import Fault, Given, Path, Scenario
from scenarios.asks import run_automation
from scenarios.world import TIDEWATER, image_model, keywords, world

PATHS = (Path.AUTOMATION, Path.SCHEDULED)
TAPE = ("openai/automation/full_run", "runware/automation/full_run", "wordpress/automation/full_run")
WHEN = (run_automation(),)


def given(credits: int = 1000) -> Given:
    """Three keywords of one topic: one cluster, a few ideas, as many articles, their images, and publishing."""
    return world(keywords(TIDEWATER.keywords[:3]), (image_model("runware:97@1"),), credits=credits)


SCENARIOS = (
    Scenario(
        id="automation/full_run",
        title="Run all seven stages",
        given=given(),
        when=WHEN,
        paths=PATHS,
        tape=TAPE,
        plan={Path.AUTOMATION: ("path2: Run Full Automation",), Path.SCHEDULED: ("path3: Credits Deducted",)},
    ),
    Scenario(
        id="automation/full_run_no_credits",
        title="Run all seven stages with one credit",
        given=given(credits=1),
        when=WHEN,
        paths=PATHS,
    ),
    Scenario(
        id="automation/full_run_writer_down",
        title="The provider fails for every article: later stages have nothing to do",
        given=given(),
        when=WHEN,
        paths=PATHS,
        tape=("openai/automation/full_run",),
        faults=(Fault(kind="http_500", match="openai POST /v1/chat/completions", calls=(3, 4, 5)),),
    ),
)
