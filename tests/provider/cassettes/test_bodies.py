"""Bodies and heads as recorders wrote them: pieces, forms, mappings, answers without a body, requests without an answer."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import brotli
import pytest
import yaml

from harness.core.cassette import Interaction
from harness.core.errors import HarnessError
from harness.provider import cassettes
from harness.provider.cassettes import show

SAMPLES = Path(__file__).parent / "samples"
MODELS = b'{"object":"list","data":[{"id":"gpt-5.1"}]}'


def har(folder: Path, request: dict[str, Any] | None = None, response: dict[str, Any] | None = None) -> Interaction:
    """The one entry of an HTTP archive that is written and read."""
    asked = {"method": "GET", "url": "https://api.openai.com/v1/models", "headers": [], **(request or {})}
    answered = {"status": 200, "statusText": "OK", "headers": [], "content": {}, **(response or {})}
    path = folder / "x.har"
    path.write_text(json.dumps({"log": {"entries": [{"request": asked, "response": answered}]}}))
    return cassettes.read(path).interactions[0]


def vcr(folder: Path, request: dict[str, Any] | None = None, response: dict[str, Any] | None = None) -> Interaction:
    """The same for vcrpy's YAML."""
    asked = {"method": "POST", "uri": "https://api.openai.com/v1/x", "headers": {}, "body": "", **(request or {})}
    answered = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": ""}, **(response or {})}
    path = folder / "x.yaml"
    path.write_text(
        yaml.dump({"interactions": [{"request": asked, "response": answered}], "version": 1}, sort_keys=False)
    )
    return cassettes.read(path).interactions[0]


def refused(function: Any, *args: Any, **named: Any) -> HarnessError:
    with pytest.raises(HarnessError) as caught:
        function(*args, **named)
    assert caught.value.code in ("cassette-dialect", "cassette-syntax")
    assert "\n" not in caught.value.message
    return caught.value


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def encoded_as(name: str) -> dict[str, Any]:
    return {
        "headers": [{"name": "Content-Encoding", "value": name}, {"name": "Content-Type", "value": "application/json"}]
    }


# pieces


def test_the_pieces_of_a_recorded_answer_are_joined_and_decoded():
    """Polly.JS keeps a compressed answer as a JSON list of base64 pieces: the body is what they hold together."""
    (one,) = cassettes.read(SAMPLES / "polly_chunks.har").interactions
    assert json.loads(one.response.body) == {"id": "x"}
    assert one.response.encoding == "gzip"


