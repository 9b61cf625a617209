"""Prose: what a good model would answer to each operation's prompt.

clusters, ideas, article (blog, page), product, service, pictures, optimize, links   one answer each;  general: to any other prompt
bank      the sentences; domains: what each field talks about
compose   fills sentences without saying anything twice; topic: keywords as phrases
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.provider.simulator.chance import Chance
from harness.provider.simulator.prompts import Prompt
from harness.provider.simulator.prose import article, clusters, general, ideas, links, optimize, pictures

WRITERS: Mapping[str, Callable[[Prompt, Chance], dict[str, Any]]] = {
    "clustering": clusters.write,
    "idea_generation": ideas.write,
    "content_generation": article.write,
    "image_prompt_extraction": pictures.write,
    "content_optimization": optimize.write,
    "internal_linking": links.write,
}


def write(prompt: Prompt, chance: Chance) -> dict[str, Any] | str:
    """The JSON object an operation asks for; for any other prompt, a short plain answer."""
    writer = WRITERS.get(prompt.operation)
    return writer(prompt, chance) if writer else general.write(prompt, chance)
