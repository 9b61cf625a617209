"""The shipped cassettes and the simulator belong together: changing one without the other is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.provider.cassettes import read
from harness.provider.cassettes.origin import looks_simulated
from tests.provider.simulator.ask import OWN

FOLDER = Path(__file__).resolve().parents[3] / "cassettes"


@pytest.mark.parametrize(
    "path", sorted(FOLDER.rglob("*.yaml")), ids=lambda p: p.relative_to(FOLDER).with_suffix("").as_posix()
)
def test_a_simulated_cassette_is_what_the_simulator_answers(path):
    """Each answer is reproduced byte for byte. After a wanted change of the simulator: nox -s record, and review the drift."""
    cassette = read(path)
    if cassette.provenance.origin != "simulated":
        pytest.skip(f"origin {cassette.provenance.origin}: the simulator did not make it")
    if cassette.provenance.edited:
        pytest.skip(f"edited: {cassette.provenance.edited[0]['why']}")
    assert [one.index for one in cassette.interactions if not looks_simulated(one, OWN)] == []
