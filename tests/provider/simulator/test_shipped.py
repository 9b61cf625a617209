"""The shipped cassettes and the simulator belong together: changing one without the other is seen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.core.cassette import Interaction
from harness.provider.cassettes import read
from harness.provider.cassettes.origin import looks_simulated
from tests.provider.simulator.ask import OWN

FOLDER = Path(__file__).resolve().parents[3] / "cassettes"


def without_texts(one: Interaction) -> tuple:
    """All that an edit of the texts of answers leaves as it is: the request, the status, the answer but what a model wrote."""
    said = json.loads(one.response.body)
    for choice in said["choices"]:
        del choice["message"]["content"]
    return one.request.method, one.request.uri, one.request.body, one.response.status, json.dumps(said, sort_keys=True)


@pytest.mark.parametrize(
    "path", sorted(FOLDER.rglob("*.yaml")), ids=lambda p: p.relative_to(FOLDER).with_suffix("").as_posix()
)
def test_a_simulated_cassette_is_what_the_simulator_answers(path):
    """Each answer is reproduced byte for byte, of an edited one all but its texts. After a wanted change of the simulator: nox -s record, and review the drift."""
    cassette = read(path)
    if cassette.provenance.origin != "simulated":
        pytest.skip(f"origin {cassette.provenance.origin}: the simulator did not make it")
    if cassette.provenance.edited:
        source = read(FOLDER / f"{cassette.provenance.command.removeprefix('edited from ')}.yaml")
        assert not source.provenance.edited, "what it was edited from is held to the simulator itself"
        unlike = [
            one.index
            for one in cassette.interactions
            if without_texts(one) not in map(without_texts, source.interactions)
        ]
        assert unlike == [], "an edit changed more than the texts of answers"
        return
    assert [one.index for one in cassette.interactions if not looks_simulated(one, OWN)] == []


def test_an_edit_of_more_than_a_text_is_seen():
    """Claim: a count, a status or a request that differs is no text."""
    (one, *_) = read(FOLDER / "openai/linker/odd_answers.yaml").interactions
    said = json.loads(one.response.body)
    said["choices"][0]["message"]["content"] = "another text"
    assert without_texts(replace(one, response=replace(one.response, body=json.dumps(said).encode()))) == without_texts(
        one
    )
    said["usage"]["total_tokens"] += 1
    assert without_texts(replace(one, response=replace(one.response, body=json.dumps(said).encode()))) != without_texts(
        one
    )
    assert without_texts(replace(one, response=replace(one.response, status=500))) != without_texts(one)
    assert without_texts(replace(one, request=replace(one.request, body=b"{}"))) != without_texts(one)
