"""Surfaces on a whole stack: a change that costs nothing is told, once for all cells, and accepted only on purpose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.whole.workshop import Workshop

pytestmark = pytest.mark.stack

ONLY = ("--only", "writer/generate_content@manual", "--only", "planner/cluster_keywords@manual")
WHY = "the description of a movement begins with its operation"
SERVICE = "backend/igny8_core/business/billing/services/credit_service.py"
ENTRY = "description=(description or operation_type)[:255],\n                metadata={\n"
CLOSED = "credits are as locked, the surface is not"


@pytest.fixture
def changed(shop, warm: Workshop) -> Workshop:
    """The backend with another text in the movements, which no golden, no law and no other check looks at."""
    place: Workshop = shop(copies=("scenarios",))
    place.edit(SERVICE, ENTRY, ENTRY.replace("[:255]", "[:7]"))
    place.borrow(warm)
    return place


def surface(place: Workshop, scenario: str) -> Path:
    return place.folder / "scenarios" / f"{scenario}.surface"


def test_a_change_that_costs_nothing_is_told_and_accepted_only_on_purpose(changed: Workshop):
    """Claim: two cells fail by their surface alone and the changed column is named; accepting wants a reason, is refused in CI,
    touches no golden, and then the run passes; a surface that goes is missed."""
    told = changed.harness("verify", *ONLY)
    assert told.code == 1, told.out + told.err
    assert f"FAIL 2 cells: {CLOSED}" in told.out
    assert "+ igny8_credit_transactions <igny8_credit_transactions+1>: description=" in told.out
    assert "is now description=" in told.out
    assert told.out.rstrip().endswith("FAIL: 2 checks failed; credits are as locked, 2 surfaces changed")

    accept = ("golden", "accept", "*", "--surface", "--unattended")
    assert changed.harness(*accept, "--why", " ").code == 2
    before = surface(changed, "writer/generate_content").read_bytes()
    goldens = {file: file.read_bytes() for file in (changed.folder / "scenarios").rglob("*.golden.toml")}
    refused = replace(changed, env={"CI": "true"}).harness(*accept, "--why", WHY)
    assert (refused.code, "code: golden-ci" in refused.err) == (2, True)
    assert surface(changed, "writer/generate_content").read_bytes() == before

    taken = changed.harness(*accept, "--why", WHY)
    assert taken.code == 0, taken.out + taken.err
    assert taken.out.rstrip().endswith("the surface of 2 cells changed")
    assert {file: file.read_bytes() for file in goldens} == goldens
    text = surface(changed, "writer/generate_content").read_text()
    assert f"# why: {WHY}\n" in text
    assert "[automation]" in text, "a path that was not driven stays as it was"
    assert changed.harness("verify", *ONLY).code == 0

    surface(changed, "planner/cluster_keywords").unlink()
    missing = changed.harness("check")
    assert missing.code == 1
    assert "no surface says whether they are right" in missing.out


def test_a_cell_that_changes_a_table_fails_by_name_and_the_next_has_a_fresh_stack(shop, warm: Workshop):
    """Claim: the column and the cell are told; to the next one the table is as it was made, until it changes it, too."""
    place: Workshop = shop()
    place.edit(
        SERVICE,
        ENTRY,
        ENTRY + "                    **_widened(),\n",
    )
    text = (place.folder / SERVICE).read_text()
    widened = (
        "\n\ndef _widened():\n"
        "    from django.db import connection\n"
        '    connection.cursor().execute("ALTER TABLE igny8_clusters ADD COLUMN IF NOT EXISTS late integer")\n'
        "    return {}\n"
    )
    (place.folder / SERVICE).write_text(text + widened)
    place.borrow(warm)
    told = place.harness(
        "verify", "--only", "planner/cluster_keywords@manual", "--only", "writer/generate_content@manual"
    )
    assert told.code == 1, told.out + told.err
    for cell in ("planner/cluster_keywords@manual", "writer/generate_content@manual"):
        assert told.failures(cell)["shape"][0] == "igny8_clusters column late was not there, is integer"
    assert "a fresh stack up after" in told.out


def test_where_credits_change_the_milder_way_is_refused(shop, warm: Workshop):
    """Claim: a price that changes is told by golden, law and surface, and --surface does not take it."""
    place: Workshop = shop(copies=("scenarios",))
    place.edit(SERVICE, "credits_amount=-credits,", "credits_amount=1 - credits,")
    place.borrow(warm)
    told = place.harness("verify", *ONLY[:2])
    assert told.code == 1
    assert CLOSED not in told.out, "it is not told as the milder class"
    refused = place.harness("golden", "accept", "*", "--surface", "--why", WHY, "--unattended")
    assert refused.code == 2
    assert "code: golden-credits-changed" in refused.err
