"""Which engine is asked: as the docker command chooses it, wherever it is, and with nothing of this machine's files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.verdict import Status
from harness.stack import docker
from harness.stack.docker import engine
from tests.stack.docker.conftest import Way, await_nothing, drive, fake_of


@pytest.fixture
def contexts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of docker's own settings, without DOCKER_HOST and DOCKER_CONTEXT."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "docker"
    folder.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    (folder / "config.json").write_text("{}")
    return folder


def create(folder: Path, name: str, host: str) -> None:
    """As `docker context create NAME --docker host=HOST` does."""
    place = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    place.mkdir(parents=True)
    meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}}}
    (place / "meta.json").write_text(json.dumps(meta))


def use(folder: Path, name: str) -> None:
    """As `docker context use NAME` does."""
    (folder / "config.json").write_text(json.dumps({"currentContext": name}))


def test_the_engine_is_chosen_as_the_docker_command_chooses_it(contexts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: DOCKER_HOST before DOCKER_CONTEXT before the current context before this machine's socket."""
    create(contexts, "far", "tcp://far.example:2376")
    create(contexts, "near", "unix:///run/near.sock")
    assert engine.address().endswith("unix:///var/run/docker.sock")
    assert engine.pinned() == {"DOCKER_CONTEXT": "default"}
    use(contexts, "far")
    assert engine.address() == "tcp://far.example:2376"
    assert engine.pinned() == {"DOCKER_CONTEXT": "far"}, "the watchdog goes on with it, whatever is chosen meanwhile"
    monkeypatch.setenv("DOCKER_CONTEXT", "near")
    assert engine.address() == "unix:///run/near.sock"
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/host.sock")
    assert engine.address() == "unix:///run/host.sock"
    assert engine.pinned() == {}


@pytest.mark.parametrize(
    ("current", "asked", "message"),
    [
        ("gone", "", "docker's config.json names the docker context 'gone', and there is none of that name"),
        ("", "gone", "DOCKER_CONTEXT names the docker context 'gone', and there is none of that name"),
        ("torn", "", "the docker context 'torn' cannot be read: "),
        ("", "old", "the docker context 'old' cannot be read: "),
    ],
)
def test_a_context_that_cannot_be_used_is_named(
    contexts: Path, monkeypatch: pytest.MonkeyPatch, current: str, asked: str, message: str
) -> None:
    """Claim: no other engine is taken instead: not this machine's, because the one that was meant is not there."""
    for name, text in (("torn", '{"Name": "to'), ("old", '{"Name": "old"}')):
        create(contexts, name, "unix:///run/x.sock")
        (contexts / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json").write_text(text)
    if current:
        use(contexts, current)
    if asked:
        monkeypatch.setenv("DOCKER_CONTEXT", asked)
    with pytest.raises(HarnessError) as caught:
        engine.connect()
    assert (caught.value.code, caught.value.exit_code) == ("docker-context", 2)
    assert caught.value.message.startswith(message)
    assert "docker context" in caught.value.hint


def test_an_engine_behind_ssh_is_told_how_to_be_reached(contexts: Path) -> None:
    """Claim: before anything is tried, with the two commands that make it work."""
    create(contexts, "far", "ssh://me@far.example")
    use(contexts, "far")
    with pytest.raises(HarnessError) as caught:
        engine.connect()
    assert caught.value.code == "docker-ssh"
    assert caught.value.message == "the docker tier does not speak ssh to the engine at ssh://me@far.example"
    assert "ssh -N -L" in caught.value.hint
    assert "DOCKER_HOST=unix://" in caught.value.hint


def test_an_engine_of_a_context_that_does_not_answer_is_named(contexts: Path) -> None:
    """Claim: with the address that the context has."""
    create(contexts, "far", "tcp://127.0.0.1:1")
    use(contexts, "far")
    with pytest.raises(HarnessError) as caught:
        engine.connect()
    assert caught.value.code == "docker-none"
    assert caught.value.message == "no Docker engine answers at tcp://127.0.0.1:1"


@pytest.mark.docker
def test_a_cell_runs_on_an_engine_that_a_context_reaches_over_tcp(
    api: Any, config: Config, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Claim: a whole cell over TCP alone, found by the current context: nothing is mounted from this machine, and what
    is built, put in, fetched and carried goes through the engine's own API."""
    way = Way()
    folder = request.getfixturevalue("contexts")
    create(folder, "far", way.address)
    use(folder, "far")
    with docker.boot(config, fake=fake_of(config)) as stack:
        assert stack.place.api.base_url == way.address.replace("tcp", "http")
        result = drive(config, stack, tmp_path / "run", ("writer/generate_content@manual",))
        looked = [api.inspect_container(one.id) for one in stack.containers()]
    assert [verdict for verdict in result.verdicts if verdict.status not in (Status.PASS, Status.NOT_ASKED)] == []
    assert result.history.cells
    assert len(looked) == 6
    for one in looked:
        assert not one["HostConfig"]["Binds"]
        assert {mount["Type"] for mount in one["Mounts"]} <= {"volume"}
    await_nothing(api, stack.place.run, 0)
    way.cut()
