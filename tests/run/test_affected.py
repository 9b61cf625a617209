"""Which cells can see a change: by what each ran, and by what each depends on alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.core.scenario import Cell, Given, Scenario
from harness.core.scenario import Path as Way
from harness.run.affected import State, affected
from harness.run.plan import of_cells
from harness.store import arcs, seen

PRICE = """from shop.rates import RATE


def price(order):
    if order.big:
        return RATE * 2
    return tariff(order)


def never():
    return 0
"""
RATES = """from functools import cache

RATE = 3


@cache
def tariff(order):
    return 1


def started():
    return 2
"""
FILES = {
    "shop/price.py": PRICE,
    "shop/rates.py": RATES,
    "shop/page.html": "<p>",
    "shop/migrations/0001.py": "x = 1\n",
    "tests/test_price.py": "x = 1\n",
}
RAN = {
    "": {"shop/price.py": [(1, 4), (4, 10)], "shop/rates.py": [(1, 3), (12, 12)]},
    "a@manual": {"shop/price.py": [(5, 7)], "shop/rates.py": [(8, 8)]},
    "b@manual": {"shop/price.py": [(5, 7)]},
    "c@manual": {"shop/price.py": [(5, 6)]},
}
"""a filled what is kept of tariff(), b used it."""
CELLS = ("a@manual", "b@manual", "c@manual")


def cell(name: str) -> Cell:
    scenario = Scenario(id=name.partition("@")[0], title="x", given=Given(rows=()), when=(), paths=(Way.MANUAL,))
    return Cell(scenario=scenario, path=Way.MANUAL)


PLAN = of_cells(*map(cell, CELLS), phase=0, tier="processes")
NOW = State(parts={"harness.toml": "1"}, files=FILES, cells=dict.fromkeys(CELLS, "1"), settings=frozenset({"DEBUG"}))
BEFORE = seen.Seen(run="then", vary="none", parts=NOW.parts, files=FILES, cells=NOW.cells, failed=())


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """What was kept of the run."""
    made = tmp_path_factory.mktemp("run")
    arcs.keep(
        made, made, {one: {path: set(found) for path, found in files.items()} for one, files in RAN.items()}, FILES
    )
    return made


def names(folder: Path, now: State, before: seen.Seen = BEFORE) -> list[str]:
    return [one.id for one in affected(PLAN, now, before, folder).cells]


def edited(path: str, old: str, new: str) -> State:
    assert old in FILES[path]
    return replace(NOW, files={**FILES, path: FILES[path].replace(old, new)})


@pytest.mark.parametrize(
    ("path", "old", "new", "cells"),
    [
        ("shop/price.py", "return RATE * 2", "return RATE * 3", "c"),
        ("shop/price.py", "if order.big", "if not order.big", "abc"),
        ("shop/price.py", "return 0", "return 1", ""),
        ("shop/price.py", "\n\n\ndef never", "  # why\n\n\ndef never", ""),
        ("shop/rates.py", "RATE = 3", "RATE = 4", "abc"),
        ("shop/rates.py", "return 1", "return 9", "abc"),
        ("shop/rates.py", "return 2", "return 9", "abc"),
        ("shop/rates.py", "@cache\n", "", "abc"),
        ("shop/page.html", "<p>", "<b>", "abc"),
        ("shop/migrations/0001.py", "x = 1", "x = 2", "abc"),
        ("tests/test_price.py", "x = 1", "x = 2", ""),
    ],
)
def test_a_change_is_of_the_cells_that_can_see_it(folder, path, old, new, cells):
    """Claim: the branch by who entered it; a constant by who names it; what one cell kept and another used is of both; what ran at the start, a
    decorator, a template and a migration are of all; what nobody ran, comments and tests are of none."""
    assert names(folder, edited(path, old, new)) == [f"{name}@manual" for name in cells]


def test_code_that_no_cell_runs_is_named(folder):
    found = affected(PLAN, edited("shop/price.py", "return 0", "return 1"), BEFORE, folder)
    assert (found.cells, found.unseen) == ((), ("shop/price.py:never",))


@pytest.mark.parametrize(
    ("now", "before", "cells"),
    [
        (NOW, BEFORE, ""),
        (replace(NOW, cells={**NOW.cells, "b@manual": "2"}), BEFORE, "b"),
        (NOW, replace(BEFORE, cells={"a@manual": "1", "c@manual": "1"}), "b"),
        (NOW, replace(BEFORE, failed=("c@manual",)), "c"),
        (NOW, replace(BEFORE, failed=("",)), "abc"),
        (replace(NOW, parts={"harness.toml": "2"}), BEFORE, "abc"),
        (replace(NOW, parts={"harness.toml": "1", "rates": "1"}), BEFORE, "abc"),
        (replace(NOW, files={**FILES, "shop/new.py": "x = 1\n"}), BEFORE, "abc"),
        (replace(NOW, files={**FILES, "tests/new.py": "x = 1\n"}), BEFORE, ""),
        (replace(NOW, files={name: text for name, text in FILES.items() if name != "shop/page.html"}), BEFORE, "abc"),
    ],
    ids=[
        "nothing",
        "own",
        "new cell",
        "failed",
        "whole failed",
        "description",
        "rates",
        "new file",
        "new test",
        "gone",
    ],
)
def test_what_a_cell_depends_on_drives_it(folder, now, before, cells):
    """Claim: what is a cell's own drives that cell; what all depend on drives all; one that did not pass is driven again."""
    assert names(folder, now, before) == [f"{name}@manual" for name in cells]


def test_a_memory_is_found_again_and_a_broken_one_is_none(folder, tmp_path):
    """Claim: what was kept is read as it was; half a file, another format or missing arcs are no memory, and no error."""
    place = seen.place(tmp_path, 0)
    assert seen.read(place) is None
    seen.keep(place, BEFORE, folder)
    assert seen.read(place) == BEFORE
    whole = (place / seen.NAME).read_bytes()
    (place / seen.NAME).write_bytes(whole[:-9])
    assert seen.read(place) is None
    (place / seen.NAME).write_bytes(whole)
    (place / arcs.NAME).unlink()
    assert seen.read(place) is None
