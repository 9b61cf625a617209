"""[providers] of harness.toml: both writings, and each mistake by name."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from harness.backend import providers
from harness.backend.description import load
from harness.core.config import Provider
from harness.core.errors import HarnessError
from harness.provider.fake.config import parse

PROJECT = Path(__file__).resolve().parents[2]


def read(text: str) -> tuple[dict[str, str], dict[str, Provider]]:
    return providers.read("harness.toml", tomllib.loads(text))


def test_a_host_with_its_kind_and_a_provider_with_its_hosts_are_read_alike():
    """The short form names a kind; a table has a name, hosts, and what its kind leaves open."""
    hosts, known = read(
        """
        "api.openai.com" = "openai"
        runware = { hosts = ["api.runware.ai", "WS-api.runware.ai:443"] }
        [openrouter]
        host = "openrouter.ai"
        kind = "openai"
        [crm]
        hosts = ["crm.example:8443"]
        kind = "http"
        success = "data.id"
        statuses = [200, 201]
        """
    )
    assert hosts == {
        "api.openai.com": "openai", "api.runware.ai": "runware", "ws-api.runware.ai": "runware",
        "openrouter.ai": "openrouter", "crm.example:8443": "crm",
    }  # fmt: skip
    assert known == {
        "openrouter": Provider(kind="openai"),
        "crm": Provider(kind="http", success="data.id", statuses=(200, 201)),
    }


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ('"api.openai.com" = "opnai"', "'opnai' is not a kind of provider", "openai"),
        ('gateway = { host = "a.example" }', "providers.gateway says no kind, and 'gateway' is none", ""),
        ('gateway = { host = "a.example", kind = "opnai" }', "providers.gateway.kind 'opnai'", "openai"),
        ('gateway = { kind = "openai" }', "[providers.gateway] names no host", "host ="),
        ('gateway = { hosts = [], kind = "openai" }', "providers.gateway.hosts is empty", ""),
        ('gateway = { host = "https://a.example/v1", kind = "openai" }', "'https://a.example/v1' is no host", "api.example.com"),
        ('gateway = { host = "a.example:https", kind = "openai" }', "is no host", ""),
        ('gateway = { hots = "a.example", kind = "openai" }', "unknown key 'hots'", "host"),
        ('gateway = { host = "a.example", kind = "openai", success = "id" }', "has rules of its own", "http"),
        ('openai = { host = "a.example", kind = "http" }', "[providers.openai] is of kind 'http'", "another name"),
        ('crm = { host = "a.example", kind = "http", statuses = ["200"] }', "statuses[0] must be a whole number", "[200, 201]"),
        ('crm = { host = "a.example", kind = "http", success = 3 }', "success must be text", "data.id"),
        ('"a.example" = "openai"\\ncrm = { host = "A.example", kind = "http" }', "names a.example twice", "one provider"),
        ('"a.example" = 3', "must be a table or the name of a kind", ""),
    ],
)  # fmt: skip
def test_each_mistake_is_told_by_name(text, said, hint):
    """With what to do about it."""
    with pytest.raises(HarnessError) as caught:
        read(text.replace("\\n", "\n"))
    assert said in caught.value.message
    assert hint in caught.value.hint


def test_what_the_description_says_is_what_the_fake_is_told():
    """Hosts without ports to resolve, ports to listen at, and how each provider's answers are read."""
    hosts, known = read(
        'crm = { host = "crm.example:8443", kind = "http", success = "ok" }\n"api.openai.com" = "openai"\nrunware = false'
    )
    config = replace(load(PROJECT / "harness.toml"), provider_hosts=hosts, providers=known)
    assert config.provider_names == ("crm.example", "api.openai.com")
    assert config.provider_ports == (443, 8443)
    told = json.loads(json.dumps(config.fake_hosts))
    profiles = parse({"listen": [], "tls_dir": "x", **told}).hosts
    assert {host: (one.name, one.kind) for host, one in profiles.items()} == {
        "crm.example:8443": ("crm", "http"), "api.openai.com": ("openai", "openai"),
    }  # fmt: skip
    assert not profiles["crm.example:8443"].read(200, "application/json", b'{"ok": false}', None).success


def test_who_speaks_at_public_hosts_is_there_without_a_line():
    """Claim: unless the kind itself has other hosts, or is false; with a made-up key for each kind that is there. A provider
    with a name of its own stands beside."""
    assert read("") == (
        {"api.openai.com": "openai", "api.runware.ai": "runware", "ws-api.runware.ai": "runware"}, {}
    )  # fmt: skip
    assert set(read('runware = false\n"gw.example" = "openai"')[0]) == {"gw.example"}
    hosts, known = read('own = { host = "llm.example", kind = "openai" }\nrunware = false')
    assert hosts == {"llm.example": "own", "api.openai.com": "openai"}
    assert providers.keys(hosts, known) == {"OPENAI_API_KEY": "sk-replay-0000000000000000000000000000"}


def test_a_key_that_is_given_stays(tmp_path: Path):
    (tmp_path / "manage.py").touch()
    (tmp_path / "harness.toml").write_text(
        'format = 1\ntarget = { name = "x", root = ".", env = { OPENAI_API_KEY = "" } }\n'
    )
    env = load(tmp_path / "harness.toml").env
    assert (env["OPENAI_API_KEY"], env["RUNWARE_API_KEY"]) == ("", "rw-replay-0000000000000000000000000000")


def test_the_shipped_description_names_its_providers_by_their_kinds():
    """Nothing in it is more than a kind, so nothing more is told to the fake."""
    config = load(PROJECT / "harness.toml")
    assert set(config.provider_hosts.values()) == {"openai", "runware", "wordpress"}
    assert config.fake_hosts == {"hosts": config.provider_hosts}
