"""What the providers say to this project's backend when cassettes are recorded and in `harness stack up`.

prompts   reads the prompt of an AI operation back into its data
clusters, ideas, article (blog, page), product, service, pictures, optimize, links   what a good model would answer, one each
bank      the sentences; domains: what each field talks about
compose   fills sentences without saying anything twice; topic: keywords as phrases
policy    what is refused;  runware: what each image model takes and costs;  chance: what `request.random` can do

The harness calls `chat` and `image` (docs/simulator.md); nothing here imports anything of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import article, clusters, ideas, links, optimize, pictures, policy, prompts, runware
from .chance import Chance
from .prompts import Prompt

WRITERS: Mapping[str, Callable[[Prompt, Chance], dict[str, Any]]] = {
    "clustering": clusters.write,
    "idea_generation": ideas.write,
    "content_generation": article.write,
    "image_prompt_extraction": pictures.write,
    "content_optimization": optimize.write,
    "internal_linking": links.write,
}


def chat(request: Any) -> dict[str, Any] | None:
    """The JSON object that an operation asks for; None for any other prompt."""
    if policy.disallowed_topic(request.text):
        return {"refusal": "I'm sorry, but I can't help with that request."}
    prompt = prompts.read(request.system, request.user)
    writer = WRITERS.get(prompt.operation)
    return writer(prompt, request.random.fork("prose")) if writer else None


def image(request: Any) -> dict[str, Any]:
    """The words in which dall-e rewrote the prompt; of a Runware model the cost, or why it does not take the task."""
    refused = {"refusal": ""} if policy.disallowed_topic(request.text) else {}
    if isinstance(request.json, dict) and request.json.get("taskType") == "imageInference":
        answer = runware.answer(request.json)
        return answer if "error" in answer else refused or answer
    return refused or {"revised_prompt": pictures.revise(request.text, request.random.fork("revised"))}
