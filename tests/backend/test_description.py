"""Keys of harness.toml whose values must fit: each mistake is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.backend.description import load
from harness.core.errors import HarnessError

PROJECT = Path(__file__).resolve().parents[2]
FORM = "[MIGRATION] Credit calc mismatch: {operation} old={old} new={new}"


def written(folder: Path, form: str) -> Path:
    text = (PROJECT / "harness.toml").read_text().replace("reference", f"{PROJECT}/reference")
    text = text.replace('answers = "answers"', f'answers = "{PROJECT}/answers"')
    assert FORM in text
    (folder / "harness.toml").write_text(text.replace(FORM, form))
    return folder / "harness.toml"


def test_how_a_comparison_is_logged_is_read_as_it_is_written(tmp_path: Path):
    assert load(written(tmp_path, FORM)).comparison == FORM
    assert load(written(tmp_path, "")).comparison == ""


@pytest.mark.parametrize("form", ["{operation} old={old} new={new}", "differs: {old} {new}", "differs: {operation} {old} {new} {new}"])  # fmt: skip
def test_a_form_without_its_parts_is_refused(tmp_path: Path, form: str):
    """Claim: what would match nothing, or anything, is no form."""
    with pytest.raises(HarnessError, match=r"target.comparison .* does not hold each of its parts once") as told:
        load(written(tmp_path, form))
    assert told.value.code == "config-value"
