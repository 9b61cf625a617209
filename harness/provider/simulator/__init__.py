"""The simulator: OpenAI, Runware and WordPress as one pure function from a request to an answer.

    answer        which provider a request is for; `answer(request, seed)` is all that others need
    openai        keys, errors, headers, routes of api.openai.com
    openai_chat   chat completions: parameter rules, refusals, whole and streamed answers, usage
    openai_images dall-e-3: parameter rules, policy, links that look like the real ones;  openai_errors: their one shape
    runware       tasks over HTTP: costs, errors beside data;  runware_models: what each takes and costs
    wordpress     posts and media of any site's /wp-json/;  wordpress_media: uploads
    prompts       reads the prompt of an AI operation back into its data
    prose/        writes what a good model would answer
    tokens        counts tokens; policy: what is refused; chance: reproducible choices; pixels: a small real picture; wire: JSON, headers, dates
    server        the same function behind HTTPS; `python -m harness.provider.simulator` runs it

It is for recording offline, for load and for property tests. What it makes is labelled `simulated` and never passes for
a recording; docs/simulator.md lists which of its shapes real recordings confirm.
"""

from harness.provider.simulator.answer import answer

__all__ = ["answer"]
