"""Which cells a setting is tried in, in which of them it shows, and what is told of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from harness.backend.edits import of_models
from harness.core.config import Table
from harness.core.errors import HarnessError
from harness.core.golden import Golden, Outcome
from harness.core.ledger import Ledger, Part
from harness.core.look.django import Field, ForeignKey, Model
from harness.core.scenario import Fault, Given, Path, Row, Scenario
from harness.core.variation import BESIDE, Edit, named
from harness.jobs.vary import judge, tried
from harness.jobs.vary import report as shown
from harness.jobs.vary.values import Varied
from harness.store import learnt


def field(name: str, kind: str, **more) -> Field:
    usual = {
        "name": name, "column": name, "kind": f"django.{kind}", "internal_type": kind, "db_type": "", "null": False, "blank": False, "primary_key": False,
        "unique": False, "default": "", "db_default": False, "generated": False, "auto_now": False, "auto_now_add": False, "choices": (),
        "max_length": None, "max_digits": None, "decimal_places": None,
    }  # fmt: skip
    return Field(**{**usual, **more})


MODEL = Model(
    label="shop.Parcel", module="shop.models", own=True, database="default", schema="", table="parcels", managed=True, proxy=False, auto_created=False,
    primary_key=("id",), unique=(), many_to_many={}, ordering=(),
    fields=(
        field("id", "BigAutoField", primary_key=True),
        field("owner_id", "ForeignKey", null=True),
        field("open", "BooleanField"),
        field("state", "CharField", choices=("new", "sent away", "sent")),
        field("weight", "PositiveIntegerField", null=True),
        field("price", "DecimalField"),
        field("note", "TextField", blank=True),
        field("title", "CharField"),
        field("number", "CharField", unique=True, blank=True),
        field("due", "DateTimeField"),
        field("made", "DateTimeField", auto_now_add=True),
    ),
    foreign_keys=(ForeignKey(columns=("owner_id",), to_schema="", to_table="owners", to_columns=("id",), on_delete="CASCADE", constraint=True),),
)  # fmt: skip
TABLES = {"parcel": Table(kind="parcel", table="parcels"), "entry": Table(kind="entry", table="entries")}
LEDGER = Ledger(movements=Part(kind="entry"))


def test_what_a_model_allows_is_tried_and_what_tells_rows_apart_is_not():
    """Claim: flags both ways, each choice that is a word, zero and one, nothing where nothing may be; no key, no unique, no own time."""
    assert [edit.name.removeprefix("parcel.") for edit in of_models([MODEL], TABLES, LEDGER)] == [
        "owner_id=null", "open=true", "open=false", "state=new", "state=sent", "weight=null", "weight=0", "weight=1", "price=0", "note=empty", "due=past",
    ]  # fmt: skip
    history = Ledger(movements=Part(kind="parcel"))
    assert of_models([MODEL], TABLES, history) == (), "rows of the ledger are history"
    queried = Ledger(usage=Part(kind="usage", sql="SELECT id, price FROM parcels WHERE price > 0"))
    assert of_models([MODEL], TABLES, queried) == (), "and those that a query of it reads"
    assert of_models([MODEL], TABLES, replace(queried, accounts="parcel")) != (), (
        "but an account is none, whoever reads it"
    )
    assert of_models([replace(MODEL, table="others")], TABLES, LEDGER) == (), "a table that nobody watches"


def scenario(name: str, *kinds: str, **more) -> Scenario:
    rows = tuple(Row(kind=kind, name=f"{kind}{n}") for n, kind in enumerate(kinds))
    return Scenario(id=name, title=name, given=Given(rows=rows), when=(), **{"paths": (Path.MANUAL,), **more})


def golden(name: str, *rows: str, calls: int = 1) -> Golden:
    outcome = Outcome(balance={"account": {"opening": 9, "closing": 5}}, rows=rows, calls={"openai POST /v1": calls})
    return Golden(scenario=name, why="a reason", outcome=outcome)


def test_a_setting_is_tried_where_its_rows_are_and_one_that_all_have_everywhere():
    found = {
        one.id: one
        for one in (
            scenario("shop/send", "account", "parcel"),
            scenario("shop/buy", "account"),
            scenario("shop/fail", "account", "parcel", faults=(Fault(kind="http_500", match="*"),)),
            scenario("shop/long", "account", "parcel"),
        )
    }
    goldens = {name: golden(name, f"{name} +1", calls=9 if name == "shop/long" else 1) for name in found}
    edits = [
        Edit(kind="parcel", column="open", to="false"),
        Edit(kind="account", column="name", to="empty"),
        Edit(kind="price", column="x", to="0"),
    ]
    cells = [(cell.variation.partition(".")[0], cell.scenario.id) for cell in tried.tried(found, goldens, edits)]
    assert sorted(cells) == sorted([
        ("parcel", "shop/send"), ("account", "shop/send"), ("account", "shop/buy"), ("price", "shop/send"), ("price", "shop/buy"),
    ])  # fmt: skip


def test_a_setting_shows_where_the_surface_is_another_and_the_cheapest_of_each_kind_are_kept():
    """Claim: a cell that is as it was shows nothing; of cells that tell the same kinds of things the fastest is kept, three at most."""
    open_ = Edit(kind="parcel", column="open", to="false")
    idle = Edit(kind="parcel", column="note", to="empty")
    plain = {f"shop/{n}@manual": ("http POST /x/ => 200",) for n in "abcdef"}
    changed = {
        f"shop/{n}@manual~{open_.name}": ("http POST /x/ => 404", *(f"log web ERROR {m}" for m in more))
        for n, more in zip("abcdef", ("", "", "1", "2", "3", "4"), strict=True)
    }
    same = {f"shop/{n}@manual~{idle.name}": plain[f"shop/{n}@manual"] for n in "ab"}
    seconds = {name: 1.0 + n for n, name in enumerate(reversed(list(changed)))}
    found = judge.shown([open_.name, idle.name], {**plain, **changed, **same}, seconds)
    assert found == {open_.name: ("shop/d@manual", "shop/e@manual", "shop/f@manual"), idle.name: ()}


def test_what_shows_nowhere_is_compared_with_the_world_in_which_nothing_is_equal():
    """Claim: with that world without the setting, not with the given one."""
    name = f"{BESIDE}+parcel.open=false"
    surfaces = {
        "shop/a@manual": ("http POST /x/ => 200",),
        "shop/a@manual~distinct": ("http POST /x/ => 200 price=7",),
        f"shop/a@manual~{name}": ("http POST /x/ => 200 price=7",),
        "shop/b@manual~distinct": ("http POST /x/ => 200 price=9",),
        f"shop/b@manual~{name}": ("http POST /x/ => 200 price=8",),
    }
    assert judge.shown([name], surfaces, {}) == {name: ("shop/b@manual",)}


def test_a_setting_that_shows_in_another_world_shows():
    edits = ("parcel.open=false", "parcel.note=empty")
    found = Varied(
        worlds={}, edits=edits, shown={edits[0]: (), edits[1]: (), f"{BESIDE}+{edits[0]}": ("shop/a@manual",)}
    )
    assert (found.showing, found.nowhere, found.gone) == (edits[:1], edits[1:], ())
    assert found.where(edits[0]) == ("shop/a@manual~distinct",)
    gone = Varied(worlds={}, edits=edits[:1], shown={f"{BESIDE}+{edits[1]}": ("shop/a@manual",)})
    assert gone.gone == (f"{BESIDE}+{edits[1]}",)


def test_what_was_learnt_is_read_back(tmp_path):
    known = {
        "parcel.open=false": ("shop/a@manual", "shop/b@direct"),
        "parcel.note=empty": (),
        "distinct+parcel.note=empty": ("shop/a@manual",),
    }
    assert learnt.read(tmp_path) == {}
    learnt.write(tmp_path, known)
    assert learnt.read(tmp_path) == known


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('"parcel.open" = []', "edits.parcel.open is no setting"),
        ('"distinct" = []', "edits.distinct is no setting"),
        ('"month_end+parcel.open=true" = []', "is no setting"),
        ('"parcel.open=tr ue" = []', "is no setting"),
        ('"parcel.open=true" = "shop/a@manual"', "must be a list of cells"),
        ('"parcel.open=true" = ["shop/a@manual", "shop/a@manual"]', "names shop/a@manual twice"),
        ('"parcel.open=true" = [3]', "must be text"),
    ],
)
def test_what_nobody_learnt_is_refused(tmp_path, line: str, says: str):
    """Claim: an entry that no run would ever drive is told by name, before anything starts."""
    (tmp_path / learnt.NAME).write_text(f"format = 1\n[edits]\n{line}\n")
    with pytest.raises(HarnessError, match=re.escape(says)) as told:
        learnt.read(tmp_path)
    assert told.value.code == "varied-value"


def test_what_is_no_file_is_told_and_never_taken_for_none(tmp_path):
    """Claim: a folder, a link to nothing, and a format that is no number."""
    path = tmp_path / learnt.NAME
    path.mkdir()
    with pytest.raises(HarnessError, match="cannot be read: Is a directory") as folder:
        learnt.read(tmp_path)
    path.rmdir()
    path.symlink_to(tmp_path / "gone")
    with pytest.raises(HarnessError) as link:
        learnt.read(tmp_path)
    path.unlink()
    path.write_text("format = true\n[edits]\n")
    with pytest.raises(HarnessError, match="format must be a whole number") as number:
        learnt.read(tmp_path)
    assert [one.value.code for one in (folder, link, number)] == ["varied-missing", "varied-missing", "varied-value"]


def test_a_cell_that_is_gone_is_told_and_not_left_out():
    shown = {"parcel.open=true": ("shop/a@manual", "shop/gone@manual")}
    with pytest.raises(HarnessError, match="no cell is called shop/gone@manual") as told:
        learnt.check(shown, ["shop/a@manual"])
    assert told.value.code == "varied-value"
    assert "harness vary --learn" in told.value.hint
    learnt.check(shown, ["shop/a@manual", "shop/gone@manual"])


def test_what_shows_nowhere_is_said_by_name():
    found = Varied(
        worlds={"distinct": (4, "no two are equal")},
        edits=("parcel.open=false", "parcel.note=empty", "parcel.price=0"),
        shown={"parcel.open=false": ("shop/a@manual",), "parcel.note=empty": (), "parcel.gone=0": ()},
    )
    told = shown.lines(found)
    assert "  shows       parcel.open=false  (shop/a@manual)" in told
    assert "  nowhere     parcel.note=empty" in told
    assert "  not tried   parcel.price=0" in told
    assert "  gone        parcel.gone=0: the target has no such column any more" in told
    assert told[-2:] == [
        "1 of 3 settings show in some cell, 1 nowhere, 1 not tried",
        "learn where they show: harness vary --learn",
    ]
    assert shown.document(found)["edits"] == {
        "parcel.open=false": ["shop/a@manual"],
        "parcel.note=empty": [],
        "parcel.price=0": None,
    }


@pytest.mark.parametrize("name", ["parcel.open=false", "a_b.c_d=in-progress.2"])
def test_the_name_of_a_setting_is_read_back(name):
    assert named(name).edit.name == name
