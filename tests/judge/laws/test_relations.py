"""Laws 17, 18 and 19: what the charges of a run have to do with each other, seen breaking in histories that were edited."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from harness.core.finding import Finding
from harness.core.history import RowChange
from harness.core.ledger import Part
from harness.core.rates import RateCard, Rule
from harness.core.scenario import Change, Given, Row
from harness.core.verdict import Status
from tests.judge.checking import run_verdicts
from tests.judge.laws.breaking import first_log
from tests.judge.ledgers import GIVEN, RATES, SCENARIO, TARGET, lawful_images, lawful_text, text_call

SMALL, BIG = (410, 655), (820, 1310)
LAWS = ("law-17", "law-18", "law-19")
UNPRICED = RateCard(missing=True)
BY_TOKENS = replace(
    RATES, rules=(Rule(operation="content_generation", kind="rates", credits_per_1m={"input": Decimal(9000), "output": Decimal(11000)}),)
)  # fmt: skip


def law(name, cells, **facts):
    (found,) = run_verdicts(cells, name, **{"rates": RATES, **facts})
    return found


def at(cell, path, world=""):
    return replace(cell, path=path, variation=world, cell=f"{cell.scenario}@{path}{'~' * bool(world)}{world}")


def charging(cell, credits):
    return first_log(cell, credits=credits)


def given(**changes):
    return {"scenarios": {SCENARIO.id: replace(SCENARIO, given=replace(GIVEN, **changes))}}


def test_lawful_charges_keep_all_three():
    """Claim: charges, images and works in parts of an honest backend are compared, and nothing is told."""
    cells = [lawful_text((SMALL, SMALL)), at(lawful_text((BIG,)), "automation"), at(lawful_images(4), "scheduled"), at(lawful_images(2), "direct")]  # fmt: skip
    for name in LAWS:
        found = law(name, cells)
        assert found.status is Status.PASS, found.evidence
        assert not found.evidence[0].startswith("0 ")


def test_equal_use_costs_the_same_on_each_path():
    """Claim: law 17 names both cells, what was used, and by how much they differ."""
    found = law("law-17", [lawful_text(), charging(at(lawful_text(), "automation"), 23)])
    assert (found.status, found.code, found.credits_delta) == (Status.FAIL, "price-unequal", 1)
    assert found.evidence == (
        "content_generation: 23 credits in writer/generate_content@automation, charge 1, 22 for the same in "
        "writer/generate_content@manual, charge 1 (+1): 1 unit(s), tokens 820 input, 1310 output, of gpt-5.1",
    )


def test_equal_use_costs_the_same_whichever_comes_first():
    """Claim: the second article of a cell costs what the first one does."""
    both = lawful_text((BIG, BIG))
    dearer = replace(both, usage=(both.usage[0], replace(both.usage[1], credits=24)))
    assert law("law-17", [both]).status is Status.PASS
    assert "charge 2, 22 for the same" in law("law-17", [dearer]).evidence[0]


def test_a_varied_world_of_the_same_prices_is_held_to_the_given_one():
    """Claim: in a crowd, where no rate card is asked, a charge costs what it costs without; where all numbers are others, it is held to its own cell alone."""
    dearer = charging(lawful_text(), 40)
    assert law("law-17", [lawful_text(), at(dearer, "manual", "crowd")]).status is Status.FAIL
    assert law("law-17", [lawful_text(), at(dearer, "manual", "distinct")]).status is Status.NOT_ASKED
    own = at(lawful_text((BIG, BIG)), "manual", "distinct")
    assert law("law-17", [replace(own, usage=(own.usage[0], replace(own.usage[1], credits=9)))]).status is Status.FAIL


@pytest.mark.parametrize("world", ["meanwhile", "contended"])
def test_where_prices_change_in_the_middle_nothing_is_compared(world):
    """Claim: a charge before and one after somebody set another price are both right."""
    cell = at(lawful_text((BIG, BIG)), "manual", world)
    assert law("law-17", [replace(cell, usage=(cell.usage[0], replace(cell.usage[1], credits=9)))]).status is Status.NOT_ASKED  # fmt: skip


def test_more_is_never_cheaper():
    """Claim: law 18 tells the charge of more tokens that costs less, and none where one kind is more and another less."""
    more = charging(at(lawful_text(((821, 1310),)), "automation"), 21)
    found = law("law-18", [lawful_text(), more])
    assert (found.status, found.code, found.credits_delta) == (Status.FAIL, "price-falls", -1)
    assert found.evidence[0].startswith(
        "content_generation: 21 credits in writer/generate_content@automation, charge 1, 22 for less in writer/generate_content@manual"
    )
    other = charging(at(lawful_text(((900, 1200),)), "automation"), 2)
    assert law("law-18", [lawful_text(), other]).status is Status.NOT_ASKED


def test_more_of_what_is_cheap_is_not_held_to_less_of_it():
    """Claim: cached tokens are a part of those that came in: more of them alone is no more use."""
    cached = first_log(at(lawful_text(), "automation"), tokens={"cached": 400}, credits=18)
    assert law("law-18", [lawful_text(), cached]).status is Status.NOT_ASKED


def test_parts_cost_the_whole():
    """Claim: four images cost what twice two do, to the credit; text within what rounding may come to."""
    found = law("law-19", [lawful_images(2), charging(at(lawful_images(4), "automation"), 5)])
    assert (found.status, found.code, found.credits_delta) == (Status.FAIL, "price-parts", 1)
    assert "5 credits in writer/generate_content@automation, charge 1, in parts 4 (+1): 2 (" in found.evidence[0]
    assert law("law-19", [lawful_images(2), charging(at(lawful_images(4), "automation"), 3)]).credits_delta == -1
    halves, whole = lawful_text((SMALL, SMALL)), at(lawful_text((BIG,)), "automation")
    for credits, status in ((22, Status.PASS), (21, Status.PASS), (20, Status.FAIL), (23, Status.FAIL)):
        assert law("law-19", [halves, charging(whole, credits)]).status is status


def test_parts_at_the_least_amount_may_cost_more():
    """Claim: three articles of next to nothing cost the least amount each; the whole of them may cost that once."""
    tiny = lawful_text(((10, 5), (10, 5), (10, 5)))
    assert law("law-19", [tiny, at(lawful_text(((30, 15),)), "automation")]).status is Status.PASS


def test_declared_rounding_is_what_parts_may_differ_by():
    """Claim: by rates that are rounded half up, each part may come to a step less than it should."""
    rounded = replace(BY_TOKENS, rules=(replace(BY_TOKENS.rules[0], rounding="half up"),))
    halves, whole = lawful_text((SMALL, SMALL)), charging(at(lawful_text((BIG,)), "automation"), 23)
    assert law("law-19", [halves, whole], rates=BY_TOKENS).status is Status.FAIL
    assert law("law-19", [halves, whole], rates=rounded).status is Status.PASS


def test_without_a_rate_card_tokens_alone_are_compared():
    """Claim: with nobody's word on prices, text is held to text; images, whose size and quality nobody tells, to nothing; and no parts to a whole."""
    cells = [lawful_text(), charging(at(lawful_text(), "automation"), 23)]
    assert law("law-17", cells, rates=UNPRICED).status is Status.FAIL
    images = [lawful_images(), charging(at(lawful_images(), "automation"), 40)]
    assert law("law-17", images, rates=UNPRICED).status is Status.NOT_ASKED
    assert law("law-19", cells, rates=UNPRICED).evidence == ("not asked: no rate card",)


