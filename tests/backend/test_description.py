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


AT_MOST = 105
"""Half of what the reference's description had when everything was listed."""


def test_the_shipped_description_is_short():
    """Claim: what can be read from the target stands in no line. What need not be reached of it, with its reasons, nobody can read."""
    described, _, _ = (PROJECT / "harness.toml").read_text().partition("[reach]\n")
    assert len(described.splitlines()) <= AT_MOST


def test_a_target_is_called_as_its_folder_and_has_its_own_requirements(tmp_path: Path):
    """Claim: requirements.txt in the root is its environment without a line; without one it is the harness's own."""
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "manage.py").touch()
    (tmp_path / "harness.toml").write_text('format = 1\ntarget.root = "server"\n')
    assert (load(tmp_path / "harness.toml").name, load(tmp_path / "harness.toml").requirements) == (tmp_path.name, ())
    (tmp_path / "server" / "requirements.txt").write_text("django\n")
    assert load(tmp_path / "harness.toml").requirements == (tmp_path / "server" / "requirements.txt",)


@pytest.mark.parametrize(("there", "found"), [((), "contracts/rates.toml"), (("rates.toml",), "rates.toml"), (("rates.toml", "contracts/rates.toml"), "contracts/rates.toml")])  # fmt: skip
def test_a_rate_card_is_found_where_it_usually_is(tmp_path: Path, there: tuple[str, ...], found: str):
    (tmp_path / "contracts").mkdir()
    (tmp_path / "manage.py").touch()
    (tmp_path / "harness.toml").write_text('format = 1\ntarget.root = "."\n')
    for name in there:
        (tmp_path / name).touch()
    config = load(tmp_path / "harness.toml")
    assert (config.rates, config.rates_named) == (tmp_path / found, False)
