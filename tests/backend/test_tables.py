"""[tables]: every model of the target's own is watched without a line; what a line says, and what it is refused for."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from harness.backend import tables
from harness.core.config import Config, Table
from harness.core.errors import HarnessError
from harness.core.ledger import Ledger, Part
from harness.core.look.django import Field, ForeignKey, Key, Model

STATES = ("new", "drawing", "done")


def field(column: str, *, default: str = "", choices: tuple[str, ...] = (), null: bool = False) -> Field:
    parts: dict[str, Any] = dict.fromkeys(Field.__dataclass_fields__)
    return Field(**{**parts, "column": column, "default": default, "choices": choices, "null": null})


def model(label: str, table: str, *fields: Field, **other: Any) -> Model:
    parts: dict[str, Any] = {
        "own": True,
        "proxy": False,
        "database": "default",
        "schema": "",
        "unique": (),
        "foreign_keys": (),
    }
    every: dict[str, Any] = dict.fromkeys(Model.__dataclass_fields__)
    return Model(**{**every, **parts, "label": label, "table": table, "fields": fields, **other})


def belongs(*, partial: bool = False) -> dict[str, Any]:
    """A row of it is one of a page's, alone."""
    to = ForeignKey(
        columns=("page_id",), to_schema="", to_table="page", to_columns=("id",), on_delete="CASCADE", constraint=True
    )
    return {"foreign_keys": (to,), "unique": (Key(name="", columns=("page_id",), partial=partial),)}


PICTURE = model(
    "art.Pictures", "art_pictures", field("state", default='"new"', choices=STATES), field("kind", choices=("a", "b"))
)
WALLET = model("purse.Wallet", "wallet", field("state", default='"new"', choices=STATES), schema="purse")
RUN = model("art.NightlyRun", "art_runs", field("stage", default='"new"', choices=STATES))


SETTINGS = SimpleNamespace(
    databases={
        alias: SimpleNamespace(server=place)
        for alias, place in (("default", "app"), ("primary", "app"), ("bank", "app_bank"), ("far", "elsewhere"))
    }
)


def found(*models: Model, databases: tuple[str, ...] = ("default",)) -> tuple[Table, ...]:
    return tables.models(SimpleNamespace(models=models, settings=SETTINGS), databases)  # type: ignore[arg-type]


def test_a_table_is_watched_in_its_models_database():
    """Claim: of the stack's databases each, by its alias; under another alias of one of them too; no table elsewhere."""
    models = [replace(model(f"a.{alias.title()}", alias), database=alias) for alias in SETTINGS.databases]
    assert {one.table: one.database for one in found(*models)} == {"default": "", "primary": ""}
    both = {one.table: one.database for one in found(*models, databases=("default", "bank"))}
    assert both == {"default": "", "primary": "", "bank": "bank"}
    said = tables.unwatched(SimpleNamespace(models=models, settings=SETTINGS), ("default", "bank"))  # type: ignore[arg-type]
    assert said == ("a.Far (database 'far' is not in target.databases)",), "who is not watched is told"


def filled(said: dict[str, Any], *models: Model, ledger: Ledger | None = None) -> Config:
    parts: dict[str, Any] = dict.fromkeys(Config.__dataclass_fields__)
    config = Config(
        **{
            **parts,
            "source": SimpleNamespace(name="harness.toml"),
            "said_tables": tables.read("harness.toml", said),
            "ledger": ledger or Ledger(),
        }
    )
    return tables.filled(config, found(*models))


def refused(said: dict[str, Any], *models: Model) -> HarnessError:
    with pytest.raises(HarnessError) as told:
        filled(said, *models)
    return told.value


def test_a_model_is_watched_by_its_name_without_a_line():
    """Claim: one of many is called so, in words; of a schema of its own too; its states are locked, and not any choice."""
    known = filled({}, PICTURE, WALLET, RUN).tables
    assert {kind: (one.table, one.lock, one.said) for kind, one in known.items()} == {
        "picture": ("art_pictures", ("state",), False),
        "wallet": ("purse.wallet", ("state",), False),
        "nightly_run": ("art_runs", ("stage",), False),
    }


@pytest.mark.parametrize(
    ("label", "kind"),
    [("a.AIModelConfig", "ai_model_config"), ("a.Categories", "category"), ("a.Boxes", "box"), ("a.Address", "address"), ("a.Status", "status"),
     ("a.Analysis", "analysis"), ("a.SiteSettings", "site_settings"), ("a.Page_tags", "page_tag")],
)  # fmt: skip
def test_what_a_model_is_called(label: str, kind: str):
    assert list(filled({}, model(label, "t")).tables) == [kind]


