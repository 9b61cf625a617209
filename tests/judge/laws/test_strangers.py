"""Law 16: what others are told holds nothing that is the actor's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.history import Read, RowChange
from harness.core.scenario import Given, Ref, Row
from harness.core.verdict import Status
from harness.judge.checks import IN_ANY_WORLD
from harness.judge.context import Context
from harness.judge.laws.strangers import nothing_of_others_is_told
from tests.judge.ledgers import RATES, SCENARIO, TARGET, lawful_text

GIVEN = Given(
    actor="user",
    rows=(
        Row(name="account", kind="account", values={"name": "A bakery by the sea"}),
        Row(name="user", kind="user", values={"account_id": Ref("account"), "email": "ann@bakery.example"}),
        Row(
            name="site",
            kind="site",
            values={
                "account_id": Ref("account"),
                "name": "Sourdough at home",
                "state": "published",
                "lang": "the same",
            },
        ),
        Row(name="other", kind="account", values={"name": "A rowing club"}),
        Row(
            name="stranger",
            kind="user",
            values={"account_id": Ref("other"), "email": "bob@rowing.example", "lang": "the same"},
        ),
    ),
)
ARTICLE = RowChange(
    kind="content", op="insert", id=9, before=None,
    after={"account_id": 1, "title": "A short one", "body": "How a starter is kept alive over a summer holiday without anybody who feeds it twice a day"},
)  # fmt: skip
OF_OTHERS = replace(ARTICLE, id=10, after={**ARTICLE.after, "account_id": 2})


def told(caller: str, response, *rows: RowChange):
    refs = {row.name: {"kind": row.kind, "id": n} for n, row in enumerate(GIVEN.rows, 1)} | {
        "other": {"kind": "account", "id": 2},
        "twin-site": {"kind": "site", "id": -3},
    }
    cell = replace(
        lawful_text(), variation="read", refs=refs, rows=rows, accounts={"account": (5, 5), "other": (5, 5)},
        reads=(Read(caller=caller, path="/sites/3/", status=200, response=response),),
    )  # fmt: skip
    target = replace(TARGET, ledger=replace(TARGET.ledger, accounts="account"))
    context = Context(
        scenario=replace(SCENARIO, given=GIVEN), golden=None, target=target, rates=RATES, phase=0, path="manual"
    )
    return nothing_of_others_is_told(cell, context)


@pytest.mark.parametrize(
    ("response", "where"),
    [
        ({"results": [{"name": "Sourdough at home"}]}, "site.name"),
        ({"owner": "ann@bakery.example"}, "user.email"),
        ("<li>A bakery by the sea</li>", "account.name"),
        ({"text": ARTICLE.after["body"]}, "a new content's body"),
    ],
)
def test_what_is_anothers_is_told_by_its_row(response, where: str):
    for caller in ("stranger", "nobody"):
        found = told(caller, response, ARTICLE)
        assert (found.status, found.code) == (Status.FAIL, "law-16")
        assert found.evidence[0].startswith(f"{caller} GET /sites/3/ => 200 holds {where}: ")


@pytest.mark.parametrize(
    "response",
    [
        {"results": [], "name": "A rowing club", "email": "bob@rowing.example"},
        {"state": "published"},
        {"lang": "the same"},
        {"error": "A short one"},
    ],
    ids=["their own", "a word of a set", "what both have", "a message like another"],
)
def test_what_anybody_may_have_is_nobodys(response):
    assert told("stranger", response, ARTICLE).status is Status.PASS


SEEN = "Feed the starter twice a day, and keep it where nobody who cleans the kitchen will ever find it"
JOB = RowChange(kind="job", op="insert", id="j-1", before=None, after={"site_id": 3, "output": SEEN})
STEP = RowChange(
    kind="step", op="insert", id="s-1", before=None, after={"of": "j-1", "said": f"{SEEN}, twice"}, links={"of": "job"}
)
TWINS = replace(JOB, id="j-2", after={"site_id": -3, "output": SEEN})


def test_a_row_that_came_is_the_actors_by_what_it_refers_to():
    """Claim: no column has to name the account: by its site, and by a row that came before it."""
    assert (
        told("stranger", {"output": SEEN}, JOB)
        .evidence[0]
        .startswith("stranger GET /sites/3/ => 200 holds a new job's output: ")
    )
    assert told("nobody", {"said": f"{SEEN}, twice"}, JOB, STEP).status is Status.FAIL
    stray = replace(JOB, after={"output": SEEN})
    assert told("stranger", {"output": SEEN}, stray).status is Status.PASS, "whose it is nobody knows"


def test_an_intruder_is_told_nothing_that_came_for_another():
    """Claim: what was given, their twin has too; what came did not come for the twin, unless it did."""
    assert told("intruder", {"output": SEEN}, JOB).code == "law-16"
    assert told("intruder", {"output": SEEN}, JOB, TWINS).status is Status.PASS


def test_what_came_for_somebody_else_is_not_the_actors():
    assert told("stranger", {"text": ARTICLE.after["body"]}, OF_OTHERS).status is Status.PASS


def test_its_owner_reads_it_and_an_intruders_twin_has_the_same():
    for caller in ("owner", "intruder"):
        assert told(caller, {"name": "Sourdough at home"}).status is Status.PASS
    assert "law-16" in IN_ANY_WORLD
