"""A stored run as it was driven, changed value by value: the judge refuses each. Nothing is driven a second time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.whole.workshop import REPOSITORY, Workshop

pytestmark = pytest.mark.stack

CELL = "linker/generate_links@direct"
EACH = ("money", "identity", "credentials", "grouping")


def test_a_driven_cell_is_held_to_all_that_was_observed(warm: Workshop):
    """Claim: with its surface, everything: one cell, each value of it, and what is drawn follows the seed."""
    assert warm.harness("verify", "--only", CELL, "--runs", "perturbed").code == 0
    told = warm.harness("perturb", "perturbed/latest", "--share", "1", "--json")
    assert told.code == 0, told.out + told.err
    document = json.loads(told.out)
    for kind in (*EACH, "state"):
        share = document["classes"][kind]
        assert share["there"] == share["perturbed"] == share["refused"] > 0
    once, again = (warm.harness("perturb", "perturbed/latest", "--share", "0.3", "--seed", "7") for _ in range(2))
    assert once.out.splitlines()[-1].startswith("PASS every bar is held (1 cell, ")
    assert once.out.splitlines()[:-1] == again.out.splitlines()[:-1]


def test_a_run_that_is_not_green_shows_nothing(shop):
    """Claim: what a cell is refused for already hides every change: unknown, exit 1."""
    place: Workshop = shop(backend=False, copies=("scenarios",))
    assert place.harness("verify", "--only", CELL).code == 0
    golden = "scenarios/linker/generate_links.golden.toml"
    text = (place.folder / golden).read_text()
    (place.folder / golden).write_text(text.replace("credits = -", "credits = -1", 1))
    told = place.harness("perturb")
    assert told.code == 1
    assert f"not green as it is, so nothing is shown of it: {CELL}: golden" in told.out
    assert told.out.splitlines()[-1].startswith("UNKNOWN")


@pytest.mark.proof
@pytest.mark.parametrize(
    "name", ["", "igny8_b", "lingopost", "shopscribe"], ids=["reference", "igny8_b", "lingopost", "shopscribe"]
)
def test_every_bar_is_held_for_a_whole_run(warm: Workshop, tmp_path: Path, name: str):
    """Claim: of money, identity, credentials and grouping every change is refused, of all changes at least 98 %: whose backend it is does
    not matter."""
    config = (
        REPOSITORY / "tests" / "targets" / f"{name}.harness" / "harness.toml" if name else REPOSITORY / "harness.toml"
    )
    place = Workshop(folder=config.parent, cache=warm.cache)
    driven = place.harness("verify", "--vary", "none", "--runs", str(tmp_path))
    assert driven.code == 0, driven.out + driven.err
    told = place.harness("perturb", str(tmp_path / "latest"), "--share", "0.05")
    print(told.out)
    assert told.code == 0, told.out + told.err
