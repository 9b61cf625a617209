"""Roles that are forked do what cold ones do: every cell of every target, one history. A proof, not a test: it takes minutes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from harness.backend.description import load
from harness.judge.golden import canonical
from harness.store import history
from tests.whole import volatile, workshop
from tests.whole.test_targets import MADE, NAMES, TARGETS, driven
from tests.whole.workshop import Told, Workshop

pytestmark = [pytest.mark.proof, pytest.mark.stack]

PATIENCE_S = 900
RUNS = 10
MONEY = ("credit", "amount", "balance", "cost", "token", "price", "charge")
"""In a field's name: what must not be left out of a comparison."""


def history_of(told: Told) -> str:
    assert told.code == 0, told.out + told.err
    found = re.search(r"^history +([0-9a-f]{64}) ", told.out, re.MULTILINE)
    assert found is not None, told.out
    return found[1]


def cold(place: Workshop) -> None:
    """Say so in whichever way the description spells its own part."""
    text = place.config.read_text()
    ways = ("\n[harness]\n", "\n[harness]\nzygote = false\n"), ("\nharness = { ", "\nharness = { zygote = false, "), ("\nharness.", "\nharness.zygote = false\nharness."), ("format = 1\n", "format = 1\nharness.zygote = false\n")  # fmt: skip
    old, new = next((old, new) for old, new in ways if old in text)
    place.config.write_text(text.replace(old, new, 1))
    assert not load(place.config).zygote


def cells_of(place: Workshop) -> volatile.Cells:
    return canonical.canonical_cells(
        history.events(place.runs / "latest" / "history.ndjson"), load(place.config).ledger
    )


@pytest.mark.timeout(2 * RUNS * PATIENCE_S)
def test_ten_runs_forked_and_ten_cold_have_one_history(tmp_path: Path, cache: Path):
    """Claim: the reference, every cell, twenty times."""
    place = workshop.set_up(tmp_path / "shop", cache, backend=False)
    seen = {history_of(place.harness("verify", patience_s=PATIENCE_S)) for _ in range(RUNS)}
    cold(place)
    seen |= {history_of(place.harness("verify", patience_s=PATIENCE_S)) for _ in range(RUNS)}
    assert len(seen) == 1


@pytest.mark.timeout(3 * PATIENCE_S)
@pytest.mark.parametrize("name", NAMES)
def test_a_target_has_one_history_forked_and_cold(name: str, tmp_path: Path, cache: Path):
    """Claim: none of it starts cold by itself, every cell passes cold too, and the history is the same; but for fields that
    differ between two cold runs already (how many milliseconds something took, a name made of the time), and none of those is money."""
    for part in (name, f"{name}.harness"):
        shutil.copytree(TARGETS / part, tmp_path / part, ignore=shutil.ignore_patterns(*MADE))
    place = Workshop(folder=tmp_path / f"{name}.harness", cache=cache)
    contracts = Path(__file__).resolve().parents[2] / "contracts"
    place.config.write_text(place.config.read_text().replace("../../../contracts", str(contracts)))
    told = driven(place.folder, cache)
    assert "started cold" not in told.out
    forked, hashes = cells_of(place), {history_of(told)}
    cold(place)
    seen = []
    for _ in range(2):
        hashes.add(history_of(driven(place.folder, cache)))
        seen.append(cells_of(place))
    varies = volatile.learned(*seen)
    assert not [field for field in varies if any(word in field[1] for word in MONEY)]
    assert volatile.without(forked, varies) == volatile.without(seen[0], varies)
    assert varies or len(hashes) == 1