def test_two_models_of_one_name_are_told_apart_by_their_apps():
    assert list(filled({}, model("a.Page", "a_page"), model("b.Pages", "b_page")).tables) == ["a_page", "b_page"]


def test_what_is_not_the_targets_own_is_not_watched():
    """Claim: a proxy shares a table that is watched; an installed package's model and another database are nobody's here."""
    others = (replace(PICTURE, own=False), replace(PICTURE, proxy=True), replace(PICTURE, database="warehouse"))
    assert filled({}, *others).tables == {}


@pytest.mark.parametrize(
    ("null", "partial", "lock"), [(False, False, ()), (True, False, ("often",)), (False, True, ("often",))]
)
def test_the_settings_of_a_row_are_not_locked(null: bool, partial: bool, lock: tuple[str, ...]):
    """Claim: only where there is always just one for each row of another table."""
    fields = (field("page_id", null=null), field("often", default='"daily"', choices=("daily", "weekly")))
    assert filled({}, model("a.Timing", "timing", *fields, **belongs(partial=partial))).tables["timing"].lock == lock


def test_the_row_with_the_balance_is_not_locked():
    """Claim: each charge changes it, and the ledger shows that; who wants it locked says so."""
    money = Ledger(
        balance=Part(kind="ledger.balance", relation="purse.wallet", columns={"column": "n", "account": "id"})
    )
    assert filled({}, WALLET, ledger=money).tables["wallet"].lock == ()
    assert filled({"wallet": {"lock": ["state"]}}, WALLET, ledger=money).tables["wallet"].lock == ("state",)


def test_a_line_varies_what_was_found():
    """Claim: a name of one's own, and each key by itself; a table that is no model's is added; false is not watched."""
    said = {
        "run": {"table": "NightlyRun", "active": ["drawing"]},
        "drawing": "art.Pictures",
        "outbox": {"table": "billing.outbox", "lock": ["state"]},
        "wallet": False,
    }
    known = filled(said, PICTURE, WALLET, RUN).tables
    assert {kind: (one.table, one.lock, one.status, one.active) for kind, one in known.items()} == {
        "run": ("art_runs", ("stage",), "stage", ("drawing",)),
        "drawing": ("art_pictures", ("state",), "", ()),
        "outbox": ("billing.outbox", ("state",), "", ()),
    }


@pytest.mark.parametrize("name", ["wallet", "purse.wallet", "purse.Wallet"])
def test_the_ledger_names_a_kind_a_table_or_a_model(name: str):
    money = Ledger(balance=Part(kind="ledger.balance", relation=name, columns={"column": "n", "account": "id"}))
    known = filled({}, WALLET, ledger=money).ledger
    assert known.balance is not None
    assert (known.balance.kind, known.balance.relation, known.accounts) == ("wallet", "", "wallet")


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        ({"pictur": {"lock": ["state"]}}, "tables.pictur names no table, and no model is called so", "did you mean 'picture'?"),
        ({"pictur": False}, "tables.pictur is false, and no model is called so", "did you mean 'picture'?"),
        ({"drawing": "Pictures", "painting": "art_pictures"}, "tables.painting and tables.drawing are both art_pictures", "a table has one name"),
        ({"picture": {"active": ["gone"]}}, "tables.picture.active: no column has these among its choices", 'add status = "COLUMN"'),
        ({"picture": {"locks": []}}, "unknown key 'locks' in [tables.picture]", "did you mean 'lock'?"),
        ({"picture": {"lock": "state"}}, "tables.picture.lock must be a list of texts", 'write ["one", "two"]'),
        ({"picture": 3}, "tables.picture must be a table, the name of a model, or false, not 3", "not watched"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(said: dict[str, Any], message: str, hint: str):
    told = refused(said, PICTURE)
    assert message in str(told)
    assert hint in told.hint


def test_a_model_of_two_apps_needs_its_app():
    told = refused({"leaf": "Page"}, model("a.Page", "a_page"), model("b.Page", "b_page"))
    assert "tables.leaf names Page, which is a.Page and b.Page" in str(told)


def test_what_was_found_is_read_back_from_a_run():
    """Claim: a stored run is judged with the same tables, without its target; what is broken there is refused by name."""
    every = found(PICTURE, WALLET, RUN)
    assert tables.of_document(tables.document(every)) == every
    with pytest.raises(HarnessError, match="what a run watched cannot be read: KeyError"):
        tables.of_document([{"kind": "picture"}])
