"""No secret stands in anything that is committed: every file is scanned, in every encoding, and what is found is listed with why."""

from __future__ import annotations

import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from harness.provider.cassettes.scan import scan

ROOT = Path(__file__).parents[3]
DATA = (".yaml", ".yml", ".json", ".har", ".toml", ".surface", ".delta", ".ndjson", ".csv", ".txt", ".lock")
"""What the fake or a reader of the harness plays or reads: nothing is excused in it but one planted recording, and a word."""
EXCUSED_DATA = {
    ".github/workflows/release.yml": "a permission that is called id-token",
    "tests/provider/cassettes/samples/folder/c.yml": "a recording with keys in it, which the scan must find",
}

TARGETS = "tests/targets/"
EXCUSED = {
    "bench/fake_mitmproxy.py": "a port behind a host, as a proxy is told it",
    "harness/backend/guess/settings.py": "a placeholder of the stack's own password",
    "harness/backend/look/asked/servers.py": "an example of a URL that is taken apart",
    "harness/provider/cassettes/origin.py": "heads that a simulator's answer has",
    "harness/provider/simulator/openai/images.py": "the shape of a signed address, with made-up values",
    "harness/provider/simulator/wire.py": "the shape of a cookie, with made-up values",
    "harness/stack/processes/running.py": "the address of a disposable broker",
    "harness/stack/roles/environment.py": "the address of a disposable database",
    "reference/backend/igny8_core/modules/system/migrations/0002_seed_global_settings.py": "a place for a key, as the plan has it",
    "reference/phases/7_cleanup/*": "the same place, taken out",
    "scenarios/world.py": "the application password of a made-up site",
    "tests/targets/igny8_b/*": "as it was delivered: examples in its README, its demo and its docstrings",
    "tests/targets/shopscribe/README.md": "an example of a URL",
    "tests/targets/shopscribe/server/shopscribe/settings/base.py": "the address of a local database",
    "tests/whole/habits/drf_token.patch": "a made-up token",
    "tests/*.py": "planted, for a test that looks for it",
}
"""Path -> why what is found there is nobody's secret."""


def committed() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = done.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def excused(name: str) -> str:
    known = EXCUSED_DATA if name.endswith(DATA) else EXCUSED
    inside = name.startswith(TARGETS)
    return next((one for one in known if fnmatchcase(name, one) and one.startswith(TARGETS) is inside), "")


@pytest.fixture(scope="module")
def found() -> dict[str, set[str]]:
    """What is found, by file."""
    files = committed()
    assert files, "git knows of nothing that is committed here: run this in a clone"
    by_file = {file.relative_to(ROOT).as_posix(): {str(one) for one in scan(file.read_bytes())} for file in files}
    return {name: kinds for name, kinds in by_file.items() if kinds}


def test_nothing_that_is_committed_holds_a_secret(found: dict[str, set[str]]):
    """Claim: what the fake and the readers read holds none at all; what else is found, is listed with why."""
    assert {name: kinds for name, kinds in found.items() if not excused(name)} == {}


def test_nothing_is_excused_for_nothing(found: dict[str, set[str]]):
    used = {excused(name) for name in found}
    assert {*EXCUSED, *EXCUSED_DATA} - used == set()
