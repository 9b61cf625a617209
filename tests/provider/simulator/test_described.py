"""Without a project's own answers the simulator says what the request describes, and nothing that it would have to invent."""

from __future__ import annotations

import base64
import json
import math
import struct
from typing import Any

import jsonschema_rs
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.cassette import RecordedRequest, RecordedResponse
from harness.core.errors import HarnessError
from harness.provider.profiles import OPENAI, declared
from harness.provider.simulator import answer, pattern
from harness.provider.simulator.chance import Chance
from harness.provider.simulator.instance import Unfit, instance
from harness.provider.simulator.server import serving
from harness.provider.simulator.wire import WARNING_HEADER
from tests.provider.simulator.ask import CHAT, IMAGES, KEY, RUNWARE, say, task
from tests.provider.simulator.test_server import sdk

RESPONSES = "https://api.openai.com/v1/responses"
EMBEDDINGS = "https://api.openai.com/v1/embeddings"
INVOICE = {
    "type": "object",
    "properties": {
        "number": {"type": "string", "pattern": r"^INV-\d{4}(-[a-f]{2,3})?$"},
        "issued": {"type": "string", "format": "date"},
        "currency": {"enum": ["EUR", "SEK"]},
        "total": {"type": "number", "minimum": 10, "exclusiveMaximum": 11},
        "paid": {"type": "boolean"},
        "note": {"type": ["string", "null"], "minLength": 90, "maxLength": 120},
        "lines": {"type": "array", "minItems": 4, "items": {"$ref": "#/$defs/line"}},
        "payer": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/party"}]},
        "shape": {"allOf": [{"properties": {"wide": {"type": "integer", "multipleOf": 7, "minimum": 15}}, "required": ["wide"]}]},
    },
    "required": ["number", "issued", "currency", "total", "paid", "note", "lines", "payer", "shape"],
    "additionalProperties": False,
    "$defs": {
        "line": {
            "type": "object",
            "properties": {"text": {"type": "string"}, "under": {"type": "array", "items": {"$ref": "#/$defs/line"}}},
            "required": ["text"],
            "additionalProperties": False,
        },
        "party": {"type": "object", "properties": {"mail": {"type": "string", "format": "email"}}, "required": ["mail"]},
    },
}  # fmt: skip
FORM = {"type": "json_schema", "json_schema": {"name": "invoice", "schema": INVOICE, "strict": True}}
TOOL = {"type": "function", "function": {"name": "book", "parameters": INVOICE}}
OTHER = {"type": "function", "function": {"name": "cancel", "parameters": {"type": "object", "properties": {}}}}


def ask(uri: str, body: Any, *, seed: int = 0, hosts: dict[str, str] | None = None) -> RecordedResponse:
    sent = {"Content-Type": ("application/json",), "Authorization": (KEY,)}
    request = RecordedRequest(method="POST", uri=uri, headers=sent, body=json.dumps(body).encode())
    return answer(request, seed, declared=declared(hosts or {}))


def message(body: dict[str, Any], **how: Any) -> dict[str, Any]:
    return json.loads(ask(CHAT, body, **how).body)["choices"][0]["message"]


def valid(value: Any, schema: Any = INVOICE) -> bool:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)


def missing(uri: str, body: Any, **how: Any) -> HarnessError:
    with pytest.raises(HarnessError) as caught:
        ask(uri, body, **how)
    assert caught.value.code == "answers-missing"
    return caught.value


@pytest.mark.parametrize("seed", range(6))
def test_a_schema_is_answered_by_an_instance_of_it(seed):
    """Claim: references, choices, patterns, formats, bounds; not empty; the same for the same seed."""
    body = say("Read the invoice", response_format=FORM)
    made = json.loads(message(body, seed=seed)["content"])
    assert valid(made)
    assert made["lines"][0]["text"]
    assert made["payer"]
    assert made == json.loads(message(body, seed=seed)["content"])
    assert made != json.loads(message(body, seed=seed + 100)["content"])


