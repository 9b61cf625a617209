"""A snapshot is its sections' fields and nothing else, never a secret, and the same bytes for the same state."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.jobs.snapshot.files import read, text_of
from harness.jobs.snapshot.judge import differences
from tests.jobs.snapshot.baselines import BEFORE, KEY, SECTIONS, changed, checked, sections

ROOT = Path(__file__).resolve().parents[3]
SEED = ROOT.parent / "shared" / "seed"


def test_equal_states_are_equal_bytes():
    """Keys are sorted, so the order in which a target lists them does not show."""
    other = [{**one, "rows": [dict(reversed(row.items())) for row in one["rows"]]} for one in sections()]
    assert text_of(checked(other)) == text_of(BEFORE)
    assert differences(BEFORE, BEFORE, SECTIONS) == []


@pytest.mark.parametrize(
    ("title", "values", "code"),
    [
        ("GlobalIntegrationSettings", {"openai_api_key": "anything"}, "snapshot-shape"),
        ("GlobalIntegrationSettings", {"has_openai_key": "certainly so"}, "snapshot-shape"),
        ("GlobalIntegrationSettings", {"image_style": {"key": 1}}, "snapshot-shape"),
        ("GlobalIntegrationSettings", {"image_style": KEY}, "snapshot-secret"),
        ("AIModelConfig", {"provider": "Bearer abcdef0123456789"}, "snapshot-secret"),
        ("Account", {"name": "owner@tidewater.coffee"}, "snapshot-secret"),
    ],
)
def test_a_secret_never_leaves(title: str, values: dict, code: str):
    """A field beside the plan's, a key in one of them, or a person's address: nothing is written, the value not repeated."""
    with pytest.raises(HarnessError) as told:
        changed(title, **values)
    assert told.value.code == code
    assert not any(str(value) in told.value.message for value in values.values() if isinstance(value, str))


def test_a_key_that_is_in_use_is_found_whatever_it_looks_like():
    with pytest.raises(HarnessError, match="a key that was in use"):
        checked(sections(Account=[{"account_id": 1, "name": "x plainwords x", "credits": 1}]), ("plainwords",))


@pytest.mark.parametrize("found", [[], [{"section": "AIModelConfig"}], ["x"]])
def test_what_is_not_five_sections_is_refused(found: list):
    with pytest.raises(HarnessError) as told:
        checked(found)
    assert told.value.code == "snapshot-shape"


def test_a_target_without_any_of_the_models_is_not_a_baseline():
    """An empty answer compared with an empty answer would be green."""
    found = [{"section": one.name, "absent": list(one.fields), "rows": []} for one in SECTIONS]
    with pytest.raises(HarnessError) as told:
        checked(found)
    assert told.value.code == "snapshot-empty"


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2, "sections": []}', '{"format": 1}'])
def test_a_file_that_is_no_snapshot_is_told(tmp_path: Path, text: str):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(HarnessError) as told:
        read(tmp_path / "a.json", SECTIONS)
    assert told.value.code == "snapshot-syntax"
    with pytest.raises(HarnessError) as told:
        read(tmp_path / "none.json", SECTIONS)
    assert told.value.code == "snapshot-missing"


@pytest.mark.skipif(not SEED.is_dir(), reason="the plan's text is not part of this repository")
def test_the_fields_are_the_plans_in_its_order():
    text = (
        next(SEED.glob("*.txt"))
        .read_text()
        .split("### Step 1: Database State Snapshot")[1]
        .split("BASELINE CAPTURE")[0]
    )
    blocks = [re.findall(r"^'(\w+)':", block, re.MULTILINE) for block in text.split("print(json.dumps({")[1:]]
    assert blocks == [list(one.fields) for one in SECTIONS]
