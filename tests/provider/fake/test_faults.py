"""Each fault as a client of the requests library meets it, and as the ledger tells it."""

from __future__ import annotations

import time

import pytest
import requests

from harness.core.errors import HarnessError
from harness.core.scenario import Fault
from harness.provider import profiles
from harness.provider.fake import faults
from harness.provider.fake.faults import KINDS
from tests.provider.fake.conftest import chat, recorded

ROUTE = "openai POST /v1/chat/completions"
STATUS = {
    "http_400": 400,
    "http_401": 401,
    "http_403": 403,
    "http_404": 404,
    "http_429": 429,
    "insufficient_quota": 429,
    "http_500": 500,
    "http_503": 503,
    "content_policy": 400,
}


def first(kind: str, match: str = ROUTE, **args) -> Fault:
    return Fault(kind=kind, match=match, calls=(1,), args=args)


@pytest.mark.parametrize("kind", STATUS)
def test_a_refusing_fault_leaves_the_recording_for_the_retry(fake, kind):
    """The provider did no work: error status, its own error form, success False; the retry is played."""
    fake.load(chat("hello", "world"), faults=(first(kind),))
    refused, played = fake.chat("hello"), fake.chat("hello")
    assert refused.status_code == STATUS[kind]
    assert set(refused.json()["error"]) == {"message", "type", "param", "code"}
    assert played.status_code == 200
    one, two = fake.report().calls
    assert (one.disposition, one.fault, one.success, one.cassette) == ("fault", kind, False, "")
    assert (two.disposition, two.fault, two.success, two.cassette) == ("played", "", True, "tape")
    assert fake.report().unplayed == ()


def test_every_provider_has_a_shape_for_every_refusing_fault():
    """No pair of provider and fault is forgotten, and the statuses are errors."""
    for profile in profiles.KINDS.values():
        for kind, known in KINDS.items():
            if known.ends == "refuse":
                assert 400 <= profile.refuse(kind, {}, None).status < 600, (profile.name, kind)


def test_a_rate_limit_carries_its_headers(fake):
    """429 names the limits and when to come back; Retry-After is as the fault says."""
    fake.load(chat("hello", "world"), faults=(first("http_429", retry_after_s=3),))
    answer = fake.chat("hello")
    assert answer.headers["retry-after"] == "3"
    assert answer.headers["x-ratelimit-remaining-tokens"] == "0"
    assert answer.json()["error"]["code"] == "rate_limit_exceeded"
    assert "gpt-5.1" in answer.json()["error"]["message"]


def test_quota_is_429_with_its_own_code(fake):
    """An empty provider account is told from a rate limit by its code."""
    fake.load(chat("hello", "world"), faults=(first("insufficient_quota"),))
    assert fake.chat("hello").json()["error"]["code"] == "insufficient_quota"


def test_positions_count_matching_calls_only(fake):
    """calls=(2,) of the image route is not moved by chat calls in between."""
    uri = "https://api.openai.com/v1/images/generations"
    drawn = {"created": 1, "data": [{"url": "u"}]}
    fake.load(
        *(recorded("POST", uri, {"prompt": "a"}, drawn) for _ in range(3)),
        chat("hello", "world"),
        faults=(Fault(kind="http_500", match="openai POST /v1/images*", calls=(2,)),),
    )
    found = [fake.post(uri, {"prompt": "a"}).status_code, fake.chat("hello").status_code]
    found += [fake.post(uri, {"prompt": "a"}).status_code for _ in range(3)]
    assert found == [200, 200, 500, 200, 200]


def test_no_positions_means_every_call(fake):
    """A fault without positions falls on every matching call."""
    fake.load(chat("hello", "world"), faults=(Fault(kind="http_503", match="openai *"),))
    assert [fake.chat("hello").status_code for _ in range(3)] == [503] * 3
    assert len(fake.report().unplayed) == 1


def test_a_changed_prompt_is_told_even_under_a_fault(fake):
    """A fault must not hide that the request is not the recorded one: the call carries the nearest recording."""
    fake.load(chat("hello", "world"), faults=(Fault(kind="http_500", match="*"),))
    fake.chat("hullo")
    (call,) = fake.report().calls
    assert call.nearest["changes"][0]["path"] == "messages[0].content"


def test_latency_delays_the_recorded_answer(fake):
    """The answer is the recorded one, and it came no earlier than the delay."""
    fake.load(chat("hello", "world"), faults=(first("latency", ms=60),))
    began = time.monotonic()
    assert fake.chat("hello").status_code == 200
    assert time.monotonic() - began >= 0.06
    (call,) = fake.report().calls
    assert (call.disposition, call.fault, call.success) == ("played", "latency", True)


def test_a_client_that_gives_up_during_latency_leaves_a_success_that_never_arrived(fake):
    """The provider did the work: success True, status 0, the recording consumed."""
    fake.load(chat("hello", "world"), faults=(first("latency", ms=60000),))
    with pytest.raises(requests.exceptions.ReadTimeout):
        fake.session.post(fake.url("https://api.openai.com/v1/chat/completions"), json=_body(), timeout=(5, 0.05))
    assert fake.control.wait_calls(1, 10)
    (call,) = fake.report().calls
    assert (call.disposition, call.fault, call.success, call.status) == ("fault", "latency", True, 0)
    assert fake.report().unplayed == ()


