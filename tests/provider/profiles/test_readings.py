"""What an answer says the provider did: answers with status 200 that are no success, and usage in all its forms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.provider import profiles
from harness.provider.profiles import OPENAI, OTHER, RUNWARE, WORDPRESS, Reading, made

JSON, SSE = "application/json", "text/event-stream; charset=utf-8"
ERROR = {"type": "server_error", "message": "The server had an error", "code": None}
USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
READ = {"tokens_in": 7, "tokens_out": 5}


def read(answer: Any, *, profile: profiles.Profile = OPENAI, status: int = 200, asked: Any = None) -> Reading:
    return profile.read(status, JSON, json.dumps(answer).encode(), asked or {"model": "gpt-5.1"})


def streamed(*frames: Any, profile: profiles.Profile = OPENAI, kind: str = SSE) -> Reading:
    """Frames: JSON values, (event name, JSON value), or bytes that stand as they are."""
    lines = []
    for frame in frames:
        name, value = frame if isinstance(frame, tuple) else ("", frame)
        data = value if isinstance(value, bytes) else b"data: " + json.dumps(value).encode()
        lines.append((f"event: {name}\n".encode() if name else b"") + data + b"\n\n")
    return profile.read(200, kind, b"".join(lines), {"model": "gpt-5.1", "stream": True})


def chunk(text: str = "", **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return {"object": "chat.completion.chunk", "model": "gpt-5.1-2025-11-13", "choices": [choice], **more}


DONE = b"data: [DONE]"
COMPLETED = {
    "object": "response", "status": "completed", "error": None, "incomplete_details": None, "model": "gpt-5.1-2025-11-13",
    "output": [], "usage": {"input_tokens": 7, "output_tokens": 5, "total_tokens": 12},
}  # fmt: skip


# errors in a stream


@pytest.mark.parametrize(
    "last",
    [
        {"error": ERROR},
        {"error": "overloaded"},
        {"id": "x", "error": {"code": 502, "message": "Provider disconnected"}, "choices": [{"index": 0, "delta": {}, "finish_reason": "error"}]},
        {"choices": [{"index": 0, "delta": {}, "error": {"message": "upstream"}, "finish_reason": None}]},
        ("error", {"message": "Internal error"}),
        ("error", b"event: error\ndata: not JSON"),
        b'{"error": {"message": "The gateway fell back to plain JSON"}}',
        {"type": "error", "code": "server_error", "message": "An error occurred"},
        {"type": "response.failed", "response": {**COMPLETED, "status": "failed", "error": ERROR, "usage": None}},
        {"type": "response.incomplete", "response": {**COMPLETED, "status": "incomplete"}},
        {"type": "response.cancelled", "response": {**COMPLETED, "status": "cancelled"}},
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", [(), (DONE,)])
def test_an_error_after_some_text_is_a_failure(last, end):
    """Status 200 went out with the first byte; what came later says that it failed. No usage is read of it."""
    found = streamed(chunk("Some "), chunk("text"), last, *end)
    assert (found.success, found.usage, found.images) == (False, None, 0)
    assert found.model == "gpt-5.1-2025-11-13"


@pytest.mark.parametrize(
    "frames",
    [
        (chunk("Hi"), chunk(error=None), DONE),
        (chunk("error: none"), {"error": {}}, DONE),
        (chunk('{"error": "in the text"}'), DONE),
        ({"type": "response.created", "response": {**COMPLETED, "status": "in_progress", "usage": None}}, {"type": "response.output_item.done", "item": {"status": "incomplete"}}, {"type": "response.completed", "response": COMPLETED}),
        (b": OPENROUTER PROCESSING", chunk("Hi"), DONE),
    ],
)  # fmt: skip
def test_a_stream_that_only_speaks_of_errors_is_a_success(frames):
    """A key that is null or empty, the word in a text, a part that is incomplete."""
    assert streamed(*frames).success


# responses that failed


@pytest.mark.parametrize("status", ["failed", "incomplete", "cancelled", "queued", "in_progress"])
def test_a_response_that_did_not_complete_is_no_success(status):
    """The Responses API says so in `status`, below 200."""
    found = read({**COMPLETED, "status": status, "error": ERROR if status == "failed" else None, "usage": None})
    assert (found.success, found.usage, found.model) == (False, None, "gpt-5.1-2025-11-13")


@pytest.mark.parametrize(
    "answer",
    [
        {"error": ERROR},
        {"error": "model is loading"},
        {**COMPLETED, "error": {"code": "server_error", "message": "x"}},
        {"object": "chat.completion", "choices": [{"index": 0, "error": {"code": 502}, "finish_reason": "error"}], "usage": USAGE},
    ],
)  # fmt: skip
def test_an_error_in_a_key_of_a_200_is_a_failure(answer):
    """Whatever stands beside it, for every provider that answers JSON."""
    assert not read(answer).success
    if "error" in answer:
        assert not read(answer, profile=OTHER).success
        assert not read(answer, profile=WORDPRESS).success
        assert not read(answer, profile=made("gateway", "openai")).success


@pytest.mark.parametrize("error", [None, {}, "", [], {"code": None, "message": None, "param": None}])
def test_an_error_key_that_says_nothing_is_none(error):
    """Responses and fine-tuning jobs carry the key always."""
    assert read({**COMPLETED, "error": error}).success
    assert read({"id": 1, "error": error}, profile=OTHER).success


# usage


@pytest.mark.parametrize(
    ("usage", "found"),
    [
        (USAGE, READ),
        ({"input_tokens": 7, "output_tokens": 5}, READ),
        ({**USAGE, "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 0}}, {**READ, "tokens_cached": 4}),
        ({**USAGE, "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": None}, READ),
        ({**USAGE, "completion_tokens_details": {"reasoning_tokens": 3}}, {**READ, "tokens_reasoning": 3}),
        ({"input_tokens": 7, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 2}, "output_tokens_details": {"reasoning_tokens": 1}}, {**READ, "tokens_cached": 2, "tokens_reasoning": 1}),
        ({"input_tokens": 7, "output_tokens": 5, "input_tokens_details": {"text_tokens": 1, "image_tokens": 6}}, {**READ, "tokens_image_in": 6}),
        ({"prompt_tokens": 7, "total_tokens": 7}, {"tokens_in": 7, "tokens_out": 0}),
        (None, None), ({}, None), ("7", None),
    ],
)  # fmt: skip
def test_usage_is_read_in_both_writings_with_the_parts_that_are_priced_apart(usage, found):
    """Parts appear only where there are any; they are parts of the sum, never added to it."""
    for answer in ({"choices": [], "usage": usage}, {**COMPLETED, "usage": usage}):
        assert read(answer).usage == found
    assert streamed(chunk("Hi"), chunk(usage=None), {"choices": [], "usage": usage}, DONE).usage == found
    assert streamed({"type": "response.completed", "response": {**COMPLETED, "usage": usage}}).usage == found


def test_the_last_usage_of_a_stream_counts():
    """Some servers send a running count with every chunk."""
    running = [chunk("a", usage={**USAGE, "completion_tokens": n}) for n in (1, 3, 5)]
    assert streamed(*running, DONE).usage == READ
    assert streamed(*running, chunk(usage=None), DONE).usage == READ
    assert streamed(chunk("cut")).usage is None


# images


def test_an_image_may_come_with_tokens():
    """gpt-image models: one image, and the tokens that it cost."""
    usage = {"input_tokens": 50, "output_tokens": 4160, "total_tokens": 4210}
    found = read({"created": 1, "data": [{"b64_json": "aGk="}], "usage": usage}, asked={"model": "gpt-image-1"})
    assert found == Reading(success=True, model="gpt-image-1", usage={"tokens_in": 50, "tokens_out": 4160}, images=1)
    detailed = {
        **usage,
        "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
        "output_tokens_details": {"image_tokens": 4160},
    }
    found = read({"data": [{"b64_json": "a"}, {"b64_json": "b"}], "usage": detailed})
    assert (found.images, found.usage) == (
        2,
        {"tokens_in": 50, "tokens_out": 4160, "tokens_image_in": 40, "tokens_image": 4160},
    )
    final = {"type": "image_generation.completed", "b64_json": "aGk=", "usage": usage}
    partial = {"type": "image_generation.partial_image", "b64_json": "aA==", "partial_image_index": 0}
    found = streamed(("image_generation.partial_image", partial), ("image_generation.completed", final))
    assert (found.images, found.usage) == (1, {"tokens_in": 50, "tokens_out": 4160})
    assert read({"data": [{"url": "https://x"}, {"id": "gpt-5.1"}]}).images == 1


def test_images_that_a_response_drew_with_its_tool_are_counted():
    """Only calls that gave one."""
    output = [
        {"type": "image_generation_call", "status": "completed", "result": "aGk="},
        {"type": "image_generation_call", "result": None},
    ]
    assert read({**COMPLETED, "output": output}).images == 1
    assert streamed({"type": "response.completed", "response": {**COMPLETED, "output": output}}).images == 1


# runware


def task(**more: Any) -> dict[str, Any]:
    return {"taskType": "imageInference", "taskUUID": "1", "model": "runware:97@1", **more}


@pytest.mark.parametrize("key", ["imageURL", "imageBase64Data", "imageDataURI", "imageBase64data", "imageUUID"])
@pytest.mark.parametrize("wanted", ["JPG", "jpg", "png", "webp"])
def test_runware_images_count_whatever_the_case_of_their_format(key, wanted):
    """A result names its form in its key."""
    found = read(
        {"data": [{"taskType": "imageInference", "taskUUID": "1", key: "x"}]},
        profile=RUNWARE,
        asked=[task(outputFormat=wanted)],
    )
    assert (found.success, found.images, found.model) == (True, 1, "runware:97@1")


@pytest.mark.parametrize("status", [200, 400, 402])
def test_data_and_errors_side_by_side_are_the_images_that_were_drawn(status):
    """One task was refused, the other two were done, and cost."""
    done = [{"taskType": "imageInference", "taskUUID": str(n), "imageURL": "https://x"} for n in (1, 2)]
    answer = {"data": done, "errors": [{"code": "providerContentPolicyViolation", "taskUUID": "3", "message": "x"}]}
    found = read(answer, profile=RUNWARE, status=status, asked=[task(), task(), task()])
    assert (found.success, found.images) == (True, 2)


@pytest.mark.parametrize(
    "answer",
    [
        {"errors": [{"code": "insufficientCredits", "message": "x"}]},
        {"data": [], "errors": [{"code": "timeoutProvider", "taskUUID": "1"}]},
        {"data": [{"taskType": "authentication", "connectionSessionUUID": "x"}], "errors": [{"code": "x"}]},
        {"data": [{"taskType": "imageInference", "taskUUID": "1", "status": "processing"}]},
        {"error": "x"}, [], None,
    ],
)  # fmt: skip
def test_a_runware_answer_without_results_is_no_success(answer):
    """Errors alone, a greeting, a task that is still at work."""
    assert not read(answer, profile=RUNWARE, asked=[task()]).success


# wordpress and plain HTTP


def test_wordpress_errors_below_200_are_failures():
    """Its error form, and an envelope around one; a post that only has such fields is none."""
    assert not read({"code": "rest_cannot_create", "message": "x", "data": {"status": 403}}, profile=WORDPRESS).success
    assert not read({"body": {"code": "x"}, "status": 404, "headers": {}}, profile=WORDPRESS).success
    assert read({"id": 7, "status": "publish", "title": {"raw": "a"}}, profile=WORDPRESS).success
    assert read({"body": {}, "status": 200, "headers": {}}, profile=WORDPRESS).success


@pytest.mark.parametrize(
    ("success", "answer", "good"),
    [
        ("", {"id": 1}, True), ("", {"errors": [{"message": "x"}]}, False), ("", {"errors": []}, True),
        ("data.id", {"data": {"id": 7}}, True), ("data.id", {"data": {}}, False), ("data.id", {"data": {"id": None}}, False),
        ("data.id", {"data": {"id": 7}, "error": "a word"}, True), ("data.id", "text", False), ("$.ok", {"ok": False}, False),
        ("status=done", {"status": "done"}, True), ("status=done", {"status": "queued"}, False), ("code=0", {"code": 0}, True),
        ("code = 0", {"code": 1}, False), ("ok='true'", {"ok": True}, True), ("jobs[].state=ok", {"jobs": [{"state": "ok"}, {"state": "ok"}]}, True),
        ("jobs[].state=ok", {"jobs": [{"state": "ok"}, {"state": "bad"}]}, False), ("jobs[].state=ok", {"jobs": []}, False),
        ("jobs[1].state=ok", {"jobs": [{"state": "bad"}, {"state": "ok"}]}, True), ("jobs[2].state=ok", {"jobs": []}, False),
    ],
)  # fmt: skip
def test_a_plain_provider_succeeds_where_its_json_says_so(success, answer, good):
    """There and not empty, or equal; every place that the path leads to."""
    assert read(answer, profile=made("crm", "http", success)).success is good
    assert not read(answer, profile=made("crm", "http", success), status=500).success


def test_the_statuses_of_a_success_may_be_named():
    """202 is none where only 200 and 201 are."""
    crm = made("crm", "http", "", (200, 201, 409))
    assert [read({}, profile=crm, status=status).success for status in (200, 202, 409, 500)] == [
        True,
        False,
        True,
        False,
    ]


# who


def test_a_declared_provider_has_a_name_of_its_own_and_the_rules_of_its_kind():
    """Any host that speaks OpenAI's API; a port of its own; a kind by itself."""
    known = profiles.declared(
        {"openrouter.ai": "gateway", "llm.example:8443": "openai", "crm.example": "crm"},
        {"gateway": {"kind": "openai"}, "crm": {"kind": "http", "success": "ok", "statuses": []}},
    )
    found = profiles.profile_for("openrouter.ai", "/api/v1/chat/completions", known)
    assert (found.name, found.kind) == ("gateway", "openai")
    assert read({"choices": [], "usage": USAGE}, profile=found).usage == READ
    assert found.refuse("http_429", {}, {}).headers["retry-after"] == "10"
    assert profiles.profile_for("openrouter.ai:9", "", known).name == "gateway"
    assert profiles.profile_for("llm.example:8443", "", known).name == "openai"
    assert profiles.profile_for("llm.example", "", known).name == "other"
    assert not read({"ok": False}, profile=profiles.profile_for("crm.example", "", known)).success
    with pytest.raises(KeyError):
        profiles.declared({"a.example": "nobody"})
