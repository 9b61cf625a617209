"""Whose work a scenario is."""

from __future__ import annotations

from dataclasses import replace

from harness.core.action import post, step
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


def test_a_person_is_of_an_account_by_a_row_between():
    """Claim: where the actor's row leads nowhere, a membership that points at it does; a row that is named comes first."""
    rows = (
        Row(name="anna", model="auth.User"),
        Row(name="club", kind="account"),
        Row(name="member", model="app.Membership", values={"person": Ref("anna"), "place": Ref("club")}),
        Row(name="choir", kind="account"),
        Row(name="other", model="app.Membership", values={"person": Ref("ben"), "place": Ref("choir")}),
    )
    given = Given(rows=rows, actor="anna")
    ask = Scenario(id="a/b", title="x", given=given, when=(), paths=(Path.MANUAL,))
    assert actors_of(empty_cell(), ask, TARGET) == {"club"}
    named = replace(ask, when=(step(post("/"), place=Ref("choir")),))
    assert actors_of(empty_cell(), named, TARGET) == {"choir"}