def test_an_instance_that_is_not_valid_is_never_given():
    """Claim: where no valid instance is found the reason is told; a pattern that looks ahead is not guessed at."""
    with pytest.raises(Unfit, match="no instance of its JSON schema was found"):
        instance({"type": "string", "not": {"type": "string"}}, Chance(1))
    with pytest.raises(Unfit, match="nothing is made for assert"):
        instance({"type": "string", "pattern": "(?=a)b"}, Chance(1))
    with pytest.raises(Unfit, match="does not exist"):
        instance({"$ref": "#/$defs/gone"}, Chance(1))
    form = {
        "type": "json_schema",
        "json_schema": {"name": "x", "schema": {"type": "object", "minProperties": 1, "maxProperties": 0}},
    }
    assert "no instance" in missing(CHAT, say("Give it", response_format=form)).message


@settings(max_examples=200, deadline=None)
@given(
    low=st.integers(-500, 500), wide=st.integers(0, 50), step=st.sampled_from([None, 1, 3, 0.5]), open_=st.booleans(),
    kind=st.sampled_from(["integer", "number"]),
)  # fmt: skip
def test_numbers_keep_within_their_bounds(low, wide, step, open_, kind):
    schema = {"type": kind, "minimum": low, ("exclusiveMaximum" if open_ else "maximum"): low + wide + 4}
    if step and not (kind == "integer" and step == 0.5):
        schema["multipleOf"] = step
    assert valid(instance(schema, Chance(low)), schema)


@pytest.mark.parametrize(
    "expression", [r"^[A-Z]{2}\d{2}$", r"^(red|blue) \w+$", r"^[^a-z]{3}$", r"a?b*c+", r"^\+?[1-9]\d{1,14}$"]
)
def test_a_pattern_is_matched(expression):
    schema = {"type": "string", "pattern": expression}
    assert all(valid(pattern.text(expression, Chance(n)), schema) for n in range(20))


@pytest.mark.parametrize("choice", [{"type": "function", "function": {"name": "book"}}, "auto", "required"])
def test_the_forced_or_only_tool_is_called(choice):
    """Claim: with arguments that its parameters allow; finish_reason says so; after the tool's result there is text."""
    tools = [TOOL, OTHER] if isinstance(choice, dict) else [TOOL]
    body = say("Book it", tools=tools, tool_choice=choice)
    chosen = json.loads(ask(CHAT, body).body)["choices"][0]
    (call,) = chosen["message"]["tool_calls"]
    assert (call["type"], call["function"]["name"], chosen["message"]["content"]) == ("function", "book", None)
    assert valid(json.loads(call["function"]["arguments"]))
    assert chosen["finish_reason"] == ("stop" if isinstance(choice, dict) else "tool_calls")
    returned = [*body["messages"], chosen["message"], {"role": "tool", "tool_call_id": call["id"], "content": "booked"}]
    assert message({**body, "tool_choice": "auto", "tools": [TOOL], "messages": returned})["content"]


def test_which_of_several_tools_is_not_guessed():
    told = missing(CHAT, say("Do it", tools=[TOOL, OTHER]))
    assert "it offers the tools book, cancel, and which one is called is not said; it begins: Do it" in told.message
    assert "chat(request)" in told.hint


def test_a_prompt_that_asks_for_nothing_in_particular_gets_plain_text():
    text = message(say("How was the voyage?"))["content"]
    assert text.endswith(".")
    assert 20 < len(text) < 400
    assert text != message(say("How was the voyage?"), seed=1)["content"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (say("Answer in JSON. " + "word " * 200, response_format={"type": "json_object"}), "and no schema says which"),
        (say("List the towns as CSV"), "names a structure (CSV)"),
        (say("Write the article as HTML"), "names a structure (HTML)"),
        (say("Give me names, one per line"), "names a structure (one per line)"),
    ],
)
def test_what_nothing_describes_is_not_answered(body, why):
    """Claim: the prompt's head, 400 characters of it, and the place for the answer are named."""
    told = missing(CHAT, body)
    assert why in told.message
    head = told.message.partition("it begins: ")[2]
    assert body["messages"][0]["content"].startswith(head)
    assert len(head) <= 400
    assert told.hint.startswith("say it in chat(request) of answers.py beside harness.toml, which is not there yet")


