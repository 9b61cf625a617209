"""The fake as a process of its own, and `harness fake`: they start, say so, and never outlive who started them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import types
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from harness.core.cassette import Cassette, RecordedResponse
from harness.core.errors import HarnessError
from harness.core.scenario import Fault
from harness.provider import cassettes, tls
from harness.provider.fake import config
from harness.provider.fake.control.client import FakeControl
from harness.provider.fake.process import _listening
from harness.provider.fake.recording import Recorder
from tests import signals
from tests.provider.fake.conftest import asked, chat


def settings(folder: Path, **more) -> dict:
    return {
        "listen": [["127.0.0.1", 0]],
        "hosts": {"api.openai.com": "openai"},
        "tls_dir": str(folder / "tls"),
        "control": str(folder / "fake.sock"),
        "cassettes": str(folder),
        "cache": str(folder / "cache"),
        **more,
    }


@contextmanager
def started(folder: Path, **more):
    (folder / "fake.json").write_text(json.dumps(settings(folder, **more)))
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.provider.fake", "--config", str(folder / "fake.json")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()


@pytest.mark.parametrize("how", ["stdin", "sigterm", "stop"])
def test_it_says_ready_serves_and_ends(tmp_path, how):
    """One "ready PORT" line, an answer over TLS, and an orderly end by each of the three ways; the socket is removed."""
    cassettes.write(Cassette(name="t", interactions=(chat("hello", "world"),)), tmp_path / "t.yaml")
    with started(tmp_path) as (process, line):
        word, port = line.split()
        assert word == "ready"
        with FakeControl(tmp_path / "fake.sock", timeout_s=20) as control:
            assert control.load("a/b", ["t"]) == 1
            session = requests.Session()
            session.trust_env = False
            url = f"https://localhost:{port}/api.openai.com/v1/chat/completions"
            assert session.post(url, json=asked("hello"), verify=tmp_path / "tls" / "ca.pem", timeout=20).ok
            assert control.report().unplayed == ()
            if how == "stop":
                control.stop()
        if how == "stdin":
            process.stdin.close()
        elif how == "sigterm":
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not (tmp_path / "fake.sock").exists()


def test_it_dies_with_its_parent(tmp_path):
    """kill -9 of the parent, with standard input kept open by somebody else: the fake is gone all the same."""
    (tmp_path / "fake.json").write_text(json.dumps(settings(tmp_path)))
    parent = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "harness.provider.fake", "--config", sys.argv[1]],
                         stdin=int(sys.argv[2]), stdout=subprocess.PIPE, text=True)
print(child.pid, child.stdout.readline(), flush=True)
time.sleep(600)
"""
    kept, given = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", parent, str(tmp_path / "fake.json"), str(kept)],
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=[kept],
    )
    child = int(process.stdout.readline().split()[0])
    watched = os.pidfd_open(child)
    process.kill()
    process.wait()
    import select

    try:
        assert select.select([watched], [], [], 20)[0], "the fake is still running"
    finally:
        for descriptor in (watched, kept, given):
            os.close(descriptor)


def test_a_port_in_use_is_one_clear_line(tmp_path):
    """Exit 3, message, hint and code; nothing half-open is left."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with started(tmp_path, listen=[["127.0.0.1", port]]) as (process, line):
            assert line == ""
            assert process.wait(20) == 3
            assert process.stderr.read().splitlines() == [
                f"error: port {port} of 127.0.0.1 is in use",
                " hint: stop what listens there, or choose another port",
                " code: port-in-use",
            ]


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"lisen": 1}, "did you mean 'listen'?"),
        ({"listen": [["127.0.0.1"]]}, '["fd", 3]'),
        ({"hosts": {"a.b": "opnai"}}, "did you mean 'openai'?"),
        ({"hosts": 3}, "api.openai.com"),
        ({"mode": "reply"}, "did you mean 'replay'?"),
        ({"mode": "record"}, '"simulator" or "real"'),
        ({"seed": "x"}, "integer"),
    ],
)
def test_a_wrong_configuration_is_refused(tmp_path, change, hint):
    """Each wrong key or value has its hint."""
    with pytest.raises(HarnessError) as caught:
        config.parse(settings(tmp_path, **change))
    assert caught.value.code == "fake-config"
    assert hint in caught.value.hint


def test_an_inherited_socket_is_used():
    """["fd", N]: a port that was opened before privileges were dropped."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        opened.listen()
        found = _listening(config.Listen(fd=os.dup(opened.fileno())))
        assert found.getsockname() == opened.getsockname()
        found.close()


def test_certificates_are_reused_while_they_cover_the_hosts(tmp_path):
    """A restart keeps the CA that others trust; another host, or a leaf of another CA, issues anew."""
    first = tls.issue(tmp_path, ["a.example"])
    ca = first.ca.read_bytes()
    assert first.leaf.stat().st_mode & 0o077 == 0, "the private key is readable by its owner only"
    assert tls.issue(tmp_path, ["a.example"]).ca.read_bytes() == ca
    assert tls.issue(tmp_path, ["a.example", "b.example"]).ca.read_bytes() != ca
    other = tls.issue(tmp_path / "other", ["a.example", "b.example"])
    first.ca.write_bytes(other.ca.read_bytes())
    assert tls.issue(tmp_path, ["a.example", "b.example"]).ca.read_bytes() != other.ca.read_bytes()


