"""What is written reads back to the same values, is readable, and replays under stock vcrpy."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import requests
import vcr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.core.cassette import Cassette, Interaction, RecordedRequest, RecordedResponse
from harness.core.errors import HarnessError
from harness.provider import cassettes
from harness.provider.cassettes.write import dumps

SAMPLES = Path(__file__).parent / "samples"

bodies = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore")),
    st.text(alphabet=" \n\t\r:#'\"\\-|>&*!%@`{}[],?~a\x85\u2028\ufeff😀", max_size=200).map(str.encode),
)
values = st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=30)
headers = st.dictionaries(
    values.filter(lambda name: name.lower() not in ("content-encoding", "content-length")),
    st.lists(values, max_size=3).map(tuple),
    max_size=4,
)


@st.composite
def interactions(draw) -> Interaction:
    return Interaction(
        request=RecordedRequest(
            method=draw(st.sampled_from(["GET", "POST", "DELETE"])),
            uri="https://api.openai.com/" + draw(values),
            headers=draw(headers),
            body=draw(bodies),
        ),
        response=RecordedResponse(
            status=draw(st.integers(100, 599)),
            reason=draw(values),
            headers=draw(headers),
            body=draw(bodies),
            encoding=draw(st.sampled_from(["", "gzip", "br"])),
        ),
        times=draw(st.sampled_from([1, 0, 3])),
        timing_ms=tuple(draw(st.lists(st.integers(0, 999), max_size=3))),
    )


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(found=st.lists(interactions(), max_size=3))
def test_any_interaction_survives_writing_and_reading(tmp_path_factory, found):
    """Whatever the bytes, whatever a YAML reader could mistake: the values come back equal."""
    numbered = tuple(replace(one, index=index) for index, one in enumerate(found))
    path = tmp_path_factory.mktemp("written") / "x.yaml"
    cassettes.write(Cassette(name="x", interactions=numbered), path)
    assert cassettes.read(path).interactions == numbered


@pytest.mark.parametrize(
    "lead", ["\t", " ", "\n", "\n \t", "- ", "#", "'", '"', "|", "---\n", "...\n", "\ufeff", "%YAML"]
)
def test_texts_that_begin_like_yaml_survive(tmp_path, lead):
    """White space and YAML's own marks at the beginning of a long text are text."""
    body = (
        lead + "line one of a text\n\tline two, long enough for a block scalar of its own, and more of it\n"
    ).encode()
    one = replace(cassettes.read(SAMPLES / "vcrpy_1.yaml").interactions[0])
    one = replace(one, request=replace(one.request, body=body), response=replace(one.response, body=body))
    cassettes.write(Cassette(name="x", interactions=(one,)), tmp_path / "x.yaml")
    assert cassettes.read(tmp_path / "x.yaml").interactions == (one,)


def test_text_bodies_are_block_scalars_and_provenance_is_on_top(provenance):
    """A reviewer reads the article in the diff, not an escaped line; provenance comes before the interactions."""
    one = cassettes.read(SAMPLES / "vcrpy_1.yaml").interactions[0]
    article = json.dumps({"text": "A house of wood and glass"}, indent=1).encode() + b"\n" * 2
    text = dumps(
        provenance(Cassette(name="x", interactions=(replace(one, response=replace(one.response, body=article)),)))
    )
    assert "string: |+\n        {\n" in text
    assert text.index("origin: simulated") < text.index("interactions:\n")


def test_writing_twice_gives_the_same_bytes(tmp_path, provenance):
    """Reading and writing again changes nothing: no noise in a review."""
    source = provenance(cassettes.read(SAMPLES / "gzip_binary.yaml"))
    cassettes.write(source, tmp_path / "a.yaml")
    cassettes.write(cassettes.read(tmp_path / "a.yaml"), tmp_path / "b.yaml")
    assert (tmp_path / "a.yaml").read_bytes() == (tmp_path / "b.yaml").read_bytes()


def test_provenance_comes_back_with_its_hash(tmp_path, provenance):
    """Every field survives, edits with their reasons too, and the hash is filled in."""
    source = provenance(cassettes.read(SAMPLES / "vcrpy_1.yaml"))
    cassettes.write(source, tmp_path / "x.yaml")
    found = cassettes.read(tmp_path / "x.yaml").provenance
    assert found == replace(source.provenance, interactions_sha256=cassettes.interactions_sha256(source.interactions))


def test_a_failed_write_leaves_the_old_file_and_no_scrap(tmp_path, monkeypatch):
    """A writer that would not read back the same is stopped before it replaces anything."""
    path = tmp_path / "x.yaml"
    source = cassettes.read(SAMPLES / "vcrpy_1.yaml")
    cassettes.write(source, path)
    before = path.read_bytes()
    monkeypatch.setattr(
        sys.modules["harness.provider.cassettes.write"],
        "dumps",
        lambda cassette: before.decode().replace("Ten keywords", "Two"),
    )
    with pytest.raises(HarnessError) as caught:
        cassettes.write(source, path)
    assert caught.value.code == "cassette-write"
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["x.yaml"]


@pytest.mark.parametrize(
    "name", ["vcrpy_1.yaml", "gzip_binary.yaml", "old_httpx.yaml", "parsed_body.yaml", "import.har"]
)
def test_stock_vcrpy_replays_what_is_written(tmp_path, provenance, name):
    """vcrpy, unpatched and with its network mode off, answers a request of the requests library from our file."""
    source = cassettes.read(SAMPLES / name)
    path = tmp_path / "x.yaml"
    one = replace(source.interactions[0], times=2, timing_ms=(0,))
    cassettes.write(provenance(replace(source, interactions=(one,))), path)
    recorder = vcr.VCR(record_mode="none", match_on=["method", "uri", "body"])
    with recorder.use_cassette(str(path)) as played:
        answer = requests.post(one.request.uri, data=one.request.body, timeout=5)
    assert (answer.status_code, answer.content) == (200, one.response.body)
    assert played.play_count == 1
