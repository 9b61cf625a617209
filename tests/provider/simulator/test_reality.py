"""The simulator is held to reality: real recordings decide, and what none of them confirms is written down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.provider import real
from tests.provider.simulator.reality import ASPECTS, HEADERS_OF, NOT_SENT, UNCONFIRMED, Aspect, drawn, hello, recorded

PAGE = Path(__file__).resolve().parents[3] / "docs" / "simulator.md"
CASES = [
    pytest.param(aspect, file, at, id=f"{aspect.name} [{file}]") for aspect in ASPECTS for file, at in aspect.files
]


@real.needed
@pytest.mark.parametrize(("aspect", "file", "at"), CASES)
def test_the_simulator_answers_as_the_recording_does(aspect: Aspect, file: str, at: int):
    """Keys, their order, types, frames and errors are equal; only words, numbers and ids differ."""
    assert aspect.view(aspect.ours()) == aspect.view(recorded(file, at).response)


@real.needed
def test_header_names_are_those_of_real_answers():
    """The simulator sends no header that was never seen, and leaves out none that all recent answers have."""
    seen = [{name.lower() for name in recorded(file, at).response.headers} for file, at in HEADERS_OF]
    for made in (hello(), drawn()):
        names = {name.lower() for name in made.headers}
        assert names <= set().union(*seen)
        assert set.intersection(*seen) - set(NOT_SENT) <= names
    chat = {name.lower() for name in recorded("12_oll", 1).response.headers}
    assert chat - set(NOT_SENT) == {name.lower() for name in hello().headers}


def test_the_page_lists_what_is_confirmed_and_what_is_not():
    """docs/simulator.md has a row for each aspect with its recordings, each unconfirmed part with its reason, and no other."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", PAGE.read_text(), re.MULTILINE)
    wanted = [(a.name, ", ".join(sorted({file.split("_")[0] for file, _ in a.files}))) for a in ASPECTS]
    wanted += list(UNCONFIRMED)
    wanted += [(f"`{name}`", why) for name, why in NOT_SENT.items()]
    assert [row for row in rows if not set(row[0]) <= {"-"} and row[0] not in ("what", "header")] == wanted


def test_every_provider_path_is_accounted_for():
    """Runware and WordPress stand among the unconfirmed as long as no recording is compared with them."""
    compared = {file for aspect in ASPECTS for file, _ in aspect.files}
    text = " ".join(name for name, _ in UNCONFIRMED)
    assert compared
    for provider in ("Runware", "WordPress", "429", "500"):
        assert provider in text