@pytest.mark.parametrize(("kind", "success", "left"), [("reset", False, 1), ("lost_answer", True, 0)])
def test_a_reset_differs_from_a_lost_answer_in_what_the_provider_did(fake, kind, success, left):
    """Both look the same to the client; only a lost answer consumed the recording and counts as a success."""
    fake.load(chat("hello", "world"), faults=(first(kind),))
    with pytest.raises(requests.exceptions.ConnectionError):
        fake.chat("hello")
    (call,) = fake.report().calls
    assert (call.disposition, call.fault, call.success, call.status) == ("fault", kind, success, 0)
    assert call.usage == ({"tokens_in": 7, "tokens_out": 5} if success else None)
    assert len(fake.report().unplayed) == left


def test_a_reset_is_a_tcp_reset(fake):
    """RST on the wire, no orderly end; seen without TLS, because OpenSSL reports both as an unexpected end."""
    fake.load(chat("hello", "world"), faults=(first("reset"),))
    with pytest.raises(requests.exceptions.ConnectionError, match="reset by peer"):
        fake.session.post(f"http://localhost:{fake.plain}/api.openai.com/v1/chat/completions", json=_body(), timeout=5)


@pytest.mark.parametrize("args", [{}, {"bytes": 0}, {"bytes": 20}, {"bytes": 10**9}])
def test_a_truncated_body_is_shorter_than_announced(fake, args):
    """The head promises the whole body, fewer bytes come: the client must notice, whatever number was asked for."""
    fake.load(chat("hello", "world"), faults=(first("truncate", **args),))
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)) as caught:
        fake.chat("hello")
    assert "IncompleteRead" in str(caught.value)
    (call,) = fake.report().calls
    assert (call.disposition, call.success, call.status) == ("fault", True, 200)


def test_a_stall_sends_nothing_until_the_client_gives_up(fake):
    """No byte arrives, no work is done, and the fake is not kept busy."""
    fake.load(chat("hello", "world"), faults=(first("stall"),))
    with pytest.raises(requests.exceptions.ReadTimeout):
        fake.session.post(fake.url("https://api.openai.com/v1/chat/completions"), json=_body(), timeout=(5, 0.05))
    assert fake.control.wait_calls(1, 10)
    (call,) = fake.report().calls
    assert (call.disposition, call.success, call.status) == ("fault", False, 0)
    assert fake.chat("hello").status_code == 200


def test_tls_failure_is_a_failed_handshake(fake):
    """The client sees a TLS error; it stands in the ledger; the next handshake is well."""
    fake.load(chat("hello", "world"), faults=(Fault(kind="tls", match="*", calls=(1,)),))
    fresh = requests.Session()
    fresh.trust_env, fresh.verify = False, str(fake.ca)
    url = fake.url("https://api.openai.com/v1/chat/completions")
    with pytest.raises(requests.exceptions.SSLError):
        fresh.post(url, json=_body(), timeout=5)
    assert fresh.post(url, json=_body(), timeout=5).status_code == 200
    failed, played = fake.report().calls
    assert (failed.method, failed.path, failed.fault, failed.success) == ("TLS", "handshake", "tls", False)
    assert played.disposition == "played"


def test_faults_can_stand_together(fake):
    """Latency and 429 on one call: late, and refused."""
    fake.load(chat("hello", "world"), faults=(first("latency", ms=20), first("http_429")))
    began = time.monotonic()
    assert fake.chat("hello").status_code == 429
    assert time.monotonic() - began >= 0.02


def test_chance_is_decided_by_the_seed(fake):
    """The same seed, scenario and order of calls give the same faults; another scenario gives others."""
    fault = Fault(kind="http_500", match="*", args={"probability": 0.5})

    def play(scenario: str) -> list[int]:
        fake.load(chat("hello", "world", times=0), faults=(fault,), scenario=scenario)
        return [fake.chat("hello").status_code for _ in range(24)]

    one, again, other = play("a/one"), play("a/one"), play("a/other")
    assert one == again != other
    assert {200, 500} == set(one)


@pytest.mark.parametrize(
    ("fault", "code", "hint"),
    [
        (Fault(kind="http_42", match="*"), "fault-unknown", "did you mean 'http_429'?"),
        (Fault(kind="latency", match="*", args={"msec": 3}), "fault-value", "did you mean 'ms'?"),
        (Fault(kind="latency", match="*", args={"ms": "3"}), "fault-value", "ms: delay in milliseconds"),
        (Fault(kind="http_500", match="*", args={"probability": 2}), "fault-value", "give 0 to 1"),
        (Fault(kind="http_500", match="*", calls=(0,)), "fault-value", "the first matching call is 1"),
        (Fault(kind="http_500", match=""), "fault-value", "*"),
    ],
)
def test_a_wrong_fault_is_refused_when_it_is_loaded(fake, fault, code, hint):
    """A misspelt fault would test nothing: loading fails, with what was meant, and the old scenario stays."""
    with pytest.raises(HarnessError) as caught:
        fake.control.load("test/wrong", [], (fault,))
    assert caught.value.code == code
    assert hint in caught.value.hint
    assert fake.control.ping()["scenario"] == "test/empty"


def test_faults_are_read_from_the_command_line():
    """KIND:MATCH@CALLS,NAME=VALUE; a bare kind falls on everything."""
    assert faults.parse("http_429:openai *@1,3,retry_after_s=0") == Fault(
        kind="http_429", match="openai *", calls=(1, 3), args={"retry_after_s": 0}
    )
    assert faults.parse("stall") == Fault(kind="stall", match="*")
    assert faults.parse("reset@2").calls == (2,)
    assert faults.parse("latency,ms=5").args == {"ms": 5}
    with pytest.raises(HarnessError, match="neither a call number"):
        faults.parse("reset@x")


def _body() -> dict:
    return {"model": "gpt-5.1", "messages": [{"role": "user", "content": "hello"}]}
