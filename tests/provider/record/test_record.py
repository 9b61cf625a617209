"""Recording: a round trip through vcrpy, no key on disk, no silent overwrite, nothing half-written."""

from __future__ import annotations

import json
from datetime import date

import pytest
import requests
import vcr

from harness.core.errors import HarnessError
from harness.provider import record
from harness.provider.cassettes import read
from harness.provider.cassettes.lint import lint
from harness.provider.profiles import declared
from harness.provider.record import upstream
from tests.provider.record.conftest import KEY, SCENARIO, request, usual
from tests.provider.simulator.ask import CHAT, IMAGES, RUNWARE, basic, say, task

DAY = date(2026, 11, 22)
NAMES = [f"{provider}/{SCENARIO}" for provider in ("openai", "runware", "wordpress")]


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_a_recording_becomes_one_clean_cassette_a_provider(recording, tmp_path):
    """Three providers, three files; provenance says simulated and what was taken out; lint finds no error."""
    answers, entries = recording(usual(), today=DAY)
    assert [answer.status for answer in answers] == [200, 200, 201]
    assert [(e["cassette"], e["written"], e["interactions"]) for e in entries] == [(name, True, 1) for name in NAMES]
    about = read(tmp_path / "cassettes" / f"{NAMES[0]}.yaml").provenance
    assert (about.origin, about.recorded_at, about.upstream) == (
        "simulated",
        "2026-11-22",
        "harness.provider.simulator",
    )
    assert (about.provider, about.model, about.shutdown_date) == ("openai", "gpt-4o-mini-2024-07-18", "2027-01-14")
    assert about.command == f"nox -s record -- {SCENARIO}"
    assert {"request header authorization", "response header set-cookie"} <= set(about.redacted)
    assert not {"authorization", "set-cookie", "openai-organization", "user-agent"} & set(about.kept_headers)
    problems = lint(tmp_path / "cassettes", NAMES, DAY)
    assert [(p.code, p.severity) for p in problems] == [("cassette-shutdown", "warning")]  # gpt-4o-mini, 53 days on


def test_what_the_client_gets_is_what_a_replay_will_say(recording, tmp_path):
    """The live answer is scrubbed already: a link that the backend stores is the link of the cassette."""
    drawing = request(IMAGES, {"model": "dall-e-3", "prompt": "A harbour at dawn", "size": "1024x1024"})
    (answer,), _ = recording([drawing])
    kept = read(tmp_path / "cassettes" / f"{NAMES[0]}.yaml").interactions[0].response
    assert answer.body == kept.body
    assert b"sig=REDACTED" in kept.body


def test_stock_vcrpy_replays_the_recording(recording, tmp_path):
    """A requests client under plain vcrpy, record_mode none, gets the recorded body."""
    (answer, *_), _ = recording(usual()[:1])
    path = tmp_path / "cassettes" / f"{NAMES[0]}.yaml"
    with vcr.use_cassette(str(path), record_mode="none", match_on=["method", "uri", "body"]) as tape:
        replayed = requests.post(CHAT, data=json.dumps(say("Say hello to the harbour")), timeout=5)
        assert replayed.content == answer.body
        assert tape.all_played


def test_recording_again_keeps_the_old_file_byte_for_byte(recording, tmp_path):
    """The same traffic on another day, with other task ids: nothing is written, not even the date."""
    recording(usual(), today=DAY)
    before = files(tmp_path)
    _, entries = recording(usual(), today=date(2027, 1, 1))
    assert [(e["written"], e["drift"]) for e in entries] == [(False, [])] * 3
    assert files(tmp_path) == before


def test_two_fresh_recordings_are_the_same_bytes(recording, tmp_path):
    """Ids that the client makes up do not reach the file: recording is reproducible."""
    recording(usual(), today=DAY)
    first = files(tmp_path)
    for path in (tmp_path / "cassettes").rglob("*.yaml"):
        path.unlink()
    recording(usual(), today=DAY)
    assert files(tmp_path) == first


def test_changed_traffic_is_reported_and_not_written(recording, tmp_path):
    """Another prompt: the drift says what changed in requests, usage and price; the old file stands."""
    recording(usual(), today=DAY)
    before = files(tmp_path)
    _, entries = recording(usual("Say a much longer hello to everybody in the harbour today"))
    assert [e["written"] for e in entries] == [False] * 3
    drift = entries[0]["drift"]
    assert any(line.startswith("request: new, 1x POST api.openai.com") for line in drift)
    assert any(line.startswith("usage: gpt-4o-mini-2024-07-18 tokens_in:") for line in drift)
    assert any(line.startswith("price: ") for line in drift)
    assert entries[1]["drift"] == []
    assert files(tmp_path) == before


def test_changed_traffic_is_written_when_it_is_asked_for(recording, tmp_path):
    """With overwrite only the cassette that changed is replaced."""
    recording(usual(), today=DAY)
    before = files(tmp_path)
    _, entries = recording(usual("Another greeting"), overwrite=True)
    assert [e["written"] for e in entries] == [True, False, False]
    after = files(tmp_path)
    assert [name for name in after if after[name] != before[name]] == [f"cassettes/{NAMES[0]}.yaml"]


