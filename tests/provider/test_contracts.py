"""Provider contracts: real traffic passes, and what the published description lets through is caught."""

from __future__ import annotations

import copy
import json
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.errors import HarnessError
from harness.provider import contracts
from harness.provider.cassettes import read
from tests.provider import real
from tests.provider.simulator.ask import CHAT, RUNWARE, post, say, task

CHAT_PATH = "/v1/chat/completions"
REQUEST = say("Say hello", model="gpt-5.1", max_completion_tokens=50)
ANSWER = json.loads(post(CHAT, REQUEST).body)
STREAM = post(CHAT, say("Say hello", stream=True, stream_options={"include_usage": True})).body.decode()
IN_SCOPE = (CHAT_PATH, "/v1/images/generations")


def chat_problems(**change) -> tuple[str, ...]:
    body = copy.deepcopy(ANSWER)
    for path, value in change.items():
        *parents, last = path.split("__")
        target = body
        for name in parents:
            target = target[int(name) if name.isdigit() else name]
        if value is None and last == "usage":
            del target[last]
        else:
            target[last] = value
    return contracts.response_problems("openai", "POST", CHAT_PATH, 200, body, REQUEST)


def test_the_untouched_answer_passes():
    """The base of the cases below is clean."""
    assert chat_problems() == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"usage": None}, '$: "usage" is a required property'),
        ({"usage__completion_tokens": -3}, "$.usage.completion_tokens: -3 is less than the minimum of 0"),
        ({"usage__total_tokens": 99_999}, "$.usage.total_tokens: 99999 is not prompt + completion"),
        (
            {"usage__prompt_tokens_details": {"cached_tokens": 9_999}},
            "$.usage.prompt_tokens_details.cached_tokens: 9999 is more than",
        ),
        ({"choices": []}, "$.choices: "),
        ({"choices__0__index": 4}, "$.choices: indices are [4]"),
        ({"choices__0__finish_reason": "done"}, "$.choices[0].finish_reason: "),
        (
            {"choices__0__message": {"role": "assistant", "content": None, "refusal": None}},
            "$.choices[0].message: neither content",
        ),
        ({"model": "gpt-4o-mini-2024-07-18"}, "$.model: 'gpt-4o-mini-2024-07-18' is no snapshot of 'gpt-5.1'"),
        ({"usage__completion_tokens": 51}, "$.usage.total_tokens"),
        ({"object": "text_completion"}, "$.object: "),
        ({"created": "now"}, "$.created: "),
    ],
)
def test_a_wrong_answer_is_named(change, said):
    """Each fault gives a problem with its JSON path."""
    problems = chat_problems(**change)
    assert any(problem.startswith(said) for problem in problems), problems


def test_more_tokens_than_the_limit_are_a_problem():
    """A model cannot write more than it was allowed to: that would be billed."""
    usage = {"prompt_tokens": 10, "completion_tokens": 51, "total_tokens": 61}
    assert "above the limit of 50" in chat_problems(usage=usage)[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (say("x", model="gpt-5.1", max_tokens=9), "$.max_tokens: is not allowed with this model"),
        (say("x", model="gpt-5.1-2025-11-13", max_tokens=9), "$.max_tokens: is not allowed with this model"),
        (say("x", model="gpt-5-mini", temperature=0.7), "$.temperature: 0.7 is not one of"),
        (say("x", model="gpt-5.1", temperature=0.7, reasoning_effort="low"), "$.temperature: 0.7 is not one of"),
        (say("x", temperature=2.5), "$.temperature: 2.5 is greater than the maximum of 2"),
        (say("x", colour=1), "$: Additional properties are not allowed ('colour' was unexpected)"),
        (say("x", response_format={"type": "json_object"}), "$.messages: the word 'json'"),
        (say("x", stream_options={"include_usage": True}), '$: "stream" is a required property'),
        ({"model": "gpt-5.1", "messages": []}, "$.messages: "),
        ({"messages": [{"role": "user", "content": "x"}]}, '$: "model" is a required property'),
        (b"{broken", "$: the body is not JSON"),
    ],
)
def test_a_wrong_chat_request_is_named(body, said):
    """The rules of each model hold for what the backend sends."""
    problems = contracts.request_problems("openai", "POST", CHAT_PATH, body)
    assert any(problem.startswith(said) for problem in problems), problems


@pytest.mark.parametrize(
    "body", [say("x", model="gpt-5.1", temperature=0.7), say("x", max_tokens=9), say("x", model="gpt-5", temperature=1)]
)
def test_what_a_model_takes_is_no_problem(body):
    """gpt-5.1 takes a temperature at its default effort, gpt-4o-mini takes max_tokens."""
    assert contracts.request_problems("openai", "POST", CHAT_PATH, body) == ()