@pytest.mark.parametrize("size", [1, 7, 30])
@pytest.mark.parametrize(("name", "press"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_pieces_of_any_size_and_in_either_writing_are_one_body(tmp_path, name, press, size):
    """Each piece encoded by itself, one base64 text that was cut, and older files' hexadecimal."""
    packed = press(MODELS)
    whole = b64(packed)
    forms = [
        {"encoding": "base64", "text": json.dumps([b64(piece) for piece in cut(packed, size)])},
        {"encoding": "base64", "text": json.dumps([whole[at : at + size] for at in range(0, len(whole), size)])},
        {"_isBinary": True, "text": json.dumps([piece.hex() for piece in cut(packed, size)])},
        {"encoding": "base64", "text": whole},
        {"text": json.dumps([b64(piece) for piece in cut(packed, size)])},  # nothing says so but the encoding
        {"text": packed.hex()},
    ]
    for content in forms:
        assert har(tmp_path, response={**encoded_as(name), "content": content}).response.body == MODELS


def test_pieces_of_a_picture_need_no_content_encoding(tmp_path):
    """base64 of plain bytes in pieces."""
    content = {"encoding": "base64", "text": json.dumps([b64(b"\x89PNG\r\n"), b64(b"\x1a\n\x00")])}
    assert har(tmp_path, response={"content": content}).response.body == b"\x89PNG\r\n\x1a\n\x00"


def test_a_list_of_texts_that_is_the_answer_stays_one(tmp_path):
    """Plain JSON below a content-encoding that the recorder had already undone."""
    for text in ('["first","second"]', '["abcd","ef01"]', "[]", '"H4"'):
        for name in ("gzip", "br", "deflate"):
            assert (
                har(tmp_path, response={**encoded_as(name), "content": {"text": text}}).response.body == text.encode()
            )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("gzip", {"encoding": "base64", "text": json.dumps(["H4sIA!!", "x"])}),
        ("gzip", {"encoding": "base64", "text": json.dumps([b64(gzip.compress(MODELS))[:20], 3])}),
        ("gzip", {"encoding": "base64", "text": json.dumps([b64(gzip.compress(MODELS)[:20])])}),
        ("gzip", {"encoding": "base64", "text": b64(b"\x80\x81\x82\x83 no gzip, no text")}),
        ("br", {"encoding": "base64", "text": json.dumps([b64(b"\xff\xfe\xfd\xfc")])}),
        ("zstd", {"encoding": "base64", "text": b64(b"\x28\xb5\x2f\xfd\x24\x00\x01\x00\x00")}),
        ("", {"encoding": "base64", "text": "not base64 at all!"}),
        ("", {"encoding": "quoted-printable", "text": "a=3D"}),
        ("", {"_isBinary": True, "text": "xyz"}),
        ("", {"text": {"not": "text"}}),
        ("", {"text": "half a pair \ud83d"}),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_decoded_is_refused_by_name(tmp_path, name, content):
    """It is never served as it stands."""
    error = refused(har, tmp_path, response={**(encoded_as(name) if name else {}), "content": content})
    assert "x.har: entry 0: " in error.message


def test_a_decoded_picture_below_a_content_encoding_is_a_picture(tmp_path):
    """Browsers undo the encoding and keep the header."""
    content = {"encoding": "base64", "text": b64(b"\x89PNG\r\n\x1a\n\xff")}
    assert har(tmp_path, response={**encoded_as("gzip"), "content": content}).response.body.startswith(b"\x89PNG")


def test_two_encodings_are_undone_in_turn(tmp_path):
    """The last one that was applied comes off first."""
    content = {"encoding": "base64", "text": b64(brotli.compress(gzip.compress(MODELS)))}
    assert har(tmp_path, response={**encoded_as("gzip, br"), "content": content}).response.body == MODELS


def test_the_framing_of_the_connection_is_no_part_of_a_body(tmp_path):
    """A recorder that kept the chunks with their sizes; a body that only begins like that stays."""
    headers = {"Transfer-Encoding": ["chunked"]}
    framed = b'4\r\n{"a"\r\n3;x=y\r\n: 1\r\n1\r\n}\r\n0\r\n\r\n'
    assert vcr(tmp_path, response={"headers": headers, "body": {"string": framed}}).response.body == b'{"a": 1}'
    for body in (b"4\r\n{}", b"12\r\n", b'{"a": 1}'):
        assert vcr(tmp_path, response={"headers": headers, "body": {"string": body}}).response.body == body
    assert vcr(tmp_path, request={"body": [b'{"a"', b": 1}"]}).request.body == b'{"a": 1}'


# forms


def test_the_fields_of_a_form_are_the_body():
    """postData.params without text."""
    (one,) = cassettes.read(SAMPLES / "params.har").interactions
    assert one.request.body == b"a=1&b=x+y"


def test_fields_of_any_text_become_the_form_that_their_type_names(tmp_path):
    """Signs of the syntax, an empty value, one without a value, a name twice; the text wins where there is one."""
    fields = [{"name": "q", "value": "a&b=ü"}, {"name": "e", "value": ""}, {"name": "n"}, {"name": "q", "value": "2"}]
    form = {"mimeType": "application/x-www-form-urlencoded; charset=UTF-8", "params": fields}
    assert har(tmp_path, {"method": "POST", "postData": form}).request.body == b"q=a%26b%3D%C3%BC&e=&n=&q=2"
    assert har(tmp_path, {"method": "POST", "postData": {**form, "text": "q=9"}}).request.body == b"q=9"
    file = {"name": "file", "fileName": "b.jsonl", "contentType": "application/jsonl", "value": "{}"}
    form = {
        "mimeType": "multipart/form-data; boundary=----xYz",
        "params": [{"name": "purpose", "value": "batch"}, file],
    }
    assert har(tmp_path, {"method": "POST", "postData": form}).request.body == (
        b'------xYz\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        b'------xYz\r\nContent-Disposition: form-data; name="file"; filename="b.jsonl"\r\n'
        b"Content-Type: application/jsonl\r\n\r\n{}\r\n------xYz--\r\n"
    )
    assert "postData.params" in refused(har, tmp_path, {"method": "POST", "postData": {"params": ["a=1"]}}).message


# mappings


def test_a_mapping_that_aiohttp_sent_as_json_is_that_json():
    """vcrpy writes the values, not the bytes."""
    (one,) = cassettes.read(SAMPLES / "mapping_body.yaml").interactions
    assert json.loads(one.request.body) == {"messages": [{"content": "hi", "role": "user"}], "model": "gpt-5.1"}


def test_mappings_and_lists_are_read_by_the_recorded_content_type(tmp_path):
    """JSON without one; a form where the header, pairs or bytes say so."""

    def body(raw: Any, kind: str = "") -> bytes:
        return vcr(tmp_path, {"body": raw, "headers": {"Content-Type": [kind]} if kind else {}}).request.body

    form = "application/x-www-form-urlencoded"
    assert body([{"taskType": "imageInference", "steps": 4}]) == b'[{"taskType":"imageInference","steps":4}]'
    assert body({"a": "1"}) == b'{"a":"1"}'
    assert body({"a": "1", "b": "x y"}, "application/json") == b'{"a":"1","b":"x y"}'
    assert body({"a": "1", "b": "x y"}, form) == b"a=1&b=x+y"
    assert body([["a", "1"], ["a", "ü"]], form) == b"a=1&a=%C3%BC"
    assert body({"a": b"\xff"}) == b"a=%FF"
    assert body({"string": "plain"}) == b"plain"
    assert body({"string": "a", "more": 1}) == b'{"string":"a","more":1}'
    assert body({"a": "1"}, "multipart/form-data; boundary=q") == (
        b'--q\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--q--\r\n'
    )
    text = (tmp_path / "x.yaml").read_text()
    (tmp_path / "x.yaml").write_text(text.replace("body:\n      a: '1'", "body: [!!python/tuple [a, '1']]"))
    assert cassettes.read(tmp_path / "x.yaml").interactions[0].request.body.startswith(b"--q\r\n")
    assert "form must be" in refused(body, ["a", "b"], form).message


# answers without a body, requests without an answer


def test_an_answer_without_a_body_keeps_the_head_that_speaks_of_one(tmp_path):
    """HEAD and 304 name the length and encoding of what GET would give."""
    (one,) = cassettes.read(SAMPLES / "head.yaml").interactions
    assert (one.response.headers["Content-Length"], one.response.body) == (("48213",), b"")
    head = {"headers": {"Content-Encoding": ["gzip"], "Content-Length": ["812"]}}
    for request, response in (
        ({"method": "HEAD"}, head),
        ({"method": "GET"}, {**head, "status": {"code": 304, "message": ""}}),
    ):
        read = vcr(tmp_path, request, response)
        assert dict(read.response.headers) == {"Content-Encoding": ("gzip",), "Content-Length": ("812",)}
        made = cassettes.read(tmp_path / "x.yaml")
        cassettes.write(made, tmp_path / "again.yaml")
        assert cassettes.read(tmp_path / "again.yaml").interactions == made.interactions


@pytest.mark.parametrize(
    "response", [{"status": 0}, {"status": -1}, {"status": None}, {"status": 0, "_error": "net::ERR_FAILED"}]
)
def test_a_request_that_was_never_answered_has_the_status_0(tmp_path, response):
    """Browsers and recorders write it in several ways; written as a cassette it stays what it is."""
    made = har(tmp_path, {"url": "https://api.openai.com/v1/x"}, response)
    assert made.response.status == 0
    cassettes.write(cassettes.read(tmp_path / "x.har"), tmp_path / "y.yaml")
    assert cassettes.read(tmp_path / "y.yaml").interactions[0].response.status == 0


def test_an_entry_without_a_response_was_never_answered(tmp_path):
    """null is how some recorders write it."""
    (tmp_path / "x.har").write_text(
        json.dumps(
            {"log": {"entries": [{"request": {"method": "GET", "url": "https://a.example/"}, "response": None}]}}
        )
    )
    assert cassettes.read(tmp_path / "x.har").interactions[0].response.status == 0


@pytest.mark.parametrize("status", [99, 600, "OK", True, 2.5, [200]])
def test_what_is_no_status_is_refused_by_name(tmp_path, status):
    """In an archive as in vcrpy's YAML."""
    assert "needs a status code" in refused(har, tmp_path, response={"status": status}).message
    assert "needs a status code" in refused(vcr, tmp_path, response={"status": {"code": status}}).message


# text that is none


def test_a_header_keeps_its_bytes_through_every_form(tmp_path):
    """UTF-8, and Latin-1 that is no UTF-8, read and written back."""
    values = ["Café – 中", b"Caf\xe9", "Caf\xc3\xa9".encode()]
    made = vcr(tmp_path, response={"headers": {"X-Title": values}})
    sent = [value.encode("utf-8", "surrogateescape") for value in made.response.headers["X-Title"]]
    assert sent == ["Café – 中".encode(), b"Caf\xe9", "Caf\xc3\xa9".encode()]
    cassettes.write(cassettes.read(tmp_path / "x.yaml"), tmp_path / "y.yaml")
    assert cassettes.read(tmp_path / "y.yaml").interactions == (made,)
    kept = cassettes.read(tmp_path / "y.yaml", cache=tmp_path / "cache")
    assert cassettes.read(tmp_path / "y.yaml", cache=tmp_path / "cache") == kept


def test_half_a_surrogate_pair_is_refused_wherever_it_stands(tmp_path):
    """In a URL, a header, a value of a JSON body: one line that says so."""
    half = "x\ud83d"
    for wrong in ({"url": f"https://a.example/{half}"}, {"headers": [{"name": "x", "value": half}]}):
        assert "half a surrogate pair" in refused(har, tmp_path, wrong).message
    raw = {"request": {"method": "POST", "uri": "https://a.example/", "headers": {}, "body": {"a": half, "b": 1}}}
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"version": 1, "interactions": [{**raw, "response": {"status": {"code": 200}}}]}))
    assert "half a surrogate pair" in refused(cassettes.read, path).message