def test_the_tape_names_the_cassette(recording):
    """A scenario whose tape belongs to another one writes to the name on the tape."""
    _, entries = recording(usual()[:1], tape=("openai/writer/shared",))
    assert entries[0]["cassette"] == "openai/writer/shared"


def test_a_secret_that_survives_scrubbing_stops_everything(recording, tmp_path):
    """An address of a real person in a prompt: cassette-secret, named by place, and no file at all, for no provider."""
    leaky = [*usual(), request(CHAT, say("Write to anna.berger@harbour-roasters.de about the beans"))]
    with pytest.raises(HarnessError) as raised:
        recording(leaky)
    assert raised.value.code == "cassette-secret"
    assert "an e-mail address at" in str(raised.value)
    assert "berger" not in str(raised.value)
    assert files(tmp_path) == {}


def test_the_clients_key_is_never_staged(recording, tmp_path, monkeypatch):
    """vcrpy's own file, before any scrubbing, has no Authorization."""
    staged = []

    def keep(path, name):
        staged.append(path.read_text())
        return read(path, name)

    monkeypatch.setattr(upstream, "read", keep)
    recording(usual())
    assert len(staged) == 3
    assert not [text for text in staged if KEY in text or "uthorization:\n" in text]


def test_a_key_in_a_runware_body_is_taken_out(recording, tmp_path):
    """The first task may authenticate: its key does not reach the file."""
    body = [{"taskType": "authentication", "apiKey": "Zk29vQm41LxWp8"}, task("runware:97@1", width=1024, height=1024)]
    (answer,), _ = recording([request(RUNWARE, body, key="")])
    assert answer.status == 200
    text = (tmp_path / "cassettes" / f"{NAMES[1]}.yaml").read_text()
    assert "Zk29vQm41LxWp8" not in text
    assert '"apiKey": "REDACTED"' in text


def test_streams_are_recorded_whole(recording, tmp_path):
    """An event stream arrives in chunks and is kept frame by frame, up to [DONE]."""
    (answer,), _ = recording([request(CHAT, say("Say hello", stream=True, stream_options={"include_usage": True}))])
    kept = read(tmp_path / "cassettes" / f"{NAMES[0]}.yaml").interactions[0].response
    assert kept.body == answer.body
    assert kept.body.endswith(b"data: [DONE]\n\n")


def test_errors_are_recorded_like_answers(recording):
    """A 404 and a 400 are traffic too."""
    answers, entries = recording(
        [request(CHAT, say("x", model="gpt-nonexistent")), request(CHAT, say("x", model="gpt-5.1", max_tokens=3))]
    )
    assert [answer.status for answer in answers] == [404, 400]
    assert entries[0]["interactions"] == 2


ASKED = say("Answer in JSON, please. " + "word " * 200, response_format={"type": "json_object"})


@pytest.mark.parametrize("how", [{}, {"dry_run": True}])
def test_what_nobody_can_answer_ends_a_recording_and_keeps_nothing(tmp_path, how):
    """Claim: the scenario, the prompt's head and the place for the answer; what was answered before is not kept either."""
    place = tmp_path / "answers.py"
    record.begin(SCENARIO, (), "simulator", tmp_path / "cassettes", answers=place, **how)
    record.forward(usual()[0], SCENARIO)
    with pytest.raises(HarnessError) as first:
        record.forward(request(CHAT, ASKED), SCENARIO)
    record.forward(usual()[2], SCENARIO)
    with pytest.raises(HarnessError) as caught:
        record.finish(SCENARIO)
    assert (caught.value.code, caught.value.message) == ("answers-missing", first.value.message)
    assert caught.value.message.startswith(f"{SCENARIO}: the simulator does not know what to answer to POST {CHAT}")
    assert "it begins: Answer in JSON, please. word word" in caught.value.message
    assert caught.value.hint.startswith(f"say it in chat(request) of {place}")
    assert files(tmp_path) == {}
    place.write_text("def chat(request): return {'answered': True}")
    record.begin(SCENARIO, (), "simulator", tmp_path / "cassettes", answers=place)
    record.forward(request(CHAT, ASKED), SCENARIO)
    assert [entry["written"] for entry in record.finish(SCENARIO)] == [True]


def test_a_declared_host_is_recorded_as_its_kind_says(recording, tmp_path):
    """Claim: one cassette by the provider's own name; what was assumed stands in its provenance, and is read back."""
    hosts = declared({"draw.example": "draw"}, {"draw": {"kind": "openai"}})
    asked = request("https://draw.example/v1/images/generations", {"model": "black/flux", "prompt": "A cup"})
    _, (entry,) = recording([asked], providers=hosts)
    assumed = "no rules of the model black/flux are known: what it takes was not checked"
    assert (entry["cassette"], entry["warnings"]) == (f"draw/{SCENARIO}", [assumed])
    assert read(tmp_path / "cassettes" / f"draw/{SCENARIO}.yaml").provenance.warnings == (assumed,)
    assert "x-harness-warning" not in (tmp_path / "cassettes" / f"draw/{SCENARIO}.yaml").read_text()


