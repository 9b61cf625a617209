"""What an intruder asks for: within what is theirs, for what is another's."""

from __future__ import annotations

from harness.cell.intruder import asks_by_requests, own, reads, within
from harness.core.action import Action
from harness.core.history import Read
from harness.core.scenario import Do, Given, Path, Ref, Row, Scenario

ROWS = (
    Row(name="account", kind="account"),
    Row(name="site", kind="site", values={"account_id": Ref("account")}),
    Row(name="word-1", kind="word", values={"site_id": Ref("site")}),
    Row(name="word-2", kind="word", values={"site_id": Ref("site")}),
    Row(name="user", kind="user", values={"account_id": Ref("account")}),
)
REFS = {
    **{row.name: {"kind": row.kind, "id": n} for n, row in enumerate(ROWS, 1)},
    **{f"twin-{row.name}": {"kind": row.kind, "id": -n} for n, row in enumerate(ROWS, 1)},
}


def asked(url: str, body=None, **args) -> dict[str, int]:
    """Of each own row which key a request names."""
    request = {"method": "POST", "url": url, **({"body": body} if body is not None else {})}
    scenario = Scenario(
        id="a/b", title="b", given=Given(rows=ROWS), when=(Do(operation="work", args=args, by={Path.MANUAL: Action(request=request)}),),
        paths=(Path.MANUAL,),
    )  # fmt: skip
    known = within(scenario, Path.MANUAL, REFS, "account")
    return {row.name: known[row.name]["id"] for row in ROWS}


def test_what_holds_another_row_of_the_request_is_the_twins_and_what_is_held_is_anothers():
    """Claim: by a path, by a body, by arguments; over any number of rows between."""
    assert asked("/accounts/$account/words/$word_1/") == {"account": -1, "site": 2, "word-1": 3, "word-2": 4, "user": 5}
    assert asked("/words/", {"site_id": "$site", "ids": ["$word_1", "$word_2"]})["site"] == -2
    assert asked("/words/", {"site_id": Ref("site"), "ids": [Ref("word-1")]}) == {
        "account": 1, "site": -2, "word-1": 3, "word-2": 4, "user": 5,
    }  # fmt: skip
    assert asked("/words/$first/", {"site": "$site"}, first=Ref("word-1"))["site"] == -2


def test_what_holds_nothing_that_is_asked_for_is_anothers_but_an_account_is_always_ones_own():
    assert asked("/sites/$site/")["site"] == 2
    assert asked("/words/", {"ids": ["$word_1", "$word_2"]}) == {
        "account": 1,
        "site": 2,
        "word-1": 3,
        "word-2": 4,
        "user": 5,
    }
    assert asked("/accounts/$account/")["account"] == -1


def test_the_rows_of_the_twin_are_told_apart():
    assert {ref["id"] for ref in own(REFS).values()} == {-1, -2, -3, -4, -5}


def test_only_routes_that_name_a_row_are_read():
    found = [
        Read(caller="owner", path=path, status=200, response=None)
        for path in ("/jobs/", "/config/?account_id=1", "/jobs/3/")
    ]
    assert reads(["/jobs/", "/jobs/{job}/", "/config/"], found) == ["/jobs/{job}/", "/config/"]


def test_only_requests_are_asked_by_somebody():
    def scenario(**ways) -> Scenario:
        step = Do(operation="work", by={Path.MANUAL: Action(**ways)})
        return Scenario(id="a/b", title="b", given=Given(rows=()), when=(step,), paths=(Path.MANUAL,))

    assert asks_by_requests(scenario(request={"method": "GET", "url": "/"}), Path.MANUAL)
    assert not asks_by_requests(scenario(call="work()"), Path.MANUAL)
    assert not asks_by_requests(scenario(task={"name": "work"}), Path.MANUAL)
