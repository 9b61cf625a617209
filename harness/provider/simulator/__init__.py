"""The simulator: OpenAI, Runware and WordPress as one pure function from a request to an answer.

    answer        which kind of provider a request is for; `answer(request, seed)` is all that others need
    answers       the project's own: what is said where a provider's form is not enough
    openai/       hosts that speak OpenAI's API: keys, endpoints, errors, chat, responses, embeddings, images
    runware/      tasks over HTTP: costs, errors beside data
    wordpress/    posts and media of any site's /wp-json/
    instance      what fits a JSON Schema; pattern: what fits a regular expression; plain: a few neutral words
    tokens        counts tokens; chance: reproducible choices; pixels: a small real picture; wire: JSON, headers, dates
    server        the same function behind HTTPS; `python -m harness.provider.simulator` runs it

It is for recording offline, for load and for property tests. What it makes is labelled `simulated` and never passes for
a recording; docs/simulator.md lists which of its shapes real recordings confirm. It knows no backend: what a prompt of
one is answered with, the project says in its answers.
"""

from harness.provider.simulator.answer import NOTHING, answer
from harness.provider.simulator.answers import read

__all__ = ["NOTHING", "answer", "read"]
