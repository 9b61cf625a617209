"""Which functions there are, by name."""

from __future__ import annotations

from igny8_core.ai.exceptions import AIValidationError
from igny8_core.ai.functions.auto_cluster import AutoClusterFunction
from igny8_core.ai.functions.generate_content import GenerateContentFunction
from igny8_core.ai.functions.generate_ideas import GenerateIdeasFunction
from igny8_core.ai.functions.generate_image_prompts import GenerateImagePromptsFunction
from igny8_core.ai.functions.interface import AIFunction

# The functions that the engine runs. Images have their queue; optimizer and linker have their services.
ENGINE_FUNCTIONS: dict[str, type[AIFunction]] = {
    "auto_cluster": AutoClusterFunction,
    "generate_ideas": GenerateIdeasFunction,
    "generate_content": GenerateContentFunction,
    "generate_image_prompts": GenerateImagePromptsFunction,
}


def get_function(name: str) -> AIFunction:
    try:
        return ENGINE_FUNCTIONS[name]()
    except KeyError:
        raise AIValidationError(f"Unknown function: {name}.") from None
