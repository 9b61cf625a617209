"""A run paused while its first article is being written, then resumed: no double charge."""

from __future__ import annotations

from harness.core.scenario import AwaitCall, Fault, Path, ReleaseCalls, Scenario, Settle
from scenarios.asks import pause_automation, resume_automation, run_automation
from scenarios.automation.full_run import TAPE, given

SCENARIO = Scenario(
    id="automation/pause_resume",
    title="Pause in the middle of stage 4, then resume",
    given=given(),
    when=(
        run_automation(),
        AwaitCall(nth=1),
        pause_automation(),
        ReleaseCalls(),
        Settle(),
        resume_automation(),
    ),
    paths=(Path.AUTOMATION,),
    tape=TAPE,
    faults=(Fault(kind="hold", match="openai POST /v1/chat/completions", calls=(3,)),),
    plan={Path.AUTOMATION: ("path2: Pause/Resume",)},
)
