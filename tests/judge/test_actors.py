"""Whose work a scenario is."""

from __future__ import annotations

from harness.core.scenario import Given, Path, Ref, Row, Scenario
from harness.judge.actors import actors_of
from harness.judge.facts import Target
from tests.judge.ledgers import TARGET, empty_cell


def test_an_account_that_the_target_made_is_one():
    """Claim: a row by model or factory counts as an account where it turned out to be one, and no other row does."""
    rows = (
        Row(model="billing.Account", name="account"),
        Row(factory="tests.factories:person", name="owner", values={"account": Ref("account")}),
    )
    given = Given(rows=rows, actor="owner")
    scenario = Scenario(id="a/b", title="", given=given, when=(), paths=(Path.MANUAL,))
    assert actors_of(empty_cell(), scenario, Target(tables={}, ledger=TARGET.ledger)) == {"account"}
