"""The project's own answers: found beside harness.toml, asked with plain data, held to plain results."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from harness.core.cassette import RecordedRequest, RecordedResponse
from harness.core.errors import HarnessError
from harness.provider.profiles import declared
from harness.provider.simulator import answer, read
from tests.provider.simulator.ask import CHAT, IMAGES, KEY, RUNWARE, say, task

HOSTS = {"api.translate.example": "http", "api.openai.com": "openai"}
TRANSLATE = "https://api.translate.example/v2/translate?free=1"


def ask(folder: Path, source: str, uri: str, body: Any, **headers: str) -> RecordedResponse:
    file = folder / "answers.py"
    file.write_text(source)
    sent = {"Content-Type": ("application/json",), "Authorization": (KEY,), **{k: (v,) for k, v in headers.items()}}
    request = RecordedRequest(method="POST", uri=uri, headers=sent, body=json.dumps(body).encode())
    return answer(request, answers=read(file), declared=declared(HOSTS))


def failed(folder: Path, source: str, uri: str = CHAT, body: Any = None) -> HarnessError:
    with pytest.raises(HarnessError) as caught:
        ask(folder, source, uri, body or say("Hello there"))
    return caught.value


def content(response: RecordedResponse) -> Any:
    return json.loads(response.body)["choices"][0]["message"]["content"]


def test_a_chat_answers_with_text_with_json_or_not_at_all(tmp_path):
    """Claim: a text is sent as it is, a dict as JSON text; None goes on to what the request itself describes."""
    asked = say("Hello there")
    assert content(ask(tmp_path, "def chat(request): return f'You said: {request.user}'", CHAT, asked)) == "You said: Hello there"  # fmt: skip
    assert json.loads(content(ask(tmp_path, "def chat(request): return {'tool': 'x', 'arguments': {}}", CHAT, asked)))
    assert content(ask(tmp_path, "def chat(request): return None", CHAT, asked)).endswith(".")
    refused = json.loads(ask(tmp_path, "def chat(request): return {'refusal': 'No.'}", CHAT, asked).body)
    assert refused["choices"][0]["message"]["refusal"] == "No."


def test_a_chat_calls_a_tool_of_the_request(tmp_path):
    tools = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in ("book", "cancel")]
    source = "def chat(request): return {'tool': 'cancel', 'arguments': {'id': 7}}"
    message = json.loads(ask(tmp_path, source, CHAT, say("Do it", tools=tools)).body)["choices"][0]["message"]
    assert message["tool_calls"][0]["function"] == {"name": "cancel", "arguments": '{"id":7}'}
    told = failed(tmp_path, source.replace("cancel", "lose"), CHAT, say("Do it", tools=tools))
    assert "chat() calls the tool 'lose'; the request has book, cancel" in told.message


def test_a_request_is_plain_data_without_credentials(tmp_path):
    """Claim: every documented field is there; no key is; random and number follow from the request alone."""
    source = """
def serve(request):
    assert request.json == {"text": ["ship"]} and request.body
    return {"body": [request.host, request.method, request.path, request.query, dict(request.headers), request.text,
                     request.random.random(), request.random.choice([1, 2, 3]), request.number]}
