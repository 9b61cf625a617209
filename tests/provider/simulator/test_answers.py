"""The simulator on the wire: the same question gets the same bytes, contracts hold, and failures have real causes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.errors import HarnessError
from harness.provider import contracts
from harness.provider.simulator import tokens
from tests.provider.simulator.ask import (
    CHAT,
    IMAGES,
    KEYWORDS,
    MEDIA,
    POSTS,
    RUNWARE,
    basic,
    chat_body,
    post,
    prompts,
    say,
    task,
)

CLUSTERING = prompts().clustering("Bean There", "Coffee", KEYWORDS)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=400)
CHAT_BODIES = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["gpt-5.1", "gpt-4o-mini", "gpt-4o", "gpt-5", "gpt-5-mini", "gpt-nowhere"]),
        "messages": st.lists(
            st.fixed_dictionaries({"role": st.sampled_from(["system", "user"]), "content": TEXT}),
            min_size=1,
            max_size=3,
        ),
    },
    optional={
        "max_completion_tokens": st.integers(1, 300),
        "max_tokens": st.integers(1, 300),
        "temperature": st.sampled_from([0, 0.7, 1, 2]),
        "n": st.integers(1, 3),
        "stream": st.booleans(),
        "response_format": st.sampled_from([{"type": "text"}, {"type": "json_object"}]),
    },
)


@settings(max_examples=150, deadline=None)
@given(body=CHAT_BODIES, usage=st.booleans())
def test_every_chat_answer_satisfies_the_contract(body, usage):
    """Whatever is asked, the answer is one that OpenAI could give; and a request that breaks the contract gets a 4xx."""
    if body.get("stream"):
        body = {**body, "stream_options": {"include_usage": usage}}
    response = post(CHAT, body)
    problems = contracts.response_problems(
        "openai", "POST", "/v1/chat/completions", response.status, response.body, body
    )
    assert problems == ()
    breaches = contracts.request_problems("openai", "POST", "/v1/chat/completions", body)
    assert (response.status >= 400) == bool(breaches) or body["model"] == "gpt-nowhere"


@settings(max_examples=100, deadline=None)
@given(
    tasks=st.lists(
        st.builds(
            lambda model, size, extra: task(model, width=size[0], height=size[1], **extra),
            st.sampled_from(["runware:97@1", "google:4@2", "bria:10@1"]),
            st.sampled_from([(1024, 1024), (832, 1216), (1264, 848), (1000, 1000), (512, 512)]),
            st.sampled_from(
                [
                    {},
                    {"steps": 20},
                    {"CFGScale": 4.5},
                    {"negativePrompt": "text"},
                    {"includeCost": False},
                    {"numberResults": 2},
                ]
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_every_runware_answer_satisfies_the_contract(tasks):
    """Each task gets its results or its error; the rules of the simulator and of the contract are written apart, and agree."""
    response = post(RUNWARE, tasks)
    assert contracts.response_problems("runware", "POST", "/v1", response.status, response.body, tasks) == ()
    failed = {error["taskUUID"] for error in json.loads(response.body).get("errors", [])}
    for one in tasks:
        assert (one["taskUUID"] in failed) == bool(contracts.request_problems("runware", "POST", "/v1", [one]))


@settings(max_examples=60, deadline=None)
@given(
    prompt=st.text(min_size=1, max_size=200),
    size=st.sampled_from(["1024x1024", "1792x1024", "512x512"]),
    n=st.integers(1, 2),
)
def test_every_image_answer_satisfies_the_contract(prompt, size, n):
    """dall-e-3 answers or refuses exactly where the contract says so."""
    body = {
        "model": "dall-e-3",
        "prompt": prompt,
        "n": n,
        "size": size,
        "quality": "standard",
        "response_format": "url",
    }
    response = post(IMAGES, body)
    assert (
        contracts.response_problems("openai", "POST", "/v1/images/generations", response.status, response.body, body)
        == ()
    )
    assert (response.status == 400) == bool(
        contracts.request_problems("openai", "POST", "/v1/images/generations", body)
    )


@pytest.mark.parametrize("stream", [False, True])
def test_the_same_request_and_seed_give_the_same_bytes(stream):
    """Twice the same question: the same body and headers. Another seed: another id."""
    body = chat_body(CLUSTERING, stream=stream)
    assert post(CHAT, body) == post(CHAT, body)
    assert post(CHAT, body, seed=1).body != post(CHAT, body).body


def test_ids_that_the_client_makes_up_decide_nothing():
    """Two Runware tasks that differ in taskUUID alone get the same image, each under its own id."""
    first, second = task("runware:97@1", width=1024, height=1024), task("runware:97@1", width=1024, height=1024)
    one, two = (json.loads(post(RUNWARE, [t]).body)["data"][0] for t in (first, second))
    assert one["imageUUID"] == two["imageUUID"]
    assert (one["taskUUID"], two["taskUUID"]) == (first["taskUUID"], second["taskUUID"])


def test_usage_counts_what_was_asked_and_written():
    """Tokens follow from the texts: the total is the sum, nothing is cached, and four characters are about one token."""
    answer = json.loads(post(CHAT, chat_body(CLUSTERING)).body)
    usage, text = answer["usage"], answer["choices"][0]["message"]["content"]
    assert usage["completion_tokens"] == tokens.count(text)
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert (
        usage["prompt_tokens_details"]["cached_tokens"] == usage["completion_tokens_details"]["reasoning_tokens"] == 0
    )
    prompt = CLUSTERING.system + CLUSTERING.user
    assert 3.0 <= len(prompt) / usage["prompt_tokens"] <= 5.5


@given(st.text(max_size=500))
def test_tokens_join_to_the_text(text):
    """Splitting loses nothing: an answer can be cut after any token, and streamed."""
    assert "".join(tokens.split(text)) == text


def test_an_answer_is_cut_at_the_token_limit():
    """finish_reason length, exactly as many tokens as allowed, and JSON that no longer parses."""
    answer = json.loads(post(CHAT, chat_body(CLUSTERING, max_completion_tokens=20)).body)
    choice = answer["choices"][0]
    assert (choice["finish_reason"], answer["usage"]["completion_tokens"]) == ("length", 20)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(choice["message"]["content"])


def test_a_stream_says_what_the_whole_answer_says():
    """The deltas join to the content, and the usage chunk equals the usage."""
    whole = json.loads(post(CHAT, chat_body(CLUSTERING)).body)
    stream = post(CHAT, chat_body(CLUSTERING, stream=True, stream_options={"include_usage": True}))
    frames = [json.loads(line[6:]) for line in stream.body.decode().splitlines() if line.startswith("data: {")]
    deltas = "".join(c["delta"].get("content") or "" for f in frames for c in f["choices"])
    assert json.loads(deltas)["clusters"]
    assert frames[-1]["choices"] == []
    assert frames[-1]["usage"]["prompt_tokens"] == whole["usage"]["prompt_tokens"]


def test_a_disallowed_topic_is_refused_as_each_provider_refuses():
    """Chat: a refusal without content, still 200 and billed. dall-e: 400. Runware: an error beside the other task's data."""
    message = json.loads(post(CHAT, say("How do I build a pipe bomb?")).body)["choices"][0]["message"]
    assert message["content"] is None
    assert message["refusal"]
    drawn = post(IMAGES, {"model": "dall-e-3", "prompt": "A pipe bomb on a bench"})
    assert (drawn.status, json.loads(drawn.body)["error"]["code"]) == (400, "content_policy_violation")
    size = {"width": 1024, "height": 1024}
    good, bad = task("runware:97@1", **size), task("runware:97@1", **size, positivePrompt="A pipe bomb on a bench")
    mixed = post(RUNWARE, [good, bad])
    body = json.loads(mixed.body)
    assert mixed.status == 200
    assert [item["taskUUID"] for item in body["data"]] == [good["taskUUID"]]
    assert [(e["taskUUID"], e["code"]) for e in body["errors"]] == [(bad["taskUUID"], "providerContentPolicyViolation")]


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        (say("hi", model="gpt-nonexistent"), 404, "model_not_found", None),
        (say("hi", model="gpt-5.1", max_tokens=5), 400, "unsupported_parameter", "max_tokens"),
        (say("hi", model="gpt-5", temperature=0.2), 400, "unsupported_value", "temperature"),
        (say("hi", model="gpt-5.1", temperature=0.2, reasoning_effort="high"), 400, "unsupported_value", "temperature"),
        (say("hi", colour="red"), 400, "unknown_parameter", "colour"),
        (say("word " * 130_000), 400, "context_length_exceeded", "messages"),
        (say("hi", response_format={"type": "json_object"}), 400, None, "messages"),
        ({"model": "gpt-4o-mini"}, 400, "missing_required_parameter", "messages"),
    ],
)
def test_openai_refuses_what_the_model_does_not_take(body, status, code, param):
    """Status, code and parameter are those that the real API sends."""
    response = post(CHAT, body)
    error = json.loads(response.body)["error"]
    assert (response.status, error["code"], error["param"]) == (status, code, param)


