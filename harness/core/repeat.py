"""The command that shows the same again; every failure is told with it."""

from harness.core.tier import USUAL


def repeat_command(about: str, phase: int = 0, *, tier: str = USUAL, workers: int = 1) -> str:
    """The command that repeats just one cell or scenario, or the whole run for "", as the run was driven."""
    words = ["harness", "verify"]
    if tier != USUAL:
        words += ["--tier", tier]
    if workers > 1:
        words += ["--workers", str(workers)]
    if phase:
        words += ["--phase", str(phase)]
    if about:
        words += ["--only", about]
    return " ".join(words)