def test_replay_has_no_client():
    """The replay process imports no HTTP client and no recorder: there is no code that could go upstream."""
    script = """
import sys
import harness.provider.fake.process
clients = {"requests", "urllib3", "httpx", "aiohttp", "vcr", "http.client", "harness.provider.record", "websockets.client"}
print(sorted(clients & set(sys.modules)))
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"


def test_record_mode_forwards_and_faults_lie_over_it(fake, tmp_path, monkeypatch):
    """The recorder gets URL and scenario; a refusing fault forwards nothing, a lost answer does."""
    seen: list = []

    def forward(request, scenario):
        seen.append((request.uri, scenario))
        if b"boom" in request.body:
            raise HarnessError("upstream is down", hint="wait", code="record-upstream")
        return RecordedResponse(status=200, reason="OK", headers={"content-type": ("application/json",)}, body=b"{}")

    module = types.SimpleNamespace(begin=None, forward=forward, finish=None)
    recorder = Recorder(module, config.parse(settings(tmp_path, mode="record", upstream="simulator", out="out")))
    monkeypatch.setattr(fake.service, "forward", recorder.forward)
    lost = Fault(kind="lost_answer", match="openai *", calls=(3,))
    fake.in_loop(lambda: fake.service.load("a/b", (), (Fault(kind="http_500", match="openai *", calls=(1,)), lost)))
    assert fake.chat("hello").status_code == 500
    assert seen == []
    assert fake.chat("hello").json() == {}
    with pytest.raises(requests.exceptions.ConnectionError):
        fake.chat("hello")
    broken = fake.chat("boom")
    assert (broken.status_code, broken.headers["x-harness-unmatched"]) == (500, "1")
    assert "upstream is down" in broken.text
    assert seen == [("https://api.openai.com/v1/chat/completions", "a/b")] * 3
    calls = fake.report().calls
    assert [(call.disposition, call.success) for call in calls] == [
        ("fault", False),
        ("played", True),
        ("fault", True),
        ("unmatched", False),
    ]
    recorder.close()


def test_harness_fake_prints_what_to_set_and_what_was_asked(tmp_path):
    """The command line alone: announces port and CA, serves by base URL, exits 1 because a request was refused."""
    cassettes.write(Cassette(name="t", interactions=(chat("hello", "world"),)), tmp_path / "t.yaml")
    command = [sys.executable, "-c", "from harness.cli import main; main()", "fake", "--json"]
    command += ["--cassettes", str(tmp_path), "--hosts", "api.openai.com", "--fault", "http_503@1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=signals.usual)
    try:
        told = json.loads(process.stdout.readline())
        session = requests.Session()
        session.trust_env, session.verify = False, told["ca_bundle"]
        url = f"https://localhost:{told['port']}/v1/chat/completions"
        found = [session.post(url, json=asked(text), timeout=20).status_code for text in ("hello", "hello", "x")]
        assert found == [503, 200, 500]
        process.send_signal(signal.SIGINT)
        assert json.loads(process.stdout.readline()) == {"calls": 3, "unmatched": 1, "unplayed": 0}
        assert process.wait(20) == 1
    finally:
        process.kill()
        process.communicate()
    assert not Path(told["ca_bundle"]).exists(), "the scratch folder is gone"


def test_harness_fake_speaks_for_any_host_that_has_the_api_and_for_each_port(tmp_path):
    """A host with its kind, refusals in that kind's form, recordings of one port, and what will be cut told at the start."""
    samples = Path(__file__).parents[1] / "cassettes" / "samples"
    for name in ("ports.yaml", "status0.har"):
        (tmp_path / name).write_text((samples / name).read_text())
    command = [sys.executable, "-c", "from harness.cli import main; main()", "fake", "--json"]
    command += ["--cassettes", str(tmp_path), "--hosts", "gw.example=openai,api.openai.com"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        told = json.loads(process.stdout.readline())
        assert told["hosts"] == ["api.openai.com", "gw.example", "gw.example:8443"]
        assert [line.partition(" was never")[0] for line in told["unanswered"]] == [
            "status0.har entry 0: POST https://api.openai.com/v1/chat/completions"
        ]
        session = requests.Session()
        session.trust_env, session.verify = False, told["ca_bundle"]
        base = f"https://localhost:{told['port']}"
        assert session.get(f"{base}/gw.example:8443/v1/a", timeout=20).text == "eight"
        assert session.get(f"{base}/gw.example/v1/a", timeout=20).text == "plain"
        assert session.get(f"{base}/gw.example/v1/b", timeout=20).json()["error"]["code"] == "harness_unmatched"
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


@pytest.mark.parametrize(
    ("hosts", "providers", "said"),
    [
        ({"a.example": "gateway"}, {}, "unknown provider 'gateway'"),
        ({"a.example": "gateway"}, {"gateway": {"kind": "opnai"}}, "the provider gateway is of no known kind"),
    ],
)
def test_a_provider_of_no_known_kind_is_told(hosts, providers, said):
    """Before anything listens."""
    with pytest.raises(HarnessError, match=said) as caught:
        config.parse({"listen": [], "hosts": hosts, "providers": providers, "tls_dir": "x"})
    assert caught.value.code == "fake-config"
