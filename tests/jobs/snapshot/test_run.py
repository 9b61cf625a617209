"""The baseline: the plan's fields and nothing else, never a secret, the same bytes for the same state, differences told."""

from __future__ import annotations

import copy
import json
import re
import sys
from pathlib import Path

import pytest

from harness.core.errors import HarnessError, StackError
from harness.jobs.snapshot import run as snapshot

ROOT = Path(__file__).resolve().parents[3]
SEED = ROOT.parent / "shared" / "seed"
VALUES = {"has_openai_key": True, "has_runware_key": False, "name": "Tidewater", "cost_usd": "0.001403", "credits": 500}
KEY = "sk-" + "live0123456789abcdefghijkl"


def sections(**rows: list[dict]) -> list[dict]:
    """Five sections with a row each; `rows` replaces those of a section."""
    return [
        {
            "section": title,
            "absent": [],
            "rows": rows.get(title, [{field: VALUES.get(field, f"a {field}") for field in fields}]),
        }
        for title, (fields, _) in snapshot.SECTIONS.items()
    ]


def changed(title: str, **values: object) -> dict:
    found = sections()
    next(one for one in found if one["section"] == title)["rows"][0].update(values)
    return snapshot.checked(found)


BEFORE = snapshot.checked(sections())


def test_equal_states_are_equal_bytes():
    """Keys are sorted, so the order in which a target lists them does not show."""
    other = [{**one, "rows": [dict(reversed(row.items())) for row in one["rows"]]} for one in sections()]
    assert snapshot.text_of(snapshot.checked(other)) == snapshot.text_of(BEFORE)
    assert snapshot.differences(BEFORE, BEFORE) == []


@pytest.mark.parametrize(
    ("title", "values", "says"),
    [
        ("AIModelConfig", {"cost_per_image": "0.0400"}, 'AIModelConfig a model_name.cost_per_image: "a cost_per_image" -> "0.0400"'),
        ("GlobalIntegrationSettings", {"has_openai_key": False}, "GlobalIntegrationSettings.has_openai_key: true -> false"),
        ("Account", {"credits": 499}, "Account a account_id.credits: 500 -> 499"),
        ("Account", {"credits": None}, "Account a account_id.credits: 500 -> null"),
    ],
)  # fmt: skip
def test_a_changed_value_is_named_with_its_row(title: str, values: dict, says: str):
    assert snapshot.differences(BEFORE, changed(title, **values)) == [says]


def test_rows_that_come_go_and_move_are_told():
    row = sections()[1]["rows"][0]
    two = snapshot.checked(sections(CreditCostConfig=[row, {**row, "operation_type": "other"}]))
    swapped = snapshot.checked(sections(CreditCostConfig=[{**row, "operation_type": "other"}, row]))
    assert [line[:26] for line in snapshot.differences(BEFORE, two)] == ["+ CreditCostConfig other: "]
    assert [line[:26] for line in snapshot.differences(two, BEFORE)] == ["- CreditCostConfig other: "]
    assert snapshot.differences(two, swapped) == [
        "CreditCostConfig: the rows are in another order: other, a operation_type"
    ]


def test_a_new_usage_log_is_one_line_and_not_twenty():
    """They have no name: they are compared as the sequence that they are."""
    row = sections()[3]["rows"][0]
    old = [{**row, "credits_used": n} for n in range(20)]
    new = [{**row, "credits_used": 99}, *old[:-1]]
    lines = snapshot.differences(
        snapshot.checked(sections(CreditUsageLog=old)), snapshot.checked(sections(CreditUsageLog=new))
    )
    assert [(line[0], "credits_used=99" in line) for line in lines] == [("+", True), ("-", False)]


def test_two_rows_of_one_name_are_not_one():
    """Duplicates are compared as a sequence: none of them hides another."""
    row = sections()[0]["rows"][0]
    twice = snapshot.checked(sections(AIModelConfig=[row, {**row, "is_active": False}]))
    assert len(snapshot.differences(twice, BEFORE)) == 1


def test_a_field_that_a_phase_removed_is_absent_and_no_error():
    found = sections()
    found[2]["absent"] = ["runware_model"]
    del found[2]["rows"][0]["runware_model"]
    assert snapshot.differences(BEFORE, snapshot.checked(found)) == [
        'GlobalIntegrationSettings.runware_model: there before, absent after: "a runware_model"'
    ]


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
        snapshot.checked(sections(Account=[{"account_id": 1, "name": "x plainwords x", "credits": 1}]), ["plainwords"])


@pytest.mark.parametrize("found", [[], [{"section": "AIModelConfig"}], ["x"]])
def test_what_is_not_five_sections_is_refused(found: list):
    with pytest.raises(HarnessError) as told:
        snapshot.checked(found)
    assert told.value.code == "snapshot-shape"


def test_a_target_without_any_of_the_models_is_not_a_baseline():
    """An empty answer compared with an empty answer would be green."""
    found = [{"section": title, "absent": list(fields), "rows": []} for title, (fields, _) in snapshot.SECTIONS.items()]
    with pytest.raises(HarnessError) as told:
        snapshot.checked(found)
    assert told.value.code == "snapshot-empty"


def script(tmp_path: Path, body: str) -> str:
    """A prefix that stands for `docker exec NAME python manage.py`."""
    (tmp_path / "manage.py").write_text(f"import sys\nassert sys.argv[1:3] == ['shell', '-c']\n{body}")
    return f"{sys.executable} '{tmp_path}/manage.py'"


def printing(found: list) -> str:
    return f"print('7 objects imported'); print({snapshot.BEGIN + json.dumps(found) + snapshot.END!r}); print('bye')"


def test_a_running_stack_is_asked_through_its_own_shell(tmp_path: Path):
    """Whatever else it prints."""
    assert snapshot.of_running(script(tmp_path, printing(sections()))) == BEFORE


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("sys.exit('No such container: igny8')", "its last words: No such container: igny8"),
        ("print('hello')", "its last words: hello"),
        (printing(sections()) + "; sys.exit(1)", "its last words: bye"),
        (f"sys.exit('bad key {KEY}')", "its last words: (they look like a secret)"),
    ],
)
def test_a_shell_that_fails_is_told(tmp_path: Path, body: str, hint: str):
    """Exit code 3, with its last words, but not when they hold a key."""
    with pytest.raises(StackError) as told:
        snapshot.of_running(script(tmp_path, body))
    assert (told.value.code, told.value.hint) == ("attach-failed", hint)


@pytest.mark.parametrize("prefix", ["", "/nowhere/docker exec", "docker exec 'x"])
def test_a_wrong_command_is_told(prefix: str):
    with pytest.raises(HarnessError) as told:
        snapshot.of_running(prefix)
    assert told.value.code == "attach-command"


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2, "sections": []}', '{"format": 1}'])
def test_a_file_that_is_no_snapshot_is_told(tmp_path: Path, text: str):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(HarnessError) as told:
        snapshot.read(tmp_path / "a.json")
    assert told.value.code == "snapshot-syntax"
    with pytest.raises(HarnessError) as told:
        snapshot.read(tmp_path / "none.json")
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
    assert blocks == [list(fields) for fields, _ in snapshot.SECTIONS.values()]


def test_the_checks_do_not_change_what_they_check():
    found = sections()
    kept = copy.deepcopy(found)
    snapshot.differences(snapshot.checked(found), changed("Account", credits=1))
    assert found == kept
