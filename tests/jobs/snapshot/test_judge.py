"""Differences between two snapshots: each is told with its row, none twice, and the same state has none."""

from __future__ import annotations

import copy

import pytest

from harness.jobs.snapshot import judge
from harness.jobs.snapshot.values import Document
from tests.jobs.snapshot.baselines import BEFORE, SECTIONS, changed, checked, sections


def differences(before: Document, after: Document) -> list[str]:
    return judge.differences(before, after, SECTIONS)


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
    assert differences(BEFORE, changed(title, **values)) == [says]


def test_rows_that_come_go_and_move_are_told():
    row = sections()[1]["rows"][0]
    two = checked(sections(CreditCostConfig=[row, {**row, "operation_type": "other"}]))
    swapped = checked(sections(CreditCostConfig=[{**row, "operation_type": "other"}, row]))
    assert [line[:26] for line in differences(BEFORE, two)] == ["+ CreditCostConfig other: "]
    assert [line[:26] for line in differences(two, BEFORE)] == ["- CreditCostConfig other: "]
    assert differences(two, swapped) == ["CreditCostConfig: the rows are in another order: other, a operation_type"]


def test_a_new_usage_log_is_one_line_and_not_twenty():
    """They have no name: they are compared as the sequence that they are."""
    row = sections()[3]["rows"][0]
    old = [{**row, "credits_used": n} for n in range(20)]
    new = [{**row, "credits_used": 99}, *old[:-1]]
    lines = differences(checked(sections(CreditUsageLog=old)), checked(sections(CreditUsageLog=new)))
    assert [(line[0], "credits_used=99" in line) for line in lines] == [("+", True), ("-", False)]


def test_two_rows_of_one_name_are_not_one():
    """Duplicates are compared as a sequence: none of them hides another."""
    row = sections()[0]["rows"][0]
    twice = checked(sections(AIModelConfig=[row, {**row, "is_active": False}]))
    assert len(differences(twice, BEFORE)) == 1


def test_a_field_that_a_phase_removed_is_absent_and_no_error():
    found = sections()
    found[2]["absent"] = ["runware_model"]
    del found[2]["rows"][0]["runware_model"]
    assert differences(BEFORE, checked(found)) == [
        'GlobalIntegrationSettings.runware_model: there before, absent after: "a runware_model"'
    ]


def test_the_checks_do_not_change_what_they_check():
    found = sections()
    kept = copy.deepcopy(found)
    differences(checked(found), changed("Account", credits=1))
    assert found == kept
