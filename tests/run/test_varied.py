"""Which cells are driven in varied worlds: at each level, and whatever is chosen beside."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from harness.core.action import Action, post
from harness.core.errors import HarnessError
from harness.core.golden import Golden, Outcome
from harness.core.scenario import AwaitBlocked, Do, Fault, Given, Path, Scenario
from harness.core.variation import VARIATIONS, named
from harness.run import plan as plans

ASK = Do(operation="work", by={Path.MANUAL: Action(request={"method": "POST", "url": "/parcels/", "body": {}})})


def scenario(name: str, *steps, paths=(Path.MANUAL, Path.DIRECT)) -> Scenario:
    return Scenario(id=name, title=name, given=Given(rows=()), when=steps, paths=paths)


def golden(name: str, closing: int | Decimal, opening: int | Decimal = 100) -> Golden:
    return Golden(
        scenario=name, why="a reason", outcome=Outcome(balance={"account": {"opening": opening, "closing": closing}})
    )


FOUND = {
    one.id: one
    for one in (
        scenario("shop/paid", ASK),
        scenario("shop/free", ASK),
        scenario("shop/race", ASK, AwaitBlocked(count=2)),
    )
}
GOLDENS = {
    "shop/paid": golden("shop/paid", 80),
    "shop/free": golden("shop/free", 100),
    "shop/race": golden("shop/race", 90),
}


def varied(**wanted) -> list[str]:
    plan = plans.make(FOUND, **{"goldens": GOLDENS, **wanted})
    return [cell.id for cell in plan.cells if cell.variation]


def test_without_a_level_nothing_is_varied():
    assert varied() == []


def test_a_quick_run_has_each_scenario_once_and_each_list_of_requests_once_for_each_caller():
    """Claim: read back or not, but once; what makes the same request is asked as a stranger once; no balance is varied."""
    counted = Counter(cell.partition("~")[2] for cell in varied(vary="quick"))
    assert counted["distinct"] + counted["read"] == 3
    assert (counted["stranger"], counted["intruder"], counted["nobody"]) == (1, 1, 1)
    assert set(counted) == {"distinct", "read", "stranger", "intruder", "nobody"} & set(counted)


def test_what_is_read_back_is_not_where_results_are_not_stored():
    assert not [cell for cell in varied(vary="all", tier="inprocess") if cell.endswith("~read")]
    assert [cell for cell in varied(vary="all", tier="docker") if cell.endswith("~read")]


def test_time_matters_most_where_something_is_due_and_not_where_the_clock_cannot_be_set():
    due = scenario("shop/due", ASK, paths=(Path.MANUAL, Path.SCHEDULED, Path.DIRECT))
    plan = plans.make({**FOUND, "shop/due": due}, vary="all")
    assert "shop/due@scheduled~month_end" in [cell.id for cell in plan.cells]
    assert not [cell for cell in varied(vary="all", jumps=False) if cell.endswith("~month_end")]


def test_a_setting_that_shows_on_the_schedule_is_driven_at_the_months_end_too():
    due = scenario("shop/due", ASK, paths=(Path.MANUAL, Path.SCHEDULED))
    shown = {"plan.every=month": ("shop/due@manual", "shop/due@scheduled"), "plan.open=false": ("shop/due@manual",)}
    plan = plans.make({"shop/due": due}, vary="all", shown=shown)
    assert [cell.id for cell in plan.cells if "+" in cell.id] == ["shop/due@scheduled~month_end+plan.every=month"]


def test_a_crowd_is_asked_once_for_each_list_of_requests_by_hand():
    """Claim: what takes all that there is would take a crowd."""
    assert [cell for cell in varied(vary="all") if cell.endswith("~crowd")] in (
        ["shop/paid@manual~crowd"],
        ["shop/free@manual~crowd"],
    )


def test_a_quick_run_waits_for_no_time_out_twice():
    slow = replace(FOUND["shop/paid"], faults=(Fault(kind="stall", match="openai POST /v1/chat/completions"),))
    found = {"shop/paid": slow}
    worlds = [[cell.variation for cell in plans.make(found, vary=level).cells] for level in ("quick", "all")]
    assert not {"distinct", "read"} & set(worlds[0])
    assert {"distinct", "read"} <= set(worlds[1])


def test_each_modules_clients_of_each_provider_meet_a_certificate_that_nobody_trusts():
    """Claim: one cell each, where a provider is asked and nothing else goes wrong."""
    taped = replace(FOUND["shop/paid"], tape=("openai/shop/paid",))
    found = {
        "shop/paid": taped,
        "shop/again": replace(taped, id="shop/again"),
        "shop/drawn": replace(taped, id="shop/drawn", tape=("openai/shop/paid", "runware/shop/drawn")),
        "desk/paid": replace(taped, id="desk/paid"),
        "desk/faulty": replace(
            taped, id="desk/faulty", tape=("runware/x",), faults=(Fault(kind="http_500", match="*"),)
        ),
        "shop/free": FOUND["shop/free"],
    }
    cells = [cell.id for cell in plans.make(found, vary="quick").cells if cell.id.endswith("~untrusted")]
    assert sorted(cell.partition("@")[0] for cell in cells) == ["desk/paid", "shop/drawn", "shop/paid"]


def test_nobody_writes_meanwhile_where_no_provider_is_asked_or_something_goes_wrong():
    taped = replace(FOUND["shop/paid"], tape=("shop/paid",))
    faulty = replace(
        taped, id="shop/faulty", faults=(Fault(kind="http_500", match="openai POST /v1/chat/completions"),)
    )
    found = {"shop/paid": taped, "shop/faulty": faulty, "shop/free": FOUND["shop/free"]}
    cells = [cell.id for cell in plans.make(found, vary="all").cells if cell.id.endswith("~meanwhile")]
    assert [cell.partition("@")[0] for cell in cells] == ["shop/paid"]


def test_nobody_intrudes_where_nobody_is_asked_who_they_are():
    """Claim: a task or a call has no caller."""
    call = Do(operation="work", by={Path.DIRECT: Action(call="work()"), Path.MANUAL: ASK.by[Path.MANUAL]})
    found = {"shop/both": scenario("shop/both", call)}
    plan = plans.make(found, vary="all")
    assert [cell.id for cell in plan.cells if cell.id.endswith("~intruder")] == ["shop/both@manual~intruder"]


def test_a_whole_run_has_every_world_where_it_can_be():
    """Claim: numbers on every path; a balance only where something is charged; what waits for something is left as it is."""
    cells = varied(vary="all", shown={"cost.unit=0": ("shop/paid@direct",), "gone.at=1": ("shop/gone@manual",)})
    assert len(cells) == len(set(cells))
    assert sorted(cell for cell in cells if cell.endswith("~distinct")) == sorted(
        f"{name}@{path}~distinct" for name in FOUND for path in ("manual", "direct")
    )
    assert [cell.partition("@")[0] for cell in cells if cell.endswith("~short")] == ["shop/paid"]
    assert not any(cell.startswith("shop/race") and cell.endswith(("~exact", "~unusable", "~nobody")) for cell in cells)
    assert [cell for cell in cells if "=" in cell] == ["shop/paid@direct~cost.unit=0"]


def test_the_balance_is_what_the_golden_says_it_costs():
    plan = plans.make(FOUND, goldens=GOLDENS, only=["shop/paid@manual~exact", "shop/paid@manual~short"])
    assert [dict(cell.opening) for cell in plan.cells] == [{"account": 20}, {"account": 19}]


@pytest.mark.parametrize(
    ("opening", "closing", "short"),
    [("10.00", "9.75", "0.24"), ("10", "8.50", "0.50"), ("1.00", "0.9995", "0.0004"), ("10", "9", "0")],
)
def test_what_costs_less_than_a_credit_lacks_the_least_part_of_one(opening: str, closing: str, short: str):
    """Claim: no balance is laid that is below nothing, and none that would still do."""
    goldens = {"shop/paid": golden("shop/paid", Decimal(closing), Decimal(opening))}
    plan = plans.make(FOUND, goldens=goldens, only=["shop/paid@manual~short"])
    assert dict(plan.cells[0].opening) == {"account": Decimal(short)}


def test_a_pattern_chooses_of_the_worlds_that_a_run_drives_and_an_id_of_all():
    """Claim: of those that make the same request one is asked as a stranger, also by a pattern; whoever names another gets it."""
    assert varied(only=["*~nobody"]) == [cell for cell in varied(vary="all") if cell.endswith("~nobody")]
    assert len(varied(only=["*~nobody"])) == 1
    assert varied(only=["shop/free@manual~nobody"]) == ["shop/free@manual~nobody"]
    with pytest.raises(HarnessError) as none:
        varied(only=["shop/*~nobdy"])
    assert none.value.code == "plan-empty"
    assert "stranger, intruder, nobody" in none.value.hint


def test_a_varied_cell_is_chosen_by_its_own_id_and_never_by_that_of_the_plain_one():
    assert varied(only=["shop/paid@manual"], vary="all") == []
    assert varied(only=["shop/paid@manual~distinct"]) == ["shop/paid@manual~distinct"]
    assert {cell.partition("@")[0] for cell in varied(only=["shop/free"], vary="quick")} == {"shop/free"}
    assert plans.make(FOUND, goldens=GOLDENS, vary="quick").whole, "worlds are beside the plan"


def test_the_path_of_a_scenario_does_not_depend_on_what_else_there_is():
    alone = plans.make({"shop/paid": FOUND["shop/paid"]}, vary="quick")
    own = [cell.id for cell in alone.cells if cell.variation in ("distinct", "read")]
    assert own == [
        cell for cell in varied(vary="quick") if cell.startswith("shop/paid") and cell.endswith(("~distinct", "~read"))
    ]


def test_names_of_variations():
    assert named("distinct") is VARIATIONS["distinct"]
    assert named("site.is_active=false").edit is not None
    both = named("month_end+site.plan=a+b")
    assert (both.at, both.edit.name, both.name) == (named("month_end").at, "site.plan=a+b", "month_end+site.plan=a+b")
    with pytest.raises(HarnessError) as wrong:
        named("distinkt")
    assert (wrong.value.code, "distinct" in wrong.value.hint) == ("variation-unknown", True)


def test_a_pattern_chooses_cells_with_their_worlds_and_a_whole_id_the_cell_alone():
    """Claim: whichever part of a cell's id the pattern leaves open."""
    own = [cell for cell in varied(vary="all") if cell.startswith("shop/paid@manual~")]
    assert len(own) > 3
    for pattern in ("shop/paid@man*", "*/paid@manual"):
        assert [cell for cell in varied(vary="all", only=[pattern]) if "@manual" in cell] == own
    assert set(varied(vary="all", only=["shop/paid@*"])) == {*varied(vary="all", only=["shop/paid"])}
    assert varied(vary="all", only=["shop/paid@manual"]) == []


