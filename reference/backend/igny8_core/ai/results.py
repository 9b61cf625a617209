"""What a run of a function or of the image queue reports."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

STOPPING = ("insufficient_credits", "auth")


@dataclass(slots=True)
class RunResult:
    """Counts of batches (or images), the rows created, the errors, and the credits taken.

    `skipped` counts what was not begun because an earlier error stopped the run.
    """

    function: str
    processed: int = 0
    failed: int = 0
    skipped: int = 0
    created: int = 0
    credits_used: int = 0
    errors: list[dict[str, str]] = field(default_factory=list)

    def success(self, created: int, credits: int) -> None:
        self.processed += 1
        self.created += created
        self.credits_used += credits

    def failure(self, item: str, code: str, message: str) -> RunResult:
        self.failed += 1
        self.errors.append({"item": item, "code": code, "message": message})
        return self

    def summary(self) -> str:
        counts = f"{self.processed} processed, {self.failed} failed, {self.skipped} skipped"
        return f"{counts}, {self.credits_used} credits used"

    def as_dict(self) -> dict[str, Any]:
        return {"success": self.failed == 0, **asdict(self)}


def stopping_error(result: dict[str, Any]) -> dict[str, str] | None:
    """The error that stopped a run, if one did."""
    return next((e for e in result["errors"] if e["code"] in STOPPING), None)