def test_any_model_is_answered_and_one_of_no_known_family_with_a_warning():
    """Claim: OpenAI's own families are known; another name, and any name at another host, is answered with a warning."""
    known, unknown = ask(CHAT, say("Hi there", model="gpt-4.1-nano")), ask(CHAT, say("Hi there", model="starling-7"))
    assert WARNING_HEADER not in known.headers
    assert unknown.status == 200
    assert unknown.headers[WARNING_HEADER] == ("no rules of the model starling-7 are known: what it takes was not checked",)  # fmt: skip
    assert ask(CHAT, say("hi", model="o3-mini", temperature=0.2)).status == 400


@pytest.mark.parametrize(
    "path", ["/v1/chat/completions", "/api/v1/chat/completions", "/openai/deployments/m/chat/completions"]
)
def test_a_host_that_speaks_openais_api_is_answered_wherever_it_does(path):
    """Claim: by its declared kind; parameters of its own are taken; it sends none of OpenAI's headers."""
    uri, hosts = f"https://gateway.example:8443{path}", {"gateway.example:8443": "openai"}
    made = ask(uri, say("Hi there", model="any/model", transforms=["x"]), hosts=hosts)
    assert (made.status, "openai-version" in made.headers, "set-cookie" in made.headers) == (200, False, False)
    assert WARNING_HEADER in made.headers
    missing("https://gateway.example:8443/v1/audio/speech", {"input": "Hi"}, hosts=hosts)
    missing(uri, say("hi"))


def test_the_responses_api_is_answered_whole_and_as_events():
    """Claim: read as OpenAI's answers are: the same text, usage in both; a schema and a tool as in a chat."""
    body = {"model": "gpt-5.1", "input": "How was the voyage?", "instructions": "Be kind"}
    whole, stream = ask(RESPONSES, body), ask(RESPONSES, {**body, "stream": True})
    made = json.loads(whole.body)
    text = made["output"][0]["content"][0]["text"]
    reading = OPENAI.read(200, "application/json", whole.body, body)
    assert reading.success
    assert reading.usage == {"tokens_in": made["usage"]["input_tokens"], "tokens_out": made["usage"]["output_tokens"]}
    streamed = OPENAI.read(200, stream.headers["Content-Type"][0], stream.body, body)
    assert (streamed.success, streamed.model) == (True, "gpt-5.1-2025-11-13")
    events = [json.loads(line[6:]) for line in stream.body.decode().splitlines() if line.startswith("data: ")]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    spoken = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    assert spoken == events[-1]["response"]["output"][0]["content"][0]["text"]
    assert text
    form = {"format": {"type": "json_schema", "name": "invoice", "schema": INVOICE}}
    assert valid(json.loads(json.loads(ask(RESPONSES, {**body, "text": form}).body)["output"][0]["content"][0]["text"]))
    tool = {"type": "function", "name": "book", "parameters": INVOICE}
    (call,) = json.loads(ask(RESPONSES, {**body, "tools": [tool]}).body)["output"]
    assert (call["type"], call["name"], valid(json.loads(call["arguments"]))) == ("function_call", "book", True)
    cut = json.loads(ask(RESPONSES, {**body, "max_output_tokens": 3}).body)
    assert (cut["status"], cut["incomplete_details"], cut["usage"]["output_tokens"]) == ("incomplete", {"reason": "max_output_tokens"}, 3)  # fmt: skip
    missing(RESPONSES, {**body, "tools": [{"type": "image_generation"}]})


