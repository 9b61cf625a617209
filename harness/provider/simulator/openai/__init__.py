"""OpenAI, simulated.

api         keys, headers and routes of api.openai.com; `answer(asked)` is all that others need
chat        chat completions: parameter rules, refusals, whole and streamed answers, usage
images      dall-e-3: parameter rules, policy, links that look like the real ones
errors      the one shape of every refusal
"""