@pytest.mark.parametrize(
    ("uri", "key", "status"),
    [
        (CHAT, None, 401), (CHAT, "Bearer sk-revoked-1234", 401), (CHAT, "Bearer sk-unfunded-1234", 429), (IMAGES, None, 401),
        (RUNWARE, None, 401), (RUNWARE, "Bearer rw-revoked", 401), (RUNWARE, "Bearer rw-unfunded", 402),
        (POSTS, None, 401), (POSTS, basic(password="wrong"), 401), (POSTS, basic("subscriber"), 403), (MEDIA, basic("subscriber"), 400),
    ],
)  # fmt: skip
def test_bad_credentials_get_the_providers_own_error(uri, key, status):
    """The body has the provider's error shape, by the contract."""
    bodies = {
        CHAT: say("hi"),
        IMAGES: {"model": "dall-e-3", "prompt": "x"},
        RUNWARE: [task("runware:97@1", width=64, height=64)],
    }
    response = post(uri, bodies.get(uri, {"title": "T"}), key=key)
    provider = "openai" if "openai" in uri else "runware" if "runware" in uri else "wordpress"
    path = uri.partition(".com")[2] or uri.partition(".ai")[2] or "/" + uri.split("/", 3)[3]
    assert response.status == status
    assert contracts.response_problems(provider, "POST", path, status, response.body) == ()


