"""Recordings that are not a plain answer to a plain request: each is played as it was meant, by every client, or cut."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests

from harness.core.cassette import Interaction, RecordedRequest, RecordedResponse
from harness.core.scenario import Fault
from tests.provider.fake.conftest import Fake, asked, chat, recorded

SAMPLES = Path(__file__).parents[1] / "cassettes" / "samples"
BLOG = "https://blog.example.com/wp-json/wp/v2/posts/7"
FORM = {"content-type": ("application/x-www-form-urlencoded",)}


def sample(fake: Fake, name: str, host: str = "") -> None:
    """Put a handed recording on the tape, at a host that this fake speaks for."""
    text = (SAMPLES / name).read_text().replace(host, "blog.example.com") if host else (SAMPLES / name).read_text()
    (fake.folder / name).write_text(text)
    fake.control.load("test/kinds", [name], ())


def get(
    uri: str, *, headers: dict[str, tuple[str, ...]], method: str = "GET", status: int = 200, body: bytes = b""
) -> Interaction:
    return Interaction(
        request=RecordedRequest(method=method, uri=uri, headers={}),
        response=RecordedResponse(status=status, reason="", headers=headers, body=body),
    )  # fmt: skip


def raw(fake: Fake, *lines: str, until: bytes = b"") -> bytes:
    """What stands on the wire for a request without TLS, until the connection ends or `until` came."""
    with socket.create_connection(("127.0.0.1", fake.plain), timeout=20) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        found = b""
        while not (until and until in found):
            piece = wire.recv(65536)
            if not piece:
                break
            found += piece
        return found


# (a) answers without a body


def test_head_is_answered_with_the_recorded_length_and_no_body(fake):
    """And the connection goes on: the next answer on it is the next answer."""
    sample(fake, "head.yaml", "blog.example")
    wire = http.client.HTTPConnection("127.0.0.1", fake.plain, timeout=20)
    wire.request("HEAD", "/blog.example.com/wp-content/uploads/a.png")
    answer = wire.getresponse()
    assert (answer.status, answer.headers["content-length"], answer.read()) == (200, "48213", b"")
    used = wire.sock
    wire.request("HEAD", "/blog.example.com/wp-content/uploads/b.png")
    assert wire.getresponse().headers["x-harness-unmatched"] == "1"
    assert wire.sock is used


@pytest.mark.parametrize(
    ("method", "status", "shown"), [("HEAD", 200, "48213"), ("GET", 304, "48213"), ("GET", 204, None), ("HEAD", 404, "48213")]
)  # fmt: skip
@pytest.mark.parametrize("client", ["requests", "httpx", "http.client"])
def test_every_answer_without_a_body_is_followed_by_the_next_one(fake, client, method, status, shown):
    """The head says what was recorded; 204 says nothing of a body. Three answers on one connection are not confused."""
    headers = {"Content-Length": ("48213",), "Content-Encoding": ("gzip",), "ETag": ('"1"',)}
    fake.load(
        get(BLOG, method=method, status=status, headers=headers), get(BLOG + "0", headers={}, body=b"next"),
        get(BLOG, method=method, status=status, headers=headers),
    )  # fmt: skip
    url, second = fake.url(BLOG), fake.url(BLOG + "0")
    found: list[tuple[int, str | None, bytes]] = []
    if client == "http.client":
        wire = http.client.HTTPConnection("127.0.0.1", fake.plain, timeout=20)
        for how, path in ((method, BLOG), ("GET", BLOG + "0"), (method, BLOG)):
            wire.request(how, "/" + path.removeprefix("https://"))
            answer = wire.getresponse()
            found.append((answer.status, answer.headers["content-length"], answer.read()))
    else:
        context = ssl.create_default_context(cafile=str(fake.ca))
        session: Any = httpx.Client(verify=context, trust_env=False) if client == "httpx" else fake.session
        for how, where in ((method, url), ("GET", second), (method, url)):
            answer = session.request(how, where, timeout=20)
            found.append((answer.status_code, answer.headers.get("content-length"), answer.content))
    assert found == [(status, shown, b""), (200, "4", b"next"), (status, shown, b"")]


def test_a_head_without_a_recorded_length_claims_none(fake):
    """0 would be a claim; so would the length of a fault's own body be one, which GET has."""
    fake.load(get(BLOG, method="HEAD", headers={"X-A": ("1",)}))
    answer = raw(fake, "HEAD /blog.example.com/wp-json/wp/v2/posts/7 HTTP/1.1", "Host: localhost", "Connection: close")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"content-length" not in answer.lower()