def test_a_dry_run_sends_and_writes_nothing_and_names_the_cost(recording, tmp_path, monkeypatch):
    """Without a key, with upstream real: each request is listed with its price by the rate card."""
    monkeypatch.setattr(upstream, "send", None)
    answers, entries = recording(usual(), upstream="real", dry_run=True)
    assert [answer.status for answer in answers] == [200, 200, 201]
    assert [e["written"] for e in entries] == [False] * 3
    assert entries[1]["would_send"] == [f"POST {RUNWARE} runware:97@1 {len(usual()[1].body)} bytes, about 0.009000 USD"]
    assert entries[1]["cost_usd"] == "0.009000"
    assert files(tmp_path) == {}


def test_a_real_recording_needs_a_key(recording, monkeypatch):
    """The message names the variable; keys come from nowhere else."""
    for variable in upstream.KEYS.values():
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(HarnessError) as raised:
        recording(usual(), upstream="real")
    assert (raised.value.code, "OPENAI_API_KEY" in raised.value.hint) == ("record-no-key", True)


def test_a_name_that_leads_back_here_is_refused(recording, monkeypatch):
    """Inside the stack api.openai.com is the fake: recording it would record ourselves."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real-0000000000000000")
    monkeypatch.setattr(upstream.socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("127.0.0.1", 443))])
    with pytest.raises(HarnessError) as raised:
        recording(usual()[:1], upstream="real")
    assert raised.value.code == "record-loop"


def test_the_real_key_replaces_the_clients_and_reaches_no_file(recording, tmp_path, monkeypatch):
    """Led to a simulator that stands in for the real provider: it sees the key of the environment, the cassette does not."""
    secret = "sk-live-9d1c77aa01bf4c2e8a55"
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    monkeypatch.setattr(upstream, "_refuse_loop", lambda uri: None)
    seen = []
    direct = requests.Session.request

    def watched(self, method, url, **options):
        seen.append(options["headers"]["Authorization"])
        options["verify"] = str(next(iter(record.session._OPEN.values())).target.ca)
        with upstream._led(next(iter(record.session._OPEN.values())).target.simulator):
            return direct(self, method, url, **options)

    monkeypatch.setattr(requests.Session, "request", watched)
    _, entries = recording(usual()[:1], upstream="real", today=DAY)
    assert seen == [f"Bearer {secret}"]
    assert entries[0]["origin"] == "recorded"
    assert not [name for name, data in files(tmp_path).items() if secret.encode() in data]


def test_wordpress_goes_to_the_simulator_even_in_a_real_recording(recording, tmp_path, monkeypatch):
    """There is no public site to post into, so its cassette says simulated."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real-0000000000000000")
    _, entries = recording(usual()[2:], upstream="real")
    assert entries[0]["origin"] == "simulated"


def test_an_unreachable_upstream_is_one_clear_error(recording, tmp_path):
    """record-upstream, with the way out, and nothing written."""
    ca = tmp_path / "ca.pem"
    ca.write_text("")
    with pytest.raises(HarnessError) as raised:
        recording(usual()[:1], upstream=f"simulator:127.0.0.1:9,{ca}")
    assert raised.value.code == "record-upstream"


@pytest.mark.parametrize(
    ("name", "code"), [("elsewhere", "record-upstream"), ("simulator:nonsense", "record-upstream")]
)
def test_an_unknown_upstream_is_refused(recording, name, code):
    """Only the simulator, a running simulator, and the real providers are known."""
    with pytest.raises(HarnessError) as raised:
        recording([], upstream=name)
    assert raised.value.code == code


def test_recordings_are_opened_and_closed_in_order(tmp_path):
    """Forwarding without begin, and beginning twice, are told apart."""
    with pytest.raises(HarnessError) as closed:
        record.forward(usual()[0], "never/begun")
    assert closed.value.code == "record-not-open"
    record.begin("a/b", (), "simulator", tmp_path)
    try:
        with pytest.raises(HarnessError) as twice:
            record.begin("a/b", (), "simulator", tmp_path)
        assert twice.value.code == "record-open"
    finally:
        record.abort("a/b")
    assert record.abort("a/b") is None
    assert list(tmp_path.iterdir()) == []


def test_a_post_with_an_application_password_is_clean(recording, tmp_path):
    """Basic credentials are a header that is dropped, and the password stands nowhere."""
    recording([request(usual()[2].uri, {"title": "T"}, basic(password="abcd EFGH 12ab efgh ijkl mnop"))])
    assert b"mnop" not in (tmp_path / "cassettes" / f"{NAMES[2]}.yaml").read_bytes()
