"""The real OpenAI SDK, unmodified, against the fake over TLS: it is told a base URL and a CA bundle, nothing else."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest

from harness.core.scenario import Fault
from tests.provider.fake.conftest import Fake, asked, chat, recorded

openai = pytest.importorskip("openai", reason="the OpenAI SDK is not installed")

CHAT = "https://api.openai.com/v1/chat/completions"
IMAGES = "https://api.openai.com/v1/images/generations"
SSE = {"content-type": ("text/event-stream; charset=utf-8",)}
MESSAGES = [{"role": "user", "content": "hello"}]


@pytest.fixture
def settings(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> dict:
    """What every SDK client here is given."""
    monkeypatch.setenv("SSL_CERT_FILE", str(fake.ca))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    return {"api_key": "sk-test", "base_url": fake.url("https://api.openai.com/v1"), "max_retries": 0, "timeout": 20}


def test_a_completion_comes_back_typed(fake, settings):
    """Sync client: content, dated model and usage are those of the recording."""
    fake.load(chat("hello", "world"))
    with openai.OpenAI(**settings) as client:
        found = client.chat.completions.create(model="gpt-5.1", messages=MESSAGES)
    assert found.choices[0].message.content == "world"
    assert (found.usage.prompt_tokens, found.usage.completion_tokens) == (7, 5)
    assert fake.report().calls[0].success


def test_the_async_client_plays_in_parallel(fake, settings):
    """Twenty concurrent calls of one request get twenty different recordings."""
    fake.load(*(chat("hello", str(number)) for number in range(20)))

    async def ask() -> list[str]:
        async with openai.AsyncOpenAI(**settings) as client:
            calls = [client.chat.completions.create(model="gpt-5.1", messages=MESSAGES) for _ in range(20)]
            return [found.choices[0].message.content for found in await asyncio.gather(*calls)]

    assert sorted(asyncio.run(ask()), key=int) == [str(number) for number in range(20)]
    assert fake.report().unplayed == ()


def test_a_stream_is_iterated_with_its_usage(fake, settings):
    """Chunks in order, the usage chunk last."""
    words = ["One", " two"]
    frames = [
        {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5.1-2025-11-13"}
        | {"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}], "usage": None}
        for word in words
    ]
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    frames.append(frames[0] | {"choices": [], "usage": usage})
    body = "".join(f"data: {json.dumps(frame)}\n\n" for frame in [*frames]) + "data: [DONE]\n\n"
    sent = asked("hello", stream=True, stream_options={"include_usage": True})
    fake.load(recorded("POST", CHAT, sent, body.encode(), headers=SSE))
    with openai.OpenAI(**settings) as client:
        stream = client.chat.completions.create(
            model="gpt-5.1", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
        chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content for chunk in chunks if chunk.choices) == "One two"
    assert chunks[-1].usage.total_tokens == 11


def test_a_stream_that_is_cut_raises_and_the_work_was_done(fake, settings):
    """The SDK does not take half a stream for a whole one."""
    sent = asked("hello", stream=True)
    frame = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
    body = f"data: {json.dumps(frame)}\n\n".encode() * 4 + b"data: [DONE]\n\n"
    fake.load(recorded("POST", CHAT, sent, body, headers=SSE), faults=(Fault(kind="cut_sse", match="*"),))
    with openai.OpenAI(**settings) as client:
        stream = client.chat.completions.create(model="gpt-5.1", messages=MESSAGES, stream=True)
        with pytest.raises(Exception, match=r"incomplete|peer closed|Connection error"):
            list(stream)
    assert fake.report().calls[0].success is True


def test_images_come_as_url_or_base64(fake, settings):
    """Both answer forms of an image, byte for byte."""
    drawn = base64.b64encode(bytes(range(256)) * 2000).decode()
    fake.load(
        recorded(
            "POST", IMAGES, {"model": "dall-e-3", "prompt": "a"}, {"created": 1, "data": [{"url": "https://x/1"}]}
        ),
        recorded(
            "POST",
            IMAGES,
            {"model": "dall-e-3", "prompt": "a", "response_format": "b64_json"},
            {"created": 1, "data": [{"b64_json": drawn}]},
        ),
    )
    with openai.OpenAI(**settings) as client:
        assert client.images.generate(model="dall-e-3", prompt="a").data[0].url == "https://x/1"
        packed = client.images.generate(model="dall-e-3", prompt="a", response_format="b64_json")
    assert packed.data[0].b64_json == drawn
    calls = fake.report().calls
    assert [call.images for call in calls] == [1, 1]
    assert "sha256" in calls[1].response["data"][0]["b64_json"], "the history keeps a hash of it, not the picture"


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("http_401", "AuthenticationError"),
        ("http_403", "PermissionDeniedError"),
        ("http_404", "NotFoundError"),
        ("http_429", "RateLimitError"),
        ("insufficient_quota", "RateLimitError"),
        ("http_500", "InternalServerError"),
        ("http_503", "InternalServerError"),
        ("content_policy", "BadRequestError"),
        ("reset", "APIConnectionError"),
        ("lost_answer", "APIConnectionError"),
    ],
)
def test_faults_are_the_sdks_own_exceptions(fake, settings, kind, error):
    """The SDK understands the fake's errors as the provider's: class, code and message."""
    fake.load(chat("hello", "world"), faults=(Fault(kind=kind, match="*"),))
    with openai.OpenAI(**settings) as client, pytest.raises(getattr(openai, error)) as caught:
        client.chat.completions.create(model="gpt-5.1", messages=MESSAGES)
    if kind == "insufficient_quota":
        assert caught.value.code == "insufficient_quota"


def test_a_timeout_is_the_sdks_timeout(fake, settings):
    """A stalled provider raises APITimeoutError after the client's own time."""
    fake.load(chat("hello", "world"), faults=(Fault(kind="stall", match="*"),))
    with openai.OpenAI(**settings | {"timeout": 0.1}) as client, pytest.raises(openai.APITimeoutError):
        client.chat.completions.create(model="gpt-5.1", messages=MESSAGES)