# requests that were never answered


@pytest.mark.parametrize("status", [0, 101, 103])
def test_a_request_that_was_never_answered_is_cut(fake, status):
    """No bytes at all reach the client; the call is in the report, it is no success, and the recording was played."""
    body = asked("hello")
    fake.load(
        recorded("POST", "https://api.openai.com/v1/chat/completions", body, None, status=status), chat("two", "2")
    )
    with pytest.raises(requests.ConnectionError):
        fake.chat("hello")
    assert fake.chat("two").status_code == 200
    first, second = fake.report().calls
    assert (first.status, first.success, first.disposition, first.index) == (0, False, "played", 0)
    assert second.success
    assert fake.report().unplayed == ()


def test_the_handed_entry_without_an_answer_is_told_by_name_and_cut(fake, capfd):
    """Told when it is loaded, with its cassette, entry and request."""
    sample(fake, "status0.har")
    told = "status0.har entry 0: POST https://api.openai.com/v1/chat/completions was never answered"
    assert told in capfd.readouterr().err
    with pytest.raises(requests.ConnectionError):
        fake.post("https://api.openai.com/v1/chat/completions", {"model": "gpt-5.1"})


def test_a_fault_over_a_request_that_was_never_answered_changes_nothing(fake):
    """There is no answer to cut or truncate."""
    fake.load(
        recorded("POST", "https://api.openai.com/v1/chat/completions", asked("hello"), None, status=0),
        faults=(Fault(kind="truncate", match="openai *", calls=(1,), args={}),),
    )
    with pytest.raises(requests.ConnectionError):
        fake.chat("hello")


# (d) and (g) forms


def test_a_form_is_matched_by_its_names_and_values(fake):
    """Whatever the escapes; another value, one more and one less are another form."""
    sample(fake, "params.har")
    url = "https://api.openai.com/v1/files"
    send = {"Content-Type": "application/x-www-form-urlencoded"}
    for other in (b"a=1&b=x", b"a=1&b=x+y&c=3", b"a=1", b"a=2&b=x+y", b'{"a":"1","b":"x y"}', b""):
        answer = fake.session.post(fake.url(url), data=other, headers=send, timeout=20)
        assert answer.headers["x-harness-unmatched"] == "1", other
    assert any("(form) a" in json.dumps(call.nearest) for call in fake.report().calls)
    assert fake.session.post(fake.url(url), data={"a": "1", "b": "x y"}, timeout=20).json() == {"ok": 1}
    sample(fake, "params.har")
    assert fake.session.post(fake.url(url), data=b"b=x%20y&a=1", headers=send, timeout=20).json() == {"ok": 1}


def test_a_multipart_form_is_matched_by_its_parts(fake, tmp_path):
    """Recorded as fields by a browser, sent by two clients with boundaries of their own."""
    file = {"name": "file", "fileName": "b.jsonl", "contentType": "application/jsonl", "value": '{"a": 1}\n'}
    form = {"mimeType": "multipart/form-data; boundary=x", "params": [{"name": "purpose", "value": "batch"}, file]}
    entry = {
        "request": {"method": "POST", "url": "https://api.openai.com/v1/files", "headers": [], "postData": form},
        "response": {"status": 200, "headers": [], "content": {"text": '{"id":"file-1"}'}},
    }
    (fake.folder / "m.har").write_text(json.dumps({"log": {"entries": [entry, entry]}}))
    fake.control.load("test/kinds", ["m.har"], ())
    url = fake.url("https://api.openai.com/v1/files")

    def sent(
        content: bytes = b'{"a": 1}\n', name: str = "b.jsonl", kind: str = "application/jsonl", **more: str
    ) -> dict[str, Any]:
        return {"data": {"purpose": "batch", **more}, "files": {"file": (name, content, kind)}}

    for other in (sent(b"{}"), sent(name="c.jsonl"), sent(kind="text/csv"), sent(purpose="vision"), sent(more="1")):
        assert requests.post(url, verify=str(fake.ca), timeout=20, **other).headers["x-harness-unmatched"] == "1"
    assert requests.post(url, verify=str(fake.ca), timeout=20, **sent()).json() == {"id": "file-1"}
    with httpx.Client(verify=ssl.create_default_context(cafile=str(fake.ca)), trust_env=False) as client:
        assert client.post(url, **sent()).json() == {"id": "file-1"}


