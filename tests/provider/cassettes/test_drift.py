"""Drift: what changed between two recordings, in requests, shape, usage and price, and nothing else."""

from __future__ import annotations

import json

from harness.provider.cassettes.drift import compare, same
from tests.provider.cassettes.made import chat, interaction
from tests.provider.simulator.ask import CHAT, RUNWARE, post, say, task

ASKED = say("Say hello")
GOOD = json.loads(chat().response.body)


def answered(**change):
    return interaction(CHAT, ASKED, {**GOOD, **change})


def draw(cost: float | None = None):
    tasks = [task("runware:97@1", width=1024, height=1024)]
    body = json.loads(post(RUNWARE, tasks).body)
    if cost is not None:
        body["data"][0]["cost"] = cost
    return interaction(RUNWARE, tasks, body)


def test_the_same_traffic_is_no_drift():
    """Equal interactions, in whatever order unlike requests came."""
    a, b = chat("one"), chat("two")
    assert same([a, b], [b, a])
    assert not compare([a, b], [b, a])


def test_ids_of_the_client_are_no_drift():
    """Another taskUUID is the same drawing."""
    first, second = draw(), draw()
    assert first.request.body != second.request.body
    assert same([first], [second])


def test_the_order_of_equal_requests_matters():
    """An identical request twice with different answers is a sequence."""
    a, b = answered(id="chatcmpl-a"), answered(id="chatcmpl-b")
    assert not same([a, b], [b, a])
    assert compare([a, b], [b, a]).texts == 2


def test_a_field_that_came_or_went_is_a_change_of_shape():
    """Its path, and its type before and after."""
    lines = compare([answered()], [answered(mood="good")]).shapes
    assert lines == ("shape: POST api.openai.com/v1/chat/completions 200 $.mood: absent -> string",)
    lines = compare([answered()], [answered(created="now")]).shapes
    assert lines == ("shape: POST api.openai.com/v1/chat/completions 200 $.created: integer -> string",)


def test_more_tokens_are_a_change_of_usage_and_of_price():
    """The difference is shown in tokens and in USD by the rate card."""
    usage = {**GOOD["usage"], "completion_tokens": GOOD["usage"]["completion_tokens"] + 1_000_000}
    drift = compare([answered()], [answered(usage=usage)])
    before = GOOD["usage"]["completion_tokens"]
    assert drift.usage == (f"usage: gpt-4o-mini-2024-07-18 tokens_out: {before} -> {before + 1_000_000} (+1000000)",)
    assert drift.prices[0].endswith("(+0.600000)")


def test_a_price_that_the_provider_reports_is_watched():
    """Runware's own cost changed, while the rate card did not: that is the line to read first."""
    assert compare([draw()], [draw(0.012)]).prices == ("price: runware:97@1 says 0.009 -> 0.012 USD an image",)


def test_a_new_prompt_is_a_change_of_requests():
    """Both sides are named: what is no longer sent, and what is new."""
    drift = compare([chat("one")], [chat("two")])
    assert len(drift.requests) == 2
    assert drift.requests[0].startswith("request: no longer sent, 1x POST api.openai.com/v1/chat/completions")


def test_other_words_are_counted_only():
    """A model that says it differently is no alarm, but it is told."""
    body = json.loads(json.dumps(GOOD))
    body["choices"][0]["message"]["content"] = "Ahoy!"
    drift = compare([interaction(CHAT, ASKED, GOOD)], [interaction(CHAT, ASKED, body)])
    assert drift.lines() == ("text: 1 answers differ in content only",)


def test_a_lost_header_is_a_change_of_shape():
    """Rate-limit headers that vanish change what a client can do."""
    with_header = interaction(
        CHAT, ASKED, GOOD, response_headers={"Content-Type": ("application/json",), "x-request-id": ("r",)}
    )
    assert compare([with_header], [interaction(CHAT, ASKED, GOOD)]).shapes == (
        "shape: POST api.openai.com/v1/chat/completions 200 header x-request-id: present -> absent",
    )
