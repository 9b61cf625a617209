"""A run paused while its first article is being written: resumed, without a double charge; or ended, since the provider refuses the key."""

from __future__ import annotations

from harness.core.scenario import AwaitCall, Fault, Path, ReleaseCalls, Scenario, Settle
from scenarios.asks import pause_automation, resume_automation, run_automation
from scenarios.automation.full_run import TAPE, given

ARTICLE = "openai POST /v1/chat/completions"
PAUSED = (run_automation(), AwaitCall(nth=1), pause_automation(), ReleaseCalls(), Settle())
HELD = Fault(kind="hold", match=ARTICLE, calls=(3,))
SCENARIOS = (
    Scenario(
        id="automation/pause_resume",
        title="Pause in the middle of stage 4, then resume",
        given=given(),
        when=(*PAUSED, resume_automation()),
        paths=(Path.AUTOMATION,),
        tape=TAPE,
        faults=(HELD,),
        plan={Path.AUTOMATION: ("path2: Pause/Resume",)},
    ),
    Scenario(
        id="automation/paused_and_refused",
        title="Pause in the middle of stage 4, and what was asked before fails: nothing is left to resume",
        given=given(),
        when=(*PAUSED, resume_automation(expect=409)),
        paths=(Path.AUTOMATION,),
        tape=("openai/automation/full_run",),
        faults=(HELD, Fault(kind="http_401", match=ARTICLE, calls=(3,))),
    ),
)
