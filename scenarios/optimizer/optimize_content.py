"""Optimize one article, by the button and by the service itself; and each way in which it fails."""

from __future__ import annotations

from scenarios.asks import content_optimization
from scenarios.direct_services import scenarios_of

SCENARIOS = scenarios_of(
    module="optimizer",
    name="optimize_content",
    operation=content_optimization,
    title="Optimize one article",
    row="Optimize Content",
    too_few_credits=1,
)
