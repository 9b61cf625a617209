"""OpenAI, simulated, and every host that speaks its API.

api         keys, headers and endpoints; `answer(asked, answers)` is all that others need
chat        chat completions: parameter rules, whole and streamed answers, usage
responses   the Responses API, whole and as events
embeddings  a vector a text
images      dall-e and gpt-image: parameter rules, links that look like the real ones, tokens
saying      what is said, whichever API asks;  models: what is known of them, by family
errors      the one shape of every refusal
"""