def test_a_mapping_without_a_content_type_is_answered_as_json_or_as_form_once(fake):
    """aiohttp's json= and data= leave the same trace; whichever the client sends, the recording is played once."""
    text = (SAMPLES / "mapping_body.yaml").read_text()
    flat = (
        text[: text.index("      messages:")] + "      a: '1'\n      b: x y\n" + text[text.index("    headers: {}") :]
    )
    url = fake.url("https://api.openai.com/v1/x")
    for send in ({"data": {"a": "1", "b": "x y"}}, {"json": {"b": "x y", "a": "1"}}):
        (fake.folder / "flat.yaml").write_text(flat)
        fake.control.load("test/kinds", ["flat.yaml"], ())
        assert fake.session.post(url, data={"a": "1", "b": "x"}, timeout=20).status_code == 500
        assert fake.session.post(url, timeout=20, **send).json() == {"ok": 1}
        for again in ({"data": {"a": "1", "b": "x y"}}, {"json": {"b": "x y", "a": "1"}}):
            assert fake.session.post(url, timeout=20, **again).status_code == 500, "played once in all"
        assert fake.report().unplayed == ()
    sample(fake, "mapping_body.yaml")
    body = {"model": "gpt-5.1", "messages": [{"role": "user", "content": "hi"}]}
    assert fake.session.post(url, json=body, timeout=20).json() == {"ok": 1}


# (e) ports


def test_each_port_of_a_host_has_its_own_answers(fake):
    """:8443 and 443 are two servers; a third port has nothing."""
    sample(fake, "ports.yaml", "gw.example")
    text = {
        port: requests.get(fake.url(f"https://blog.example.com{port}/v1/a"), verify=str(fake.ca), timeout=20).text
        for port in (":8443", "", ":9")
    }
    assert (text[":8443"], text[""]) == ("eight", "plain")
    assert "nothing is recorded for blog.example.com:9" in text[":9"]
    assert [call.host for call in fake.report().calls] == [
        "blog.example.com:8443",
        "blog.example.com",
        "blog.example.com:9",
    ]


@pytest.mark.parametrize(
    ("host", "answer"),
    [("blog.example.com:8443", b"eight"), ("BLOG.example.com:443", b"plain"), ("blog.example.com", b"plain"), ("blog.example.com:{own}", b"plain")],
)  # fmt: skip
def test_the_port_of_the_host_header_is_part_of_the_match(fake, host, answer):
    """The scheme's own port is none; neither is the fake's own, which stands for the real one."""
    sample(fake, "ports.yaml", "gw.example")
    host = host.format(own=fake.plain)
    assert raw(fake, "GET /v1/a HTTP/1.1", f"Host: {host}", "Connection: close").endswith(answer)


def test_the_port_that_is_recorded_wins_over_the_fakes_own(fake):
    """A fake that listens on the recorded port answers for it."""
    port = fake.plain
    fake.load(
        get(f"https://blog.example.com:{port}/v1/a", headers={}, body=b"own"),
        get("https://blog.example.com/v1/a", headers={}, body=b"plain"),
    )
    assert raw(fake, "GET /v1/a HTTP/1.1", f"Host: blog.example.com:{port}", "Connection: close").endswith(b"own")
    assert raw(fake, "GET /v1/a HTTP/1.1", "Host: blog.example.com", "Connection: close").endswith(b"plain")


# (f) header values


async def _asyncio_streams(fake: Fake) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", fake.plain)
    writer.write(b"GET /wp-json/wp/v2/posts/7 HTTP/1.1\r\nHost: blog.example.com\r\nConnection: close\r\n\r\n")
    found = await reader.read()
    writer.close()
    return found


CLIENTS: dict[str, Callable[[Fake], bytes]] = {
    "requests": lambda fake: fake.session.get(fake.url(BLOG), timeout=20).headers["x-title"].encode("latin-1"),
    "httpx": lambda fake: dict(httpx.get(fake.url(BLOG), verify=ssl.create_default_context(cafile=str(fake.ca)), trust_env=False).headers.raw)[b"X-Title"],
    "sockets": lambda fake: asyncio.run(_asyncio_streams(fake)).split(b"X-Title: ")[1].split(b"\r\n")[0],
}  # fmt: skip


