"""A world in which nothing is another fails: its cell shows what its path does, and nobody would know."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import pytest

from harness.core.variation import named
from harness.core.verdict import Status
from harness.judge.laws.world import the_world_is_another
from tests.judge.ledgers import lawful_text

CELL = lawful_text(((820, 1310),))


def said(variation: str, changed: dict[str, int], phase: int = 0):
    cell = replace(CELL, variation=variation, varied=changed)
    return the_world_is_another(cell, SimpleNamespace(phase=phase))


@pytest.mark.parametrize("world", ["parcel.opne=true", "short", "exact"])
def test_a_world_that_changed_nothing_fails(world: str):
    told = said(world, {})
    assert (told.status, told.code) == (Status.FAIL, "world-idle")
    assert told.evidence[0].startswith(f"{world} changed no row: ")
    assert said(world, {"parcels.open": 2}).status is Status.PASS


def test_a_clock_that_did_not_go_is_told():
    at = datetime.fromisoformat(named("month_end").at).timestamp()
    here = replace(CELL, variation="month_end", spans=((at - 9e6, at - 9e6 + 5),))
    told = the_world_is_another(here, SimpleNamespace(phase=0))
    assert (told.status, told.code) == (Status.FAIL, "world-idle")
    there = replace(here, spans=((at, at + 5),))
    assert the_world_is_another(there, SimpleNamespace(phase=0)).status is Status.PASS


def test_a_column_may_be_gone_at_a_later_phase_and_a_caller_changes_no_row():
    assert said("parcel.open=true", {}, phase=7).status is Status.PASS
    assert said("short", {}, phase=7).status is Status.FAIL, "a balance is at every phase"
    assert said("nobody", {}).status is Status.PASS