@pytest.mark.parametrize(
    ("change", "ok"),
    [
        ({}, True), ({"n": 2}, False), ({"prompt": "x" * 4001}, False), ({"prompt": "x" * 4000}, True), ({"size": "512x512"}, False),
        ({"quality": "high"}, False), ({"response_format": "png"}, False), ({"size": "1024x1792", "quality": "hd"}, True), ({"background": "opaque"}, False),
    ],
)  # fmt: skip
def test_dalle_rules(change, ok):
    """One image, 4,000 characters, three sizes, two qualities, two formats."""
    body = {"model": "dall-e-3", "prompt": "A cup", "n": 1, "size": "1024x1024", "quality": "standard", **change}
    assert (contracts.request_problems("openai", "POST", "/v1/images/generations", body) == ()) == ok


@pytest.mark.parametrize(
    ("model", "more", "ok"),
    [
        ("runware:97@1", {"width": 1024, "height": 1024, "steps": 30, "CFGScale": 4}, True),
        ("runware:97@1", {"width": 1000, "height": 1024}, False),
        ("google:4@2", {"width": 1264, "height": 848}, True),
        ("google:4@2", {"width": 1280, "height": 832}, False),  # multiples of 64, and yet wrong
        ("google:4@2", {"resolution": "2K"}, True),
        ("google:4@2", {"resolution": "2K", "width": 1024, "height": 1024}, False),
        ("google:4@2", {"width": 1024, "height": 1024, "negativePrompt": "text"}, False),
        ("bria:10@1", {"width": 832, "height": 1216, "steps": 10}, True),
        ("bria:10@1", {"width": 832, "height": 1216, "CFGScale": 3}, False),
        ("bria:10@1", {"width": 1216, "height": 848}, False),
    ],
)
def test_runware_sizes_and_parameters(model, more, ok):
    """Each model has its own list; a blanket rule would be wrong."""
    assert (contracts.request_problems("runware", "POST", "/v1", [task(model, **more)]) == ()) == ok


def test_runware_answers_are_held_against_the_tasks():
    """A lost result, a stranger's result, a missing cost: each is a problem."""
    one = task("runware:97@1", width=1024, height=1024)
    made = json.loads(post("https://api.runware.ai/v1", [one]).body)["data"][0]

    def problems(*data):
        return contracts.response_problems("runware", "POST", "/v1", 200, {"data": list(data)}, [one])

    assert problems(made) == ()
    assert "0 results for task" in problems()[0]
    assert "2 results for task" in problems(made, made)[0]
    stranger = {**made, "taskUUID": "9b3c1a52-1111-4111-8111-111111111111"}
    assert "was never asked for" in problems(stranger, made)[0]
    assert "asked for with includeCost, but absent" in problems({k: v for k, v in made.items() if k != "cost"})[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.replace("data: [DONE]\n\n", ""), "does not end with [DONE]"),
        (lambda s: s.replace('"role":"assistant",', "", 1), "has no role"),
        (lambda s: s.replace('"finish_reason":"stop"', '"finish_reason":null'), "finishes 0 times"),
        (lambda s: s.replace('"total_tokens":', '"total_tokens":1'), "is not prompt + completion"),
        (lambda s: s.replace("chat.completion.chunk", "chat.completion", 1), "$.object"),
    ],
)
def test_a_wrong_stream_is_named(change, said):
    """A cut stream, one that never finishes, one with a wrong sum."""
    request = say("Say hello", stream=True, stream_options={"include_usage": True})
    assert contracts.response_problems("openai", "POST", CHAT_PATH, 200, STREAM, request) == ()
    problems = contracts.response_problems("openai", "POST", CHAT_PATH, 200, change(STREAM), request)
    assert any(said in problem for problem in problems), problems


def test_usage_that_was_asked_for_and_never_came_is_a_problem():
    """Without it nobody can bill: a stream cut before its last chunk."""
    frames = [frame for frame in STREAM.split("\n\n") if '"choices":[]' not in frame]
    request = say("x", stream=True, stream_options={"include_usage": True})
    problems = contracts.response_problems("openai", "POST", CHAT_PATH, 200, "\n\n".join(frames), request)
    assert problems == ("$: usage was asked for and came 0 times",)


def test_unknown_fields_of_an_answer_only_warn():
    """Providers add fields at will: that is worth a line, not a failure."""
    body = {**ANSWER, "mood": "good"}
    assert contracts.response_problems("openai", "POST", CHAT_PATH, 200, body) == ()
    assert contracts.response_warnings("openai", "POST", CHAT_PATH, 200, body) == ("warning: $: unknown field 'mood'",)


