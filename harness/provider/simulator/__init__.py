"""The simulator: OpenAI, Runware and WordPress as one pure function from a request to an answer.

    answer        which provider a request is for; `answer(request, seed)` is all that others need
    openai/       api.openai.com: keys, routes, errors, chat completions, images
    runware/      tasks over HTTP: costs, errors beside data
    wordpress/    posts and media of any site's /wp-json/
    prompts       reads the prompt of an AI operation back into its data
    prose/        writes what a good model would answer
    tokens        counts tokens; policy: what is refused; chance: reproducible choices; pixels: a small real picture; wire: JSON, headers, dates
    server        the same function behind HTTPS; `python -m harness.provider.simulator` runs it

It is for recording offline, for load and for property tests. What it makes is labelled `simulated` and never passes for
a recording; docs/simulator.md lists which of its shapes real recordings confirm.
"""

from harness.provider.simulator.answer import answer

__all__ = ["answer"]