"""
    made = ask(
        tmp_path, source, TRANSLATE, {"text": ["ship"]}, **{"X-Api-Key": "secret-1", "Cookie": "a=b", "X-Trace": "7"}
    )
    host, method, path, query, headers, text, first, chosen, number = json.loads(made.body)
    assert (host, method, path, query, text) == ("api.translate.example", "POST", "/v2/translate", "free=1", "")
    assert headers == {"content-type": "application/json", "x-trace": "7"}
    assert (0 < first < 1, chosen in (1, 2, 3), number > 0) == (True, True, True)
    assert ask(tmp_path, source, TRANSLATE, {"text": ["ship"]}, **{"X-Trace": "7"}).body == made.body
    assert isinstance(read(tmp_path / "answers.py"), object)
    kind = "def chat(request): return type(request.random).__mro__[1].__module__"
    assert content(ask(tmp_path, kind, CHAT, say("Hi"))) == random.__name__


def test_serve_answers_any_other_host(tmp_path):
    """Claim: status, headers, body as dict, text or bytes; its own content type holds."""
    source = "def serve(request): return {'status': 203, 'headers': {'content-type': 'text/vnd.x', 'X-Trace-ID': 't1'}, 'body': 'ahoy'}"
    made = ask(tmp_path, source, TRANSLATE, {})
    assert (made.status, made.body, made.headers["content-type"]) == (203, b"ahoy", ("text/vnd.x",))
    assert "Content-Type" not in made.headers
    assert made.headers["X-Trace-ID"] == ("t1",)
    assert ask(tmp_path, "def serve(request): return {'body': b'\\x00'}", TRANSLATE, {}).body == b"\x00"
    speech = "https://api.openai.com/v1/audio/speech"
    assert ask(tmp_path, "def serve(request): return {'body': b'RIFF'}", speech, {"input": "Hi"}).body == b"RIFF"
    told = failed(tmp_path, "def serve(request): return None", TRANSLATE, {"text": "ship"})
    assert (told.code, 'begins: {"text": "ship"}' in told.message) == ("answers-missing", True)
    assert told.hint == f"say it in serve(request) of {tmp_path / 'answers.py'}; docs/simulator.md shows one"


def test_an_image_is_described_priced_or_refused(tmp_path):
    asked = {"model": "dall-e-3", "prompt": "A cup"}
    own = "def image(request): return {'revised_prompt': request.text + ', in blue', 'url': 'https://x.example/1.png'}"
    assert json.loads(ask(tmp_path, own, IMAGES, asked).body)["data"] == [{"revised_prompt": "A cup, in blue", "url": "https://x.example/1.png"}]  # fmt: skip
    assert ask(tmp_path, "def image(request): return {'refusal': ''}", IMAGES, asked).status == 400
    error = "def image(request): return {'error': {'status': 404, 'code': 'gone', 'message': 'Gone.', 'parameter': 'model'}}"
    made = ask(tmp_path, error, IMAGES, asked)
    assert (made.status, json.loads(made.body)["error"]["code"]) == (404, "gone")
    drawing = task("house:1@1", width=64, height=64)
    cost = "def image(request): return {'cost': request.json['width'] / 1000}"
    assert json.loads(ask(tmp_path, cost, RUNWARE, [drawing]).body)["data"][0]["cost"] == 0.064
    assert json.loads(ask(tmp_path, error, RUNWARE, [drawing]).body)["errors"][0]["parameter"] == "model"
    fewer = "def image(request): return {'count': 2}"
    for n, came in ((3, 2), (1, 1)):
        of_openai = ask(tmp_path, fewer, IMAGES, {"model": "dall-e-2", "prompt": "A cup", "n": n})
        assert len(json.loads(of_openai.body)["data"]) == came
        of_runware = ask(tmp_path, fewer, RUNWARE, [{**drawing, "numberResults": n}])
        assert len(json.loads(of_runware.body)["data"]) == came


@pytest.mark.parametrize(
    ("source", "uri", "words"),
    [
        ("def chat(request): return 7", CHAT, "chat() returned int; it may return dict or str, or None"),
        ("def chat(request): return {'x': {1}}", CHAT, "chat() returned what is no JSON"),
        ("def chat(request):\n    return request.json['gone']", CHAT, "chat() raised KeyError: 'gone' (answers.py:2)"),
        ("def image(request): return {'urls': []}", IMAGES, "image() returned the unknown key 'urls'; did you mean 'url'?"),
        ("def serve(request): return {'status': '200'}", TRANSLATE, "serve() returned the status '200'"),
        ("import gone_and_lost", CHAT, "cannot be imported: ModuleNotFoundError: No module named 'gone_and_lost' (answers.py:1)"),
        ("def talk(request): return ''", CHAT, "defines none of chat, image, serve"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_answer_is_told(tmp_path, source, uri, words):
    """Claim: answers-failed, with the file, the function and the line."""
    told = failed(tmp_path, source, uri, {"model": "dall-e-3", "prompt": "A cup"} if uri == IMAGES else None)
    assert told.code == "answers-failed"
    assert words in told.message
    assert str(tmp_path / "answers.py") in told.message


def test_json_that_breaks_the_requests_schema_is_told(tmp_path):
    """Claim: a model that is held to a schema cannot answer so; a text is sent as it is, for what is meant to be broken."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    asked = say("Count", response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema}})
    assert "does not fit the request's JSON schema: $.n" in failed(tmp_path, "def chat(request): return {'n': 'two'}", CHAT, asked).message  # fmt: skip
    assert content(ask(tmp_path, "def chat(request): return '{\"n\": '", CHAT, asked)) == '{"n": '


def test_answers_may_be_a_package_whose_modules_import_each_other(tmp_path):
    """Claim: by `from . import`; it hides no module of its name, and what was changed is read again."""
    folder = tmp_path / "json"
    folder.mkdir()
    (folder / "words.py").write_text("GREETING = 'ahoy'\n")
    (folder / "__init__.py").write_text("from . import words\ndef chat(request): return words.GREETING\n")
    request = RecordedRequest(
        method="POST", uri=CHAT, headers={"Authorization": (KEY,)}, body=json.dumps(say("Hi")).encode()
    )
    assert content(answer(request, answers=read(folder))) == "ahoy"
    (folder / "words.py").write_text("GREETING = 'moin moin'\n")
    assert content(answer(request, answers=read(folder))) == "moin moin"
    assert json.loads("1") == 1


def test_no_answers_are_no_error(tmp_path):
    """Claim: the file need not be there; its place is where the answer would be written."""
    assert read(tmp_path / "answers.py").functions == {}
    assert read(tmp_path / "answers.py").place == str(tmp_path / "answers.py")
