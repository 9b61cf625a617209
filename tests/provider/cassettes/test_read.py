"""Every dialect met in public reads to the same values; what is damaged or unsafe is refused in one line."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.provider import cassettes
from harness.provider.cassettes import digest

SAMPLES = Path(__file__).parent / "samples"
SAME = {
    "vcrpy_1.yaml": ("vcrpy-1", ""),
    "gzip_binary.yaml": ("vcrpy-1", "gzip"),
    "br_binary.yaml": ("vcrpy-1", "br"),
    "base64_string.yaml": ("vcrpy-1", ""),
    "old_httpx.yaml": ("old-httpx", "gzip"),
    "parsed_body.yaml": ("parsed_body", ""),
    "python_keys.yaml": ("python-keys", ""),
    "import.har": ("har", "br"),
}


@pytest.mark.parametrize("name", SAME)
def test_every_dialect_reads_to_the_same_exchange(name):
    """The dialects differ in writing only: request and answer come out equal, decoded, with the encoding named."""
    found = cassettes.read(SAMPLES / name)
    (one,) = found.interactions
    assert (found.dialect, one.response.encoding) == SAME[name]
    assert json.loads(one.request.body)["model"] == "gpt-5.1"
    assert json.loads(one.response.body)["usage"] == {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
    assert (one.request.method, one.request.uri) == ("POST", "https://api.openai.com/v1/chat/completions")
    assert (one.response.status, one.times) == (200, 1)
    names = {key.lower() for key in one.response.headers}
    assert "content-encoding" not in names, "the body is decoded, so the header would be a lie"
    for length in one.response.headers.get("Content-Length", ()):
        assert length == str(len(one.response.body))


def test_header_values_are_all_kept():
    """Two cookies are two values, from YAML and from HAR."""
    assert cassettes.read(SAMPLES / "vcrpy_1.yaml").interactions[0].response.headers["Set-Cookie"] == ("a=1", "b=2")
    assert cassettes.read(SAMPLES / "import.har").interactions[0].response.headers["set-cookie"] == ("a=1", "b=2")


def test_python_object_header_names_are_plain_strings():
    """The loader yields text, and constructs no class."""
    (one,) = cassettes.read(SAMPLES / "python_keys.yaml").interactions
    assert [type(key) for key in one.request.headers] == [str, str]
    assert list(one.request.headers) == ["Content-Type", "Accept"]


def test_every_way_to_say_no_body_is_no_body():
    """'', null, {string: null} and an absent key are all b""."""
    found = cassettes.read(SAMPLES / "no_bodies.yaml")
    assert len(found.interactions) == 4
    assert {(one.request.body, one.response.body) for one in found.interactions} == {(b"", b"")}


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("unsafe.yaml", "cassette-unsafe", "os.system"),
        ("broken.yaml", "cassette-syntax", "not valid YAML"),
        ("before_1.yaml", "cassette-dialect", "before 1.0"),
        ("absent.yaml", "cassette-missing", "cannot read cassette"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_a_code(name, code, words):
    """A corrupt, unsafe, foreign or absent file is a HarnessError of one line, with a hint."""
    with pytest.raises(HarnessError) as caught:
        cassettes.read(SAMPLES / name)
    assert caught.value.code == code
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "cassette-dialect"),
        ("just text", "cassette-dialect"),
        ("interactions: 3", "cassette-dialect"),
        ("version: 2\ninteractions: []", "cassette-dialect"),
        ("interactions: [1]", "cassette-dialect"),
        ("interactions: [{request: {method: GET}, response: {}}]", "cassette-dialect"),
        (
            "interactions: [{request: {method: GET, uri: 'https://a/'}, response: {status: {code: x}}}]",
            "cassette-dialect",
        ),
        ("interactions: []\nprovenance: {orign: recorded}", "cassette-syntax"),
        ("interactions: []\nprovenance: {origin: recorded}", "cassette-syntax"),
        ("interactions: !!python/name:os.system ''", "cassette-unsafe"),
        ("interactions: !!python/object/apply:builtins.eval ['1']", "cassette-unsafe"),
        ("a: &a [*a]\ninteractions: *a", "cassette-dialect"),
        ("x: " + "[" * 5000, "cassette-syntax"),
        ("\x00\x01", "cassette-syntax"),
        ('{"log": {}}', "cassette-dialect"),
        ('{"log": ', "cassette-syntax"),
    ],
)
def test_strange_files_are_refused_and_never_crash(tmp_path, text, code):
    """Whatever the file holds, the outcome is a HarnessError; and the garbage collector is running again."""
    path = tmp_path / "strange.yaml"
    path.write_text(text)
    with pytest.raises(HarnessError) as caught:
        cassettes.read(path)
    assert caught.value.code == code
    assert gc.isenabled()


def test_a_damaged_gzip_body_is_refused(tmp_path):
    """Half a gzip stream is not passed off as a body."""
    text = (SAMPLES / "gzip_binary.yaml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("        ") or "H4sI" in line]
    (tmp_path / "x.yaml").write_text("\n".join(lines))
    with pytest.raises(HarnessError, match="gzip body is damaged"):
        cassettes.read(tmp_path / "x.yaml")


def test_an_edited_interaction_no_longer_matches_its_provenance(tmp_path, provenance):
    """A changed token count in a committed cassette is seen: cassette-hash."""
    path = tmp_path / "x.yaml"
    source = cassettes.read(SAMPLES / "vcrpy_1.yaml")
    cassettes.write(provenance(source), path)
    assert cassettes.read(path).interactions == source.interactions
    path.write_text(path.read_text().replace('"prompt_tokens": 7', '"prompt_tokens": 8'))
    with pytest.raises(HarnessError) as caught:
        cassettes.read(path)
    assert caught.value.code == "cassette-hash"


def test_the_cached_form_is_equal_and_a_damaged_cache_is_not_believed(tmp_path, monkeypatch):
    """A second load takes the cache (the parser is not called); a flipped byte makes it parse again."""
    path = SAMPLES / "gzip_binary.yaml"
    first = cassettes.read(path, "a", cache=tmp_path)
    reader = sys.modules["harness.provider.cassettes.read"]  # the package exports the function of that name
    monkeypatch.setattr(reader, "_parsed", lambda *_: pytest.fail("parsed again"))
    assert cassettes.read(path, "a", cache=tmp_path) == first
    monkeypatch.undo()
    (kept,) = tmp_path.glob("*.json")
    kept.write_bytes(kept.read_bytes().replace(b"Ten keywords", b"Two keywords"))
    assert cassettes.read(path, "a", cache=tmp_path) == first
    assert b"Ten keywords" in kept.read_bytes()


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path):
    """The cache folder's name is taken by a file: reading works all the same."""
    (tmp_path / "cache").write_text("")
    assert cassettes.read(SAMPLES / "vcrpy_1.yaml", cache=tmp_path / "cache").interactions


def test_the_hash_sees_every_part(provenance):
    """Status, header, body, method, multiplicity and order each change the hash; header case and order do not."""
    from dataclasses import replace

    one = cassettes.read(SAMPLES / "vcrpy_1.yaml").interactions[0]
    first = digest.interactions_sha256([one])
    turned = dict(reversed([(key.upper(), value) for key, value in one.request.headers.items()]))
    assert digest.interactions_sha256([replace(one, request=replace(one.request, headers=turned))]) == first
    changed = [
        replace(one, times=2),
        replace(one, timing_ms=(1,)),
        replace(one, request=replace(one.request, method="PUT")),
        replace(one, request=replace(one.request, body=b"")),
        replace(one, response=replace(one.response, status=201)),
        replace(one, response=replace(one.response, body=b"{}")),
        replace(one, response=replace(one.response, headers={})),
        replace(one, response=replace(one.response, encoding="gzip")),
    ]
    assert len({first, *(digest.interactions_sha256([item]) for item in changed)}) == 9