def test_embeddings_are_unit_vectors_of_the_text():
    """Claim: as numbers and as base64; as long as the model's; the same text the same vector; tokens are counted."""
    made = json.loads(
        ask(EMBEDDINGS, {"model": "text-embedding-3-large", "input": ["harbour", "orchard", "harbour"]}).body
    )
    one, two, three = (item["embedding"] for item in made["data"])
    assert (len(one), one == three, one == two) == (3072, True, False)
    assert math.isclose(math.hypot(*one), 1, abs_tol=1e-4)
    short = {"model": "text-embedding-3-small", "input": "harbour", "dimensions": 64, "encoding_format": "base64"}
    packed = json.loads(ask(EMBEDDINGS, short).body)
    assert len(struct.unpack("<64f", base64.b64decode(packed["data"][0]["embedding"]))) == 64
    assert packed["usage"] == {"prompt_tokens": 1, "total_tokens": 1}


def test_images_are_drawn_by_family():
    """Claim: gpt-image gives base64 with tokens, by quality and size; dall-e-2 several; another model at another host too."""
    body = {"model": "gpt-image-1", "prompt": "A cup by a window", "quality": "low", "size": "1536x1024", "n": 2}
    drawn = ask(IMAGES, body)
    reading = OPENAI.read(200, "application/json", drawn.body, body)
    assert (reading.images, reading.usage["tokens_out"]) == (2, 800)
    assert base64.b64decode(json.loads(drawn.body)["data"][0]["b64_json"]).startswith(b"\x89PNG")
    assert ask(IMAGES, {**body, "style": "vivid"}).status == 400
    several = json.loads(ask(IMAGES, {"model": "dall-e-2", "prompt": "A cup", "n": 3, "size": "256x256"}).body)["data"]
    assert len({item["url"] for item in several}) == 3
    flux = {"model": "black/flux", "prompt": "A cup", "n": 1, "steps": 4, "response_format": "b64_json"}
    other = ask("https://draw.example/v1/images/generations", flux, hosts={"draw.example": "openai"})
    assert (list(json.loads(other.body)["data"][0]), WARNING_HEADER in other.headers) == (["b64_json"], True)


def test_a_runware_model_that_nobody_describes_is_drawn_at_an_assumed_cost():
    made = ask(RUNWARE, [task("house:1@1", width=333, height=777)])
    assert json.loads(made.body)["data"][0]["cost"] == 0.01
    assert "no rules and no cost of the model house:1@1 are known" in made.headers[WARNING_HEADER][0]
    missing(RUNWARE, [{"taskType": "imageUpscale", "taskUUID": "x"}])


def test_a_tool_call_is_streamed_in_parts_that_join():
    """Claim: the real SDK puts a streamed call together, and has the usage with it."""
    body = say("Book it", tools=[TOOL], stream=True, stream_options={"include_usage": True})
    frames = [json.loads(line[6:]) for line in ask(CHAT, body).body.decode().splitlines() if line.startswith("data: {")]
    calls = [call for frame in frames for choice in frame["choices"] for call in choice["delta"].get("tool_calls", [])]
    assert valid(json.loads("".join(call["function"]["arguments"] for call in calls)))
    assert (calls[0]["function"]["name"], frames[-1]["usage"]["completion_tokens"]) == ("book", len(calls) - 1)


def test_the_real_sdk_reads_responses_embeddings_and_images(tmp_path):
    """Claim: OpenAI's own client, unmodified, is content with each endpoint."""
    with serving(("127.0.0.1", 0), tmp_path / "ca.pem") as running, sdk(running) as client:
        response = client.responses.create(model="gpt-5.1", input="How was the voyage?")
        assert response.output_text
        assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
        with client.responses.stream(model="gpt-5.1", input="How was the voyage?") as stream:
            assert stream.get_final_response().output_text
        assert len(client.embeddings.create(model="text-embedding-3-small", input="harbour").data[0].embedding) == 1536
        drawn = client.images.generate(model="gpt-image-1", prompt="A cup")
        assert drawn.usage.output_tokens == 1056
        with pytest.raises(openai.APIStatusError) as caught:
            client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "As XML, please"}])
        assert caught.value.status_code == 501
