"""Whose work a scenario is."""

from __future__ import annotations

from dataclasses import replace

from harness.core.action import call, post, step, task
from harness.core.scenario import Given, Path, Ref, Row, Scenario, Webhook
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


CLUB_AND_CHOIR = (
    Row(name="club", kind="account"),
    Row(name="anna", model="auth.User", values={"of": Ref("club")}),
    Row(name="choir", kind="account"),
    Row(name="bea", model="auth.User", values={"of": Ref("choir")}),
)
PEOPLE = {"anna": {"kind": "user", "id": 1}, "bea": {"kind": "user", "id": 2}, "club": {"kind": "account", "id": 1}}


def asked_by_anna(*when, **row):
    rows = (*CLUB_AND_CHOIR, *([Row(name="due", kind="schedule", **row)] if row else ()))
    given = Given(rows=rows, actor="anna")
    return Scenario(id="a/b", title="x", given=given, when=when, paths=(Path.MANUAL,))


def test_where_a_stranger_asks_it_is_their_account_that_may_change():
    """Claim: the stranger's account is the actor, not the one whose rows the request names; what comes by itself is as ever."""
    ask = asked_by_anna(step(post("/"), place=Ref("club")))
    cell = replace(empty_cell(), refs=PEOPLE)
    assert actors_of(cell, ask, TARGET) == {"club"}
    stranger = replace(cell, variation="stranger")
    assert actors_of(stranger, ask, TARGET) == {"choir"}
    paid = asked_by_anna(*ask.steps, Webhook(url="/paid", body={"for": Ref("club")}, secret="s"))
    assert actors_of(stranger, paid, TARGET) == {"choir", "club"}


def test_where_nobody_asks_nobody_is_an_actor():
    ask = asked_by_anna(step(post("/"), place=Ref("club")))
    assert actors_of(replace(empty_cell(), refs=PEOPLE, variation="nobody"), ask, TARGET) == frozenset()


def test_what_is_done_for_everybody_is_done_for_a_twin_too():
    """Claim: a step that names nobody makes the actor's twin one; a step that names somebody does not, nor one where a row says who."""
    both = {"club": (1, 1), "choir": (1, 1), "twin-club": (1, 1)}
    cell = replace(empty_cell(), refs=PEOPLE, accounts=both, variation="distinct")
    monthly = call("everybody()")
    assert actors_of(cell, asked_by_anna(step(monthly)), TARGET) == {"club", "twin-club"}
    assert actors_of(cell, asked_by_anna(step(monthly, place=Ref("club"))), TARGET) == {"club"}
    assert actors_of(cell, asked_by_anna(step(post("/"))), TARGET) == {"club"}
    assert actors_of(cell, asked_by_anna(step(monthly), asks=True), TARGET) == {"club"}


def test_a_task_or_a_call_works_for_the_rows_that_it_names():
    """Claim: `$name` in a task's arguments or a call's code names a row, as a Ref does; then a twin is nobody that it works for."""
    rows = (Row(name="club", kind="account"), Row(name="big-room", model="app.Room", values={"of": Ref("club")}))
    given = Given(rows=rows, actor="")
    cell = replace(empty_cell(), path="direct", accounts={"club": (9, 8), "twin-club": (9, 9)})
    for action in (task("app.greet", kwargs={"ids": ["$big_room"]}), call("greet($big_room)")):
        one = Scenario(id="a/b", title="x", given=given, when=(step(action),), paths=(Path.DIRECT,))
        assert actors_of(cell, one, TARGET) == {"club"}
    nobody = Scenario(id="a/b", title="x", given=given, when=(step(task("app.greet")),), paths=(Path.DIRECT,))
    assert actors_of(cell, nobody, TARGET) == set()