def test_the_sdks_own_retries_are_seen_one_by_one(fake, settings):
    """max_retries=2: two 429 then the recording; three calls, one success, and the retry count is in the ledger."""
    fault = Fault(kind="http_429", match="*", calls=(1, 2), args={"retry_after_s": 0.01})
    fake.load(chat("hello", "world"), faults=(fault,))
    with openai.OpenAI(**settings | {"max_retries": 2}) as client:
        found = client.chat.completions.create(model="gpt-5.1", messages=MESSAGES)
    assert found.choices[0].message.content == "world"
    assert [(call.status, call.success) for call in fake.report().calls] == [(429, False), (429, False), (200, True)]


def test_a_lost_answer_makes_the_sdk_ask_twice(fake, settings):
    """The double charge in the making: the retry consumes a second recording, the provider did the work twice."""
    fake.load(
        chat("hello", "one"),
        chat("hello", "two"),
        faults=(Fault(kind="lost_answer", match="*", calls=(1,)),),
    )
    with openai.OpenAI(**settings | {"max_retries": 1}) as client:
        assert client.chat.completions.create(model="gpt-5.1", messages=MESSAGES).choices[0].message.content == "two"
    assert [call.success for call in fake.report().calls] == [True, True]


def test_a_refusal_is_not_retried(fake, settings):
    """An unmatched request is refused once, with the harness's message, whatever the SDK's retries."""
    fake.load(chat("hello", "world"))
    with openai.OpenAI(**settings | {"max_retries": 3}) as client, pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="gpt-5-mini", messages=MESSAGES)
    assert "the model changed from 'gpt-5.1' to 'gpt-5-mini'" in str(caught.value)
    assert fake.report().unmatched == 1
