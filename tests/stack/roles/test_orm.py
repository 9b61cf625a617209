"""Rows that the target's own models and factories make, in its own shell."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from harness.core.config import Table
from harness.core.errors import HarnessError
from harness.core.scenario import Given, Ref, Row
from harness.stack.database import capture, postgres, reset, seed, snapshot
from harness.stack.roles.console import Console
from harness.stack.roles.orm import Orm

pytestmark = pytest.mark.stack

MANAGE = """
    import os, sys
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""
SETTINGS = """
    import os
    INSTALLED_APPS = ["shop"]
    SECRET_KEY = "x"
    USE_TZ = True
    DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["DB_NAME"], "USER": os.environ["DB_USER"],
                             "HOST": os.environ["DB_HOST"], "PORT": os.environ["DB_PORT"]}}
"""
MODELS = """
    import uuid
    from django.core.validators import MinValueValidator
    from django.db import models
    from django.db.models.signals import post_save
    from django.dispatch import receiver

    class Account(models.Model):
        name = models.CharField(max_length=20)
        plan = models.CharField(max_length=20, default="free")
        credits = models.IntegerField(default=10, validators=[MinValueValidator(1)])
        options = models.JSONField(default=dict)
        joined = models.DateTimeField(auto_now_add=True)
        note = models.TextField(blank=True)

        def save(self, *args, **kwargs):
            self.plan += " saved"
            super().save(*args, **kwargs)

    class Wallet(models.Model):
        uid = models.UUIDField(primary_key=True, default=uuid.uuid4)
        owner = models.ForeignKey(Account, on_delete=models.CASCADE, db_column="belongs_to")
        friends = models.ManyToManyField(Account, related_name="+")
        cents = models.DecimalField(max_digits=10, decimal_places=2, default="1.50")

    class Event(models.Model):
        what = models.TextField()

    @receiver(post_save, sender=Account)
    def noted(instance, **kwargs):
        Event.objects.create(what=f"{instance.name} saved")
"""
FACTORIES = """
    from shop.models import Account, Wallet

    class AccountFactory:
        def __new__(cls, **values):
            return Account.objects.create(**{"name": "made", **values})

    def wallet(owner):
        return Wallet.objects.create(owner=owner, cents=owner.credits)
"""
TABLES = {
    "account": Table(kind="account", table="shop_account"),
    "wallet": Table(kind="wallet", table="shop_wallet"),
    "event": Table(kind="event", table="shop_event"),
}