def test_a_key_is_never_repeated_whole():
    """The 401 shows a masked key only."""
    assert b"sk-revoked-abcdef123456" not in post(CHAT, say("hi"), key="Bearer sk-revoked-abcdef123456").body


def test_runware_costs_are_those_of_the_price_list():
    """With includeCost, USD as a number: 0.009, 0.138 (4K 0.244), 0.04."""
    asked = [
        task("runware:97@1", width=1024, height=1024), task("google:4@2", width=1376, height=768),
        task("google:4@2", resolution="4K"), task("bria:10@1", width=1344, height=768),
    ]  # fmt: skip
    assert [item["cost"] for item in json.loads(post(RUNWARE, asked).body)["data"]] == [0.009, 0.138, 0.244, 0.04]


def test_wordpress_creates_posts_and_media():
    """201 with Location; raw and rendered stand side by side; a multipart upload equals a raw one."""
    made = post(POSTS, {"title": "Beans & Roasts", "content": "<p>Hi</p>", "status": "publish"}, key=basic())
    body = json.loads(made.body)
    assert made.status == 201
    assert made.headers["Location"] == (body["_links"]["self"][0]["href"],)
    assert (body["slug"], body["content"]["raw"]) == ("beans-roasts", "<p>Hi</p>")
    assert b"\\/" in made.body  # PHP escapes slashes
    pixels = b"\x89PNG\r\n\x1a\n" + b"\0" * 8 + (640).to_bytes(4, "big") + (480).to_bytes(4, "big")
    raw = post(MEDIA, pixels, key=basic(), Content_Disposition='attachment; filename="cup.png"')
    form = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="cup.png"\r\nContent-Type: image/png\r\n\r\n'
        + pixels
        + b"\r\n--b--\r\n"
    )
    multi = post(MEDIA, form, key=basic(), Content_Type="multipart/form-data; boundary=b")
    one, two = json.loads(raw.body), json.loads(multi.body)
    assert raw.status == multi.status == 201
    assert one["id"] == two["id"]
    assert (one["media_details"]["width"], one["mime_type"]) == (640, "image/png")
    for response in (raw, multi):
        assert contracts.response_problems("wordpress", "POST", "/wp-json/wp/v2/media", 201, response.body) == ()


def test_no_provider_is_invented():
    """A host that is nobody's gets no model's answer, and no 404 that a recorder would keep."""
    with pytest.raises(HarnessError) as caught:
        post("https://api.somebody.example/v1/chat/completions", say("hi"))
    assert caught.value.code == "answers-missing"
    assert "nothing is known of api.somebody.example; it begins:" in caught.value.message
    assert "serve(request)" in caught.value.hint
