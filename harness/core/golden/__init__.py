"""What is locked of a scenario.

outcome    what it costs, with its deviations: what people read and approve
free       what is not looked at, and where that may stand
coverage   what a project drives and asks
surface    everything else that was observed of it, as lines, and what each phase changes of them
"""

from harness.core.golden.outcome import (
    FORMAT,
    SECTIONS,
    Deviation,
    Golden,
    Outcome,
    Resolved,
    resolve,
    why_lacks,
)

__all__ = ["FORMAT", "SECTIONS", "Deviation", "Golden", "Outcome", "Resolved", "resolve", "why_lacks"]