def test_rows_are_held_where_a_balance_moves_and_nobody_else_holds_one():
    """Claim: not where the scenario shows a race itself, and not in this process."""
    held = [cell for cell in varied(vary="all") if cell.endswith("~contended")]
    assert [cell.partition("@")[0] for cell in held] == ["shop/paid"]
    assert not [cell for cell in varied(vary="all", tier="inprocess") if cell.endswith("~contended")]


def test_a_setting_that_shows_beside_others_is_driven_there_and_at_no_month_end():
    shown = {"distinct+parcel.open=false": ("shop/paid@manual",)}
    assert [cell for cell in varied(vary="all", shown=shown) if "=" in cell] == [
        "shop/paid@manual~distinct+parcel.open=false"
    ]


def test_a_form_at_the_same_address_is_another_request():
    """Claim: a view reads it elsewhere, so who may is asked for each of the two."""
    page = Do(operation="work", by={Path.MANUAL: post("/parcels/", data={"name": "x"})})
    found = {
        one.id: one for one in (scenario("shop/paid", ASK), scenario("shop/page", page), scenario("shop/again", page))
    }
    plan = plans.make(found, vary="quick", goldens={})
    strangers = [cell.scenario.id for cell in plan.cells if cell.variation == "stranger"]
    assert strangers == ["shop/paid", "shop/page"]
