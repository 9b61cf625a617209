"""compose.yaml says what the tier does."""

from __future__ import annotations

import yaml

from harness.backend.description import load
from harness.stack.docker import compose
from tests.stack.docker.conftest import PROJECT


def test_the_committed_file_is_current() -> None:
    """Claim: compose.yaml is what is generated from harness.toml now."""
    written = (PROJECT / "compose.yaml").read_text()
    made = compose.render(load(PROJECT / "harness.toml"))
    assert written == made, "run: python -m harness.stack.docker.compose > compose.yaml"


def test_only_the_forwarder_has_a_way_out_and_only_on_loopback() -> None:
    """Claim: every other service is on the internal network alone, without ports, capabilities or a writable system."""
    services = yaml.safe_load(compose.render(load(PROJECT / "harness.toml")))["services"]
    assert [name for name, one in services.items() if "front" in one["networks"]] == ["forward"]
    assert [port for one in services.values() for port in one.get("ports", [])] == ["127.0.0.1:8000:8000"]
    for one in services.values():
        assert one["cap_drop"] == ["ALL"]
        assert one["read_only"]
        assert "privileged" not in one
        assert one["mem_limit"]
        assert one["pids_limit"]
