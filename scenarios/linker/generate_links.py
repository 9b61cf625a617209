"""Link one article, by the button and by the service itself; and each way in which it fails."""

from __future__ import annotations

from scenarios.asks import internal_linking
from scenarios.direct_services import scenarios_of

SCENARIOS = scenarios_of(
    module="linker",
    name="generate_links",
    operation=internal_linking,
    title="Link one article",
    row="Internal Linking",
    too_few_credits=0,
)
