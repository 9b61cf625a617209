"""What a variation lays over answers, and which recording stands in for a request that has none."""

from __future__ import annotations

import json

from harness.core.cassette import Cassette, Interaction, RecordedRequest, RecordedResponse
from harness.core.variation import UNUSABLE, USAGE
from harness.provider.fake.epoch import Epoch
from harness.provider.fake.tape import varied
from harness.provider.fake.tape.match import prepare
from harness.provider.profiles import profile_for

HOST, TARGET = "api.openai.com", "/v1/chat/completions"
PROFILE = profile_for(HOST)


def asked(model: str = "gpt-5.1", text: str = "hello") -> bytes:
    return json.dumps({"model": model, "messages": [{"role": "user", "content": text}]}).encode()


def answer(text: str) -> bytes:
    details = {"prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0}}
    return json.dumps(
        {
            "model": "gpt-5.1-2025-11-13",
            "choices": [{"message": {"content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 5, **details},
        }
    ).encode()


def epoch(laid, *texts: str) -> Epoch:
    interactions = tuple(
        Interaction(
            index=n,
            request=RecordedRequest(method="POST", uri=f"https://{HOST}{TARGET}", headers={"content-type": ("application/json",)}, body=asked(text=text)),
            response=RecordedResponse(status=200, reason="OK", headers={"content-type": ("application/json",)}, body=answer(f"to {text}")),
        )
        for n, text in enumerate(texts)
    )  # fmt: skip
    return Epoch(recordings=prepare(Cassette(name="one", interactions=interactions)), laid=laid)


def said(of: Epoch, body: bytes) -> dict:
    return json.loads(of.decide(PROFILE, HOST, "POST", TARGET, body).answer.body)


def text(found: dict) -> str:
    return found["choices"][0]["message"]["content"]


def test_a_request_that_nothing_fits_gets_the_next_of_its_route_and_then_the_last_again():
    """Claim: what fits is taken first; the others stand in, in order; the answer names the model that was asked for."""
    of = epoch((), "a", "b", "c")
    assert text(said(of, asked(text="b"))) == "to b"
    other = said(of, asked(model="gpt-6", text="new"))
    assert (text(other), other["model"]) == ("to a", "gpt-6")
    assert [text(said(of, asked(text="new"))) for _ in range(3)] == ["to c", "to c", "to c"]


def test_side_by_side_each_gets_the_one_that_is_most_like_it_whoever_comes_first():
    """Claim: two requests that differ a little from two recordings get theirs in either order."""
    sheep, goats = "tell me of sheep in the hills", "write a poem on goats"
    for first, second in ((sheep, goats), (goats, sheep)):
        of = epoch((), sheep, goats)
        assert text(said(of, asked(text=f"{first} now"))) == f"to {first}"
        assert text(said(of, asked(text=f"{second} now"))) == f"to {second}"


def test_in_a_world_that_is_not_varied_nothing_stands_in():
    of = epoch(None, "a")
    assert of.decide(PROFILE, HOST, "POST", TARGET, asked(text="new")).entry.disposition == "unmatched"
    assert said(of, asked(text="a")) == json.loads(answer("to a"))


def test_of_another_route_nothing_stands_in():
    of = epoch((), "a")
    assert of.decide(PROFILE, HOST, "POST", "/v1/responses", asked(text="a")).entry.disposition != "played"


def test_optional_counts_are_not_zero_and_what_was_counted_stays():
    found = said(epoch((USAGE,), "a"), asked(text="a"))["usage"]
    counts = list(found["prompt_tokens_details"].values())
    assert all(counts)
    assert len(set(counts)) == len(counts)
    assert (found["prompt_tokens"], found["completion_tokens"]) == (9, 5)


def test_an_answer_that_was_not_asked_for_is_complete_and_costs_the_same():
    found = said(epoch((UNUSABLE,), "a"), asked(text="a"))
    assert text(found) == varied.REFUSAL
    assert found["usage"] == json.loads(answer("to a"))["usage"]
    assert found["choices"][0]["finish_reason"] == "stop"
