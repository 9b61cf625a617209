"""Recorded truth on the wire: matched by meaning, played exactly once, refused by name when nothing fits."""

from __future__ import annotations

import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from harness.provider import cassettes
from tests.provider import real
from tests.provider.fake.conftest import JSON, asked, chat, recorded

CHAT = "https://api.openai.com/v1/chat/completions"


def test_sixteen_clients_get_four_hundred_identical_requests_answered_once_each(fake):
    """400 recordings of one request, 16 parallel clients without sessions kept: 400 distinct answers, none twice."""
    fake.load(*(chat("same", f"answer {number}") for number in range(400)))
    local = threading.local()

    def ask(_: int) -> str:
        session = getattr(local, "session", None)
        if session is None:
            session = local.session = requests.Session()
            session.trust_env, session.verify = False, str(fake.ca)
        return session.post(fake.url(CHAT), json=asked("same"), timeout=60).json()["choices"][0]["message"]["content"]

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(400)))
    assert sorted(answers) == sorted(f"answer {number}" for number in range(400))
    report = fake.report()
    assert (len(report.calls), report.unmatched, report.unplayed) == (400, 0, ())
    assert sorted(call.index for call in report.calls) == list(range(400))


def test_the_order_of_keys_spaces_and_number_forms_does_not_matter(fake):
    """Two JSON texts that say the same match; 1.0 is 1, but true is not 1."""
    fake.load(recorded("POST", CHAT, b'{"a": [1, 2.50], "n": 1.0}', {"ok": 1}), chat("x", "y"))
    assert fake.post(CHAT, b'{ "n":1, "a":[1.0,2.5] }').json() == {"ok": 1}
    assert fake.post(CHAT, b'{"n": true, "a": [1, 2.5]}').status_code == 500


def test_the_query_is_matched_in_any_order_and_the_path_exactly(fake):
    """?b=2&a=1 is ?a=1&b=2; another path or value is another request."""
    uri = "https://blog.example.com/wp-json/wp/v2/posts"
    fake.load(recorded("GET", uri + "?b=2&a=1", None, [1], times=2))
    get = fake.session.get
    assert get(fake.url(uri + "?a=1&b=2"), timeout=5).json() == [1]
    assert get(fake.url(uri + "?a=1&b=3"), timeout=5).status_code == 500
    assert get(fake.url(uri + "/?a=1&b=2"), timeout=5).status_code == 500


def test_a_sequence_is_played_in_file_order(fake):
    """The same poll asked three times gets the recorded answers one after the other, then a refusal."""
    uri = "https://api.openai.com/v1/batches/batch_1"
    states = ["validating", "in_progress", "completed"]
    fake.load(*(recorded("GET", uri, None, {"status": state}) for state in states))
    found = [fake.session.get(fake.url(uri), timeout=5).json()["status"] for _ in states]
    assert found == states
    refused = fake.session.get(fake.url(uri), timeout=5)
    assert refused.status_code == 500
    assert "all 3 recordings of this request were already played" in refused.text


def test_repeats_only_where_the_cassette_says_so(fake):
    """harness_times: 2 plays twice; 0 plays without end and counts as unplayed only when never asked for."""
    fake.load(chat("twice", "2", times=2), chat("always", "0", times=0), chat("never", "0", times=0))
    assert [fake.chat("twice").status_code for _ in range(3)] == [200, 200, 500]
    assert [fake.chat("always").status_code for _ in range(5)] == [200] * 5
    assert [item["index"] for item in fake.report().unplayed] == [2]


def test_a_refusal_is_shaped_like_the_provider_and_names_itself(fake):
    """The client sees the provider's error form, the operator sees what was expected."""
    fake.load(chat("hello", "world"))
    answer = fake.chat("hullo")
    assert answer.status_code == 500
    assert answer.headers["x-harness-unmatched"] == "1"
    assert answer.json()["error"]["message"].startswith("harness: no recording matches POST https://api.openai.com/v1/")
    (call,) = fake.report().calls
    assert (call.disposition, call.success, call.status) == ("unmatched", False, 500)
    assert call.nearest["changes"] == [{"path": "messages[0].content", "recorded": "hello", "sent": "hullo"}]
    assert fake.report().unplayed[0]["request"] == f"POST {CHAT} gpt-5.1"


def test_the_report_reads_what_the_provider_did(fake):
    """Route, usage, model and images come out of the recorded answer; a recorded error is played but no success."""
    drawn = recorded(
        "POST",
        "https://api.openai.com/v1/images/generations",
        {"model": "dall-e-3", "prompt": "a house"},
        {"created": 1, "data": [{"url": "https://x/1.png"}, {"b64_json": "aGk="}]},
    )
    failed = recorded("POST", CHAT, asked("bad"), {"error": {"message": "no"}}, status=400)
    fake.load(chat("hello", "world"), drawn, failed)
    fake.chat("hello")
    fake.post("https://api.openai.com/v1/images/generations", {"prompt": "a house", "model": "dall-e-3"})
    fake.chat("bad")
    text, image, error = fake.report().calls
    assert (text.route, text.usage, text.model) == (
        "openai POST /v1/chat/completions",
        {"tokens_in": 7, "tokens_out": 5},
        "gpt-5.1-2025-11-13",
    )
    assert (text.cassette, text.index, text.n, text.success) == ("tape", 0, 1, True)
    assert (image.images, image.model, image.usage, image.success) == (2, "dall-e-3", None, True)
    assert (error.disposition, error.success, error.status, error.usage) == ("played", False, 400, None)


def test_bodies_travel_in_the_recorded_encoding_to_clients_that_accept_it(fake):
    """A recorded gzip answer is gzip again, for a client that takes it, and plain for one that does not."""
    fake.load(chat("zip", "text " * 100, encoding="gzip", times=2), chat("br", "text " * 100, encoding="br"))
    packed = fake.chat("zip", headers={"accept-encoding": "gzip"})
    plain = fake.chat("zip", headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert fake.chat("br", headers={"accept-encoding": "br"}).headers["content-encoding"] == "br"


def test_a_compressed_request_is_matched_by_its_content(fake):
    """A gzip request body matches the recording of the plain one."""
    fake.load(chat("hello", "world"))
    body = gzip.compress(json.dumps(asked("hello")).encode())
    headers = {"content-encoding": "gzip", "content-type": "application/json"}
    assert fake.post(CHAT, body, headers=headers).status_code == 200


def test_several_cookies_stay_several(fake):
    """Repeated headers are repeated on the wire."""
    fake.load(chat("hello", "x", headers={**JSON, "set-cookie": ("a=1", "b=2")}))
    assert fake.chat("hello").raw.headers.getlist("set-cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize("path", real.files(), ids=lambda path: path.name[:24])
@real.needed
def test_a_real_recording_replays_completely_and_in_order(fake, path):
    """Every request of the file, sent in order, gets its own recorded answer, byte for byte once decoded."""
    found = cassettes.read(path)
    fake.load(*found.interactions)
    for one in found.interactions:
        kept = {key: value[0] for key, value in one.request.headers.items() if key.lower() == "content-type"}
        host = one.request.uri.split("/")[2]
        answer = fake.session.request(
            one.request.method,
            f"https://localhost:{fake.port}/{one.request.uri.split('/', 3)[3]}",
            data=one.request.body,
            headers={**kept, "host": host, "accept-encoding": "gzip"},
            timeout=10,
        )
        assert (answer.status_code, answer.content) == (one.response.status, one.response.body)
    report = fake.report()
    assert [call.index for call in report.calls] == list(range(len(found.interactions)))
    assert report.unplayed == ()
