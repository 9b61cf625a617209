"""The 19 real recordings of other public projects load, whatever their dialect."""

from __future__ import annotations

import json

import pytest

from harness.provider import cassettes
from harness.provider.profiles import events
from tests.provider import real

pytestmark = real.needed


def test_all_nineteen_are_there():
    """None is skipped without a word."""
    assert len(real.files()) == 19


@pytest.mark.parametrize("path", real.files(), ids=lambda path: path.name[:24])
def test_a_real_recording_loads_decoded(path, tmp_path):
    """Every body is decoded: a JSON answer parses, a stream has events, none is left compressed; written, it reads back."""
    found = cassettes.read(path)
    assert found.interactions
    for one in found.interactions:
        assert one.response.body[:2] != b"\x1f\x8b"
        kind = next((value[0] for key, value in one.response.headers.items() if key.lower() == "content-type"), "")
        if "event-stream" in kind or one.response.body.startswith(b"data:"):
            assert events(one.response.body)
        elif "json" in kind:
            assert json.loads(one.response.body)
    cassettes.write(found, tmp_path / "copy.yaml")
    assert cassettes.read(tmp_path / "copy.yaml").interactions == found.interactions