def test_a_key_that_stands_twice_is_refused(tmp_path):
    """Libraries disagree about which of the two is meant."""
    for name, text in (
        ("x.json", '{"version": 1, "interactions": [], "interactions": []}'),
        ("x.har", '{"log": {"entries": [], "entries": []}}'),
        ("x.yaml", "version: 1\ninteractions: []\ninteractions: []\n"),
    ):
        (tmp_path / name).write_text(text)
        error = refused(cassettes.read, tmp_path / name)
        assert "stands twice" in error.message
        assert "entries" in error.message or "interactions" in error.message


@pytest.mark.parametrize("url", ["https://a.example:99999/", "https://[::1/x", "https://a.example:port/"])
def test_a_uri_that_cannot_be_taken_apart_is_refused(tmp_path, url):
    """Its host and port are what a request is matched by."""
    assert "the uri" in refused(har, tmp_path, {"url": url}).message
    assert "the uri" in refused(vcr, tmp_path, {"uri": url}).message


def test_an_unanswered_request_is_shown_as_one():
    """`cassette show` does not print a status that nobody sent."""
    (one,) = cassettes.read(SAMPLES / "status0.har").interactions
    assert show.line(one) == "POST https://api.openai.com/v1/chat/completions gpt-5.1 -> never answered"