def test_traffic_without_a_contract_is_told():
    """No route: no problem is claimed, and a warning says that nothing was checked."""
    assert contracts.response_problems("openai", "GET", "/v1/files", 200, {}) == ()
    assert (
        "no contract covers openai GET /v1/files"
        in contracts.response_warnings("openai", "GET", "/v1/files", 200, {})[0]
    )


@settings(max_examples=200, deadline=None)
@given(prompt=st.integers(-50, 500), completion=st.integers(-50, 500), total=st.integers(-50, 1000))
def test_usage_passes_exactly_when_it_adds_up(prompt, completion, total):
    """For all numbers: no negative count, no wrong sum gets through, and nothing right is stopped."""
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total}
    body = {**ANSWER, "usage": usage}
    right = prompt >= 0 and completion >= 0 and total == prompt + completion
    assert (contracts.response_problems("openai", "POST", CHAT_PATH, 200, body) == ()) == right


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=9), x, max_size=3),
        max_leaves=8,
    )
)
def test_any_json_is_judged_without_a_crash(body):
    """Whatever arrives, the answer is a tuple of lines."""
    for provider, path in (
        ("openai", CHAT_PATH),
        ("openai", "/v1/images/generations"),
        ("runware", "/v1"),
        ("wordpress", "/wp-json/wp/v2/posts"),
    ):
        for status in (200, 400):
            for text in contracts.response_problems(provider, "POST", path, status, body, body):
                assert "\n" not in text
        contracts.request_problems(provider, "POST", path, body)


@real.needed
@pytest.mark.parametrize("path", real.files(), ids=lambda p: p.name)
def test_real_recordings_of_openai_pass(path):
    """Every chat and image answer that other projects recorded satisfies the contract; so do their requests."""
    cassette = read(path)
    for one in cassette.interactions:
        url = urlsplit(one.request.uri)
        if url.hostname != "api.openai.com" or url.path not in IN_SCOPE:
            continue
        problems = contracts.response_problems("openai", "POST", url.path, one.response.status, one.response.body)
        assert problems == (), one.index
        if one.response.status == 200 and one.request.body:
            assert contracts.request_problems("openai", "POST", url.path, one.request.body) == ()


def test_every_schema_names_its_source():
    """Each file says in $comment where it comes from, and Runware's say that nothing confirms them."""
    files = sorted(contracts.SHIPPED.rglob("*.json"))
    assert len(files) >= 10
    for path in files:
        comment = json.loads(path.read_text())["$comment"]
        assert "ritten from" in comment, path.name
        if path.parent.name == "runware":
            assert "No public recording confirms it" in comment


def test_a_target_needs_no_contracts_of_its_own(tmp_path):
    """Claim: what providers speak comes with the harness; a folder of one's own is read in its place, and not beside it."""
    assert contracts.load(tmp_path).route("openai", "POST", "/v1/chat/completions") is not None
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "routes.toml").write_text("route = []")
    (tmp_path / "providers" / "models.toml").write_text("model = []")
    assert contracts.load(tmp_path).routes == ()


def test_a_missing_or_broken_contract_folder_is_one_clear_error(tmp_path):
    """contracts-missing and contracts-syntax, naming the file."""
    folder = tmp_path / "providers"
    folder.mkdir()
    with pytest.raises(HarnessError) as missing:
        contracts.load(tmp_path)
    assert missing.value.code == "contracts-missing"
    (folder / "models.toml").write_text("model = []\n")
    (folder / "routes.toml").write_text('[[route]]\nprovider = "x"\nmethod = "GET"\npath = "/"\nrequest = "a.json"\n')
    (folder / "a.json").write_text('{"type": "nonsense"}')
    with pytest.raises(HarnessError) as broken:
        contracts.load(tmp_path)
    assert broken.value.code == "contracts-syntax"
    assert "a.json" in str(broken.value)


@pytest.mark.parametrize(
    ("kind", "form"),
    [("URL", "jpg"), ("base64Data", "png"), ("base64data", "webp"), ("dataUri", "WEBP"), ("url", "Png")],
)
def test_runware_formats_are_taken_in_capitals_and_small_letters(kind, form):
    """By the contract and by the simulator, which answers in the form that was asked for; another word is refused by both."""
    asked = [task("runware:97@1", width=1024, height=1024, outputType=kind, outputFormat=form)]
    assert contracts.request_problems("runware", "POST", "/v1", asked) == ()
    (image,) = json.loads(post(RUNWARE, asked).body)["data"]
    assert {"url": "imageURL", "base64data": "imageBase64Data", "datauri": "imageDataURI"}[kind.lower()] in image
    for wrong in ({**asked[0], "outputFormat": "bmp"}, {**asked[0], "outputType": "file"}):
        assert contracts.request_problems("runware", "POST", "/v1", [wrong]) != ()
        assert post(RUNWARE, [wrong]).status == 400