@pytest.mark.parametrize("client", CLIENTS)
def test_a_header_beyond_latin_1_reaches_every_client_as_the_bytes_of_the_recording(fake, client):
    """UTF-8, and the headers beside it stay what they were."""
    sample(fake, "utf8head.yaml", "blog.example")
    assert CLIENTS[client](fake) == "Café – 中".encode()


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        ("日本語", "日本語".encode()),
        ("Café", "Café".encode()),
        ("Caf\u00c3\u00a9", "Café".encode()),  # UTF-8 that a client handed to its recorder as Latin-1
        ("Caf\udce9", b"Caf\xe9"),  # Latin-1, which the reader kept as bytes
        ("a\x00b\nc\td", b"a b c\td"),
        ("plain", b"plain"),
    ],
)
def test_header_values_of_every_kind_are_the_recorded_bytes(fake, value, wire):
    """And no value can end the head or the connection."""
    fake.load(get(BLOG, headers={"X-Title": (value,), ":status": ("200",), "X-Last": ("1",)}, body=b"{}"))
    found = asyncio.run(_asyncio_streams(fake))
    assert b"X-Title: " + wire + b"\r\nX-Last: 1\r\n" in found
    assert b":status" not in found
    assert found.endswith(b"\r\n\r\n{}")


# (k) what nobody should have sent


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"model":"gpt-5.1","messages":[{"role":"user","content":"half \\ud83d pair"}]}', "half a surrogate pair"),
        (
            b'{"model":"gpt-5.1","messages":[{"role":"user","content":"half \xed\xa0\xbd pair"}]}',
            "half a surrogate pair",
        ),
        (b'{"model":"gpt-5.1","model":"gpt-4o","messages":[]}', "gives the key 'model' twice"),
        (b'{"model":"gpt-5.1","messages":[{"role":"user","role":"user"}]}', "gives the key 'role' twice"),
    ],
)
def test_json_that_readers_disagree_about_is_refused_by_name(fake, body, said):
    """In the provider's own form, and noted in the report; the tape is not touched."""
    fake.load(chat("half \ufffd pair", "no"), chat("", "no"))
    answer = fake.post("https://api.openai.com/v1/chat/completions", body)
    assert said in answer.json()["error"]["message"]
    (call,) = fake.report().calls
    assert call.disposition == "invalid"
    assert said in call.problems[0]
    assert len(fake.report().unplayed) == 2


def test_a_flaw_that_was_recorded_is_played_for_the_same_bytes(fake):
    """The provider was recorded to answer it."""
    body = b'{"model":"gpt-5.1","model":"gpt-4o"}'
    fake.load(recorded("POST", "https://api.openai.com/v1/x", body, {"error": {"message": "twice"}}, status=400))
    assert fake.post("https://api.openai.com/v1/x", body + b" ").status_code == 500
    assert fake.post("https://api.openai.com/v1/x", body).status_code == 400


def test_a_client_without_a_server_name_is_refused_by_name(fake):
    """A real provider would not even shake hands; an address in numbers has no name to send."""
    fake.load(chat("hello", "Hi"), chat("hello", "Hi"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(fake.ca)
    body = json.dumps(asked("hello"))

    def post(host: str, path: str, name: str | None) -> bytes:
        lines = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
        plain = socket.create_connection(("127.0.0.1", fake.port), timeout=20)
        with context.wrap_socket(plain, server_hostname=name) as wire:
            wire.sendall(lines.encode())
            return b"".join(iter(lambda: wire.recv(65536), b""))

    refused = post("api.openai.com", "/v1/chat/completions", None)
    assert json.loads(refused.partition(b"\r\n\r\n")[2])["error"]["code"] == "harness_unmatched"
    assert b"no server name (SNI)" in refused
    (call,) = fake.report().calls
    assert (call.disposition, call.success, len(call.problems)) == ("invalid", False, 1)
    assert b"200 OK" in post("api.openai.com", "/v1/chat/completions", "api.openai.com")
    assert b"200 OK" in post(f"127.0.0.1:{fake.port}", "/api.openai.com/v1/chat/completions", None)


def test_ten_megabytes_and_nul_are_answered_at_once(fake):
    """On one line, as text that nothing fits, as JSON that fits, and as bytes that are no JSON."""
    long = "x" * 10_000_000
    fake.load(chat(long, "long"), chat("a\x00b", "nul"), chat("y" + long[1:], "other"))
    began = time.monotonic()
    assert fake.chat(long).status_code == 200
    assert fake.chat("a\x00b").status_code == 200
    assert fake.chat("z" + long).headers["x-harness-unmatched"] == "1"
    for body in (
        b"\x00" * 10_000_000,
        b"{" * 10_000_000,
        b'{"a":"\x00"}',
        b"a=" + b"&" * 10_000_000,
        b"--" + b"\r\n" * 5_000_000,
    ):
        assert fake.post("https://api.openai.com/v1/chat/completions", body).headers["x-harness-unmatched"] == "1"
    assert len(fake.report().calls) == 8
    assert time.monotonic() - began < 60