def test_a_price_that_is_known_to_be_wrong_is_held_to_none():
    """Claim: law 6 says whether it is wrong as the finding says; that much was left out is told. At a phase that ends the finding it is compared."""
    said = Finding(
        id="f",
        title="",
        laws={"law-6": ("*",)},
        scenarios=("writer/generate_content@automation",),
        evidence="",
        ends_at_phase=3,
    )
    cells = [lawful_text((BIG, BIG)), charging(at(lawful_text(), "automation"), 23)]
    found = law("law-17", cells, findings={"f": said})
    assert found.evidence == ("1 charges of equal use; 1 left out: a finding says that they are priced wrong",)
    assert law("law-17", cells, findings={"f": said}, phase=3).status is Status.FAIL
    for laws in ({"law-5": ("*",)}, {"law-6": ("image_generation: *",)}):
        assert law("law-17", cells, findings={"f": replace(said, laws=laws)}).status is Status.FAIL


def test_another_configuration_is_another_price():
    """Claim: other given prices, another plan of the account, a setting that changes in the cell: no two such charges are compared."""
    other = replace(SCENARIO, id="writer/other", given=replace(GIVEN, changes=(Change(kind="credit_cost", where={"operation_type": "content_generation"}, values={"tokens_per_credit": 50}),)))  # fmt: skip
    two = {"scenarios": {SCENARIO.id: SCENARIO, other.id: other}}
    cells = [lawful_text(), replace(charging(lawful_text(), 43), scenario=other.id, cell=f"{other.id}@manual")]
    for rates in (RATES, UNPRICED):
        assert law("law-17", cells, rates=rates, **two).status is Status.NOT_ASKED
        assert law("law-17", cells, rates=rates, scenarios={SCENARIO.id: SCENARIO, other.id: SCENARIO}).status is Status.FAIL  # fmt: skip
    rich = replace(SCENARIO, id=other.id, given=Given(rows=(Row(kind="account", name="account", values={"credits": 7, "plan": "pro"}),)))  # fmt: skip
    assert law("law-17", cells, rates=UNPRICED, scenarios={SCENARIO.id: SCENARIO, rich.id: rich}).status is Status.NOT_ASKED  # fmt: skip
    moved = RowChange(kind="setting", op="update", id=1, before={"markup": 1}, after={"markup": 2})
    changing = replace(charging(at(lawful_text(), "automation"), 43), rows=(moved,))
    assert law("law-17", [lawful_text(), changing], rates=UNPRICED).status is Status.NOT_ASKED


def test_a_ledger_that_counts_no_tokens_is_held_to_the_provider_s_count():
    """Claim: the only charge of a cell used what the provider says; two charges of one cell, nobody can tell apart."""
    usage = {word: column for word, column in TARGET.ledger.usage.columns.items() if not word.startswith("tokens")}
    ledger = replace(TARGET.ledger, usage=Part(kind="usage_log", columns=usage))
    target = {"target": replace(TARGET, ledger=ledger)}
    blind = [first_log(cell, tokens_in=None, tokens_out=None) for cell in (lawful_text(), charging(at(lawful_text(), "automation"), 23))]  # fmt: skip
    assert law("law-17", blind, **target).status is Status.FAIL
    twice = [replace(cell, calls=(*cell.calls, text_call(2, 1, 1))) for cell in blind[1:]]
    assert law("law-17", [blind[0], *twice], **target).status is Status.NOT_ASKED


def test_a_run_with_nothing_to_compare_says_so():
    """Claim: no law over a run passes for want of cells."""
    for name in ("law-12", "law-13", *LAWS):
        found = law(name, [])
        assert found.status is Status.NOT_ASKED
        assert found.evidence[0].startswith("not asked: no ")
