"""contracts/snapshot.toml is read strictly: what a snapshot is of is never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.jobs.snapshot.run import code_for
from harness.jobs.snapshot.sections import read

GOOD = """format = 1

[[section]]
name = "Prices"
model = "shop.Price"
fields = ["code", "cents", "has_key"]
row = "code"
order = ["-cents"]
limit = 3
filter = { live = true }
rename = { code = "slug" }
whether = { has_key = "api_key" }
"""


def written(folder: Path, text: str) -> Path:
    (folder / "snapshot.toml").write_text(text)
    return folder


def test_a_section_is_what_the_file_says(tmp_path: Path):
    (one,) = read(written(tmp_path, GOOD))
    assert (one.name, one.model, one.fields, one.row, one.limit) == ("Prices", "shop.Price", ("code", "cents", "has_key"), "code", 3)  # fmt: skip
    assert (one.order, one.filter, one.rename, one.whether) == (("-cents",), {"live": True}, {"code": "slug"}, {"has_key": "api_key"})  # fmt: skip
    assert not one.single


def test_what_the_target_is_asked_holds_the_sections_and_is_python(tmp_path: Path):
    code = code_for(read(written(tmp_path, GOOD)))
    compile(code, "code", "exec")
    assert "'model': 'shop.Price'" in code


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("format = 1", "format = 2", "snapshot-value", "format 2 is not 1"),
        ('row = "code"', 'rows = "code"', "snapshot-unknown-key", "unknown key 'rows' in section[0]"),
        ('row = "code"', 'row = "kode"', "snapshot-value", "Prices.row names 'kode'"),
        ('"shop.Price"', '"shop.models.Price"', "snapshot-value", "Prices.model 'shop.models.Price' is no model"),
        ('["code", "cents", "has_key"]', '["code", "code"]', "snapshot-value", "Prices.fields has none, or one twice"),
        ("limit = 3", "limit = 0", "snapshot-value", "Prices.limit is 0"),
        ("limit = 3", 'limit = "3"', "snapshot-value", "Prices.limit must be a whole number"),
        ("{ live = true }", "{ live = [1] }", "snapshot-value", "Prices.filter must map lookups"),
        ('{ code = "slug" }', "{ code = 1 }", "snapshot-value", "Prices.rename must map fields"),
        ('whether = { has_key', 'whether = { had_key', "snapshot-value", "Prices.whether names 'had_key'"),
        ("[[section]]", "[[section", "snapshot-syntax", "snapshot.toml is not valid TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_by_name(tmp_path: Path, old: str, new: str, code: str, says: str):
    with pytest.raises(HarnessError) as told:
        read(written(tmp_path, GOOD.replace(old, new)))
    assert told.value.code == code
    assert says in told.value.message


def test_a_section_is_there_once_and_the_file_must_be(tmp_path: Path):
    with pytest.raises(HarnessError, match="'Prices' is there twice"):
        read(written(tmp_path, GOOD + GOOD.removeprefix("format = 1\n")))
    with pytest.raises(HarnessError, match="there is no section"):
        read(written(tmp_path, "format = 1\nsection = []\n"))
    with pytest.raises(HarnessError) as told:
        read(tmp_path / "nowhere")
    assert told.value.code == "snapshot-missing"