@pytest.fixture(scope="module")
def migrated(server, tmp_path_factory):
    """(the project's folder, its environment): its database is migrated by the target's role and snapshotted, once for all."""
    project = tmp_path_factory.mktemp("orm")
    for name, text in {
        "manage.py": MANAGE, "settings.py": SETTINGS, "shop/__init__.py": "", "shop/models.py": MODELS, "shop/factories.py": FACTORIES,
        "shop/migrations/__init__.py": "",
    }.items():  # fmt: skip
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(textwrap.dedent(text))
    env = {
        **os.environ, "DB_NAME": postgres.DATABASE, "DB_USER": postgres.OWNER, "DB_HOST": str(server[0]), "DB_PORT": str(server[1]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    with postgres.connect(*server) as db:
        db.execute(
            "DROP SCHEMA IF EXISTS harness, harness_snapshot, harness_baseline CASCADE; DROP SCHEMA public CASCADE"
        )
        db.execute(f"CREATE SCHEMA public; GRANT ALL ON SCHEMA public TO {postgres.OWNER}")
        for words in (["makemigrations", "shop", "-v", "0"], ["migrate", "-v", "0"]):
            subprocess.run([sys.executable, "manage.py", *words], cwd=project, env=env, check=True)
        snapshot.take(db)
    return project, env


@pytest.fixture
def world(migrated, connect):
    """(the observer's connection, the target's shell): as migrating left it."""
    project, env = migrated
    db = connect()
    reset.reset(db)

    def spawn(name, command, more, **popen):
        return subprocess.Popen(
            command, cwd=project, env={**env, **more}, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, **popen
        )

    consoles = []

    def shell():
        if not consoles:
            consoles.append(Console(spawn, [sys.executable, "manage.py"]))
        return consoles[0]

    yield db, Orm(shell), consoles
    for console in consoles:
        console.close()


def test_four_rows_need_four_lines(world):
    """Claim: the model fills in what is left out, and neither validators, signals nor its `save` change the row; references
    are rows, whatever their column is called; ids and kinds are as rows by SQL have them."""
    db, orm, _ = world
    rows = (
        Row(model="shop.Account", name="a", values={"name": "A", "credits": 0}),
        Row(model="shop.Account", name="b", values={"name": "B", "joined": "2026-01-04T06:00:00Z"}),
        Row(model="shop.Wallet", name="w", values={"owner": Ref("a"), "friends": [Ref("a"), Ref("b")]}),
        Row(kind="event", name="e", values={"what": Ref("w", "cents")}),
    )
    refs = seed.insert(db, TABLES, Given(rows=rows), orm=orm)
    uid = refs["w"]["id"]
    assert refs == {
        "a": {"kind": "account", "id": 1}, "b": {"kind": "account", "id": 2}, "w": {"kind": "wallet", "id": uid},
        "e": {"kind": "event", "id": 1},
    }  # fmt: skip
    assert db.execute("SELECT name, plan, credits, options, note FROM shop_account WHERE id = 1").fetchone() == (
        "A",
        "free",
        0,
        {},
        "",
    )
    assert db.execute("SELECT uid::text, belongs_to, cents::text FROM shop_wallet").fetchone() == (uid, 1, "1.50")
    assert db.execute("SELECT count(*) FROM shop_wallet_friends").fetchone() == (2,)
    assert db.execute("SELECT what FROM shop_event").fetchall() == [("1.50",)]
    capture.mark_baseline(db)
    assert capture.changes(db, TABLES) == ()
    reset.reset(db)
    assert db.execute("SELECT count(*) FROM shop_account").fetchone() == (0,)


@pytest.mark.parametrize("signals", [False, True])
def test_a_given_time_holds_where_saving_stamps_its_own(world, signals):
    """Claim: auto_now_add does not write over what the scenario says; where it says nothing, it does."""
    db, orm, _ = world
    given = {"joined": "2026-01-04T06:00:00Z"}
    rows = (
        Row(model="shop.Account", name="then", values={"name": "Then", **given}, signals=signals),
        Row(model="shop.Account", name="now", values={"name": "Now"}, signals=signals),
    )
    seed.insert(db, TABLES, Given(rows=rows), orm=orm)
    stamped = (
        "SELECT name, joined = '2026-01-04 06:00:00Z', joined > now() - interval '1 hour' FROM shop_account ORDER BY id"
    )
    assert db.execute(stamped).fetchall() == [("Then", True, False), ("Now", False, True)]


def test_signals_where_they_are_asked_for(world):
    """Claim: with `signals` the model's own `save` and its signals take part."""
    db, orm, _ = world
    seed.insert(
        db, TABLES, Given(rows=(Row(model="shop.Account", name="a", values={"name": "A"}, signals=True),)), orm=orm
    )
    assert db.execute("SELECT plan FROM shop_account").fetchone() == ("free saved",)
    assert db.execute("SELECT what FROM shop_event").fetchall() == [("A saved",)]


def test_a_factory_makes_the_row(world):
    """Claim: the target's own factory gets values and rows, and what it makes is known as any row."""
    db, orm, _ = world
    rows = (
        Row(factory="shop.factories:AccountFactory", name="a", values={"credits": 7}),
        Row(factory="shop.factories:wallet", name="w", values={"owner": Ref("a")}),
    )
    refs = seed.insert(db, TABLES, Given(rows=rows), orm=orm)
    assert refs["a"] == {"kind": "account", "id": 1}
    assert db.execute("SELECT uid::text, cents::text FROM shop_wallet").fetchone() == (refs["w"]["id"], "7.00")


def test_a_row_by_sql_gets_the_models_defaults(world):
    """Claim: a column that is never null and that the database cannot fill in has the model's default; a row that has all
    of them does not start the shell."""
    db, orm, consoles = world
    whole = {"name": "A", "plan": "p", "credits": 1, "options": {}, "joined": "2026-01-04T06:00:00Z", "note": ""}
    seed.insert(db, TABLES, Given(rows=(Row(kind="account", name="a", values=whole),)), orm=orm)
    assert consoles == []
    rows = (Row(kind="account", name="b", values={"name": "B"}), Row(kind="wallet", name="w", values={"belongs_to": Ref("b")}),
            Row(kind="wallet", name="x", values={"belongs_to": Ref("b")}))  # fmt: skip
    refs = seed.insert(db, TABLES, Given(rows=rows), orm=orm)
    assert db.execute(
        "SELECT plan, credits, options, note, joined IS NULL FROM shop_account WHERE id = 2"
    ).fetchone() == ("free", 10, {}, "", False)
    assert refs["w"]["id"] != refs["x"]["id"]
    with pytest.raises(HarnessError) as caught:
        seed.insert(db, TABLES, Given(rows=(Row(kind="wallet", name="y", values={}),)), orm=orm)
    assert (caught.value.code, "'belongs_to'" in caught.value.message) == ("seed-missing-column", True)


WRONG = {
    "an unknown model": (Row(model="shop.Acount", name="a"), "seed-orm", "LookupError"),
    "an unknown factory": (Row(factory="shop.factories:Nobody", name="a"), "seed-orm", "AttributeError"),
    "an unknown field": (Row(model="shop.Account", name="a", values={"nam": 1}), "seed-orm", "FieldDoesNotExist"),
    "a value that the database refuses": (
        Row(model="shop.Account", name="a", values={"name": "x" * 30}),
        "seed-rejected",
        "DataError",
    ),
    "a value that the field refuses": (
        Row(model="shop.Account", name="a", values={"credits": "many"}),
        "seed-rejected",
        "ValidationError",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_the_target_refuses_is_told(world, case):
    """Claim: one line with the row, the target's own error, and a stable code; nothing is half made."""
    db, orm, _ = world
    row, code, error = WRONG[case]
    with pytest.raises(HarnessError) as caught:
        seed.insert(db, TABLES, Given(rows=(row,)), orm=orm)
    assert caught.value.code == code
    assert f"row 'a' ({row.model or row.factory})" in caught.value.message
    assert error in caught.value.message
    assert db.execute("SELECT count(*) FROM shop_account").fetchone() == (0,)


def test_a_row_is_of_one_make():
    with pytest.raises(ValueError, match="needs one of kind, model and factory"):
        Row(name="a", kind="account", model="shop.Account")


def test_what_makes_rows_is_compiled_once(world):
    """Claim: the shell keeps what the first row defined; compiling it for each row was most of what a row cost."""
    db, orm, consoles = world
    seed.insert(db, TABLES, Given(rows=(Row(model="shop.Account", name="a", values={"name": "A"}),)), orm=orm)
    consoles[0].call("import sys; sys.modules['harness_orm'].mark = 'the first'")
    seed.insert(db, TABLES, Given(rows=(Row(model="shop.Account", name="a", values={"name": "B"}),)), orm=orm)
    kept = consoles[0].call("import sys; result = sys.modules['harness_orm'].mark")
    assert kept == {"ok": True, "value": "the first"}
