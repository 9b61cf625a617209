"""A PostgreSQL's own catalogue: what no model says."""

from __future__ import annotations

import pytest

from harness.backend.look import catalogue
from harness.core.look.django import ForeignKey, Key
from harness.stack.database import snapshot
from tests.stack.conftest import connect, server  # noqa: F401 - fixtures

pytestmark = pytest.mark.stack

WORLD = """
DROP SCHEMA IF EXISTS public, money CASCADE; CREATE SCHEMA public; CREATE SCHEMA money;
CREATE TYPE money.kind AS ENUM ('charge', 'refund', 'Änderung');
CREATE DOMAIN cents AS bigint CHECK (VALUE >= 0);
CREATE TABLE payer (ref uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text UNIQUE, name varchar(20) NOT NULL);
CREATE UNIQUE INDEX one_name ON payer (name) WHERE email IS NULL;
CREATE UNIQUE INDEX by_expression ON payer (lower(name));
CREATE TABLE money.entry (
    id bigserial, day date, payer uuid NOT NULL REFERENCES payer ON DELETE CASCADE, kind money.kind DEFAULT 'charge',
    amount cents, tags text[] NOT NULL DEFAULT '{}', valid daterange, parts numeric(8, 2)[],
    twice bigint GENERATED ALWAYS AS (amount * 2) STORED, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE money.entry_2026 PARTITION OF money.entry FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE money.note (n int GENERATED ALWAYS AS IDENTITY (START 1000) PRIMARY KEY, entry bigint, day date,
    FOREIGN KEY (entry, day) REFERENCES money.entry (id, day) ON DELETE SET NULL);
CREATE SEQUENCE money.receipt INCREMENT 5 CYCLE MAXVALUE 100;
CREATE VIEW money.balance AS SELECT payer, sum(amount) AS amount FROM money.entry GROUP BY payer;
CREATE MATERIALIZED VIEW money.daily AS SELECT day FROM money.entry;
CREATE FUNCTION money.guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER guarded BEFORE INSERT ON payer FOR EACH ROW EXECUTE FUNCTION money.guard();
ALTER TABLE payer DISABLE TRIGGER guarded;
ALTER TABLE payer ENABLE ROW LEVEL SECURITY; ALTER TABLE payer FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON payer USING (true);
"""


@pytest.fixture
def database(connect):  # noqa: F811 - the fixture
    """The catalogue of a world of which a snapshot is taken, as a running stack has it."""
    db = connect()
    db.execute(WORLD)
    snapshot.take(db)
    found = catalogue.of(db, but_schemas=snapshot.SCHEMAS, but_triggers=snapshot.TRIGGERS)
    db.execute("DROP SCHEMA money CASCADE")
    return found


@pytest.fixture
def table(database):
    return lambda name: next(one for one in database.tables if f"{one.schema}.{one.name}" == name)


def column(table, name):
    return next(one for one in table.columns if one.name == name)


def test_every_schema_and_nothing_of_the_harness(database):
    """Claim: relations of every kind, parents and partitions, without what the harness and PostgreSQL put there."""
    assert database.schemas == ("money", "public")
    assert {f"{one.schema}.{one.name}": (one.kind, one.parent) for one in database.tables} == {
        "money.balance": ("view", ""),
        "money.daily": ("materialized view", ""),
        "money.entry": ("partitioned", ""),
        "money.entry_2026": ("partition", "money.entry"),
        "money.note": ("table", ""),
        "public.payer": ("table", ""),
    }


def test_keys_of_any_name_number_and_type(table):
    """Claim: primary keys, foreign keys and unique sets, of several columns too, across schemas."""
    assert (table("public.payer").primary_key, table("money.entry").primary_key) == (("ref",), ("id", "day"))
    assert table("money.entry").foreign_keys == (
        ForeignKey(columns=("payer",), to_schema="public", to_table="payer", to_columns=("ref",), on_delete="CASCADE", constraint=True),
    )  # fmt: skip
    (note,) = table("money.note").foreign_keys
    assert (note.columns, note.to_columns, note.on_delete) == (("entry", "day"), ("id", "day"), "SET NULL")
    assert table("public.payer").unique == (
        Key(name="payer_email_key", columns=("email",), partial=False),
        Key(name="one_name", columns=("name",), partial=True),
    )


@pytest.mark.parametrize(
    ("name", "kind", "type_", "base"),
    [
        ("kind", "enum", "money.kind", ""),
        ("amount", "domain", "cents", "bigint"),
        ("tags", "array", "text[]", "text"),
        ("parts", "array", "numeric(8,2)[]", "numeric(8,2)"),
        ("valid", "range", "daterange", ""),
        ("payer", "base", "uuid", ""),
    ],
)
def test_kinds_of_columns(table, name, kind, type_, base):
    """Claim: what a column is made of is told, whoever made its type."""
    found = column(table("money.entry"), name)
    assert (found.kind, found.type, found.base) == (kind, type_, base)


def test_values_that_the_database_gives(table, database):
    """Claim: defaults, generated columns, identities, and the sequence behind each."""
    entry, note = table("money.entry"), table("money.note")
    assert (column(entry, "twice").generated, column(entry, "twice").default) == (True, "")
    assert column(entry, "id").sequence == "money.entry_id_seq"
    assert (column(note, "n").identity, column(note, "n").sequence) == ("always", "money.note_n_seq")
    assert column(table("public.payer"), "ref").default == "gen_random_uuid()"
    assert (column(entry, "payer").null, column(entry, "amount").null) == (False, True)
    assert database.enums == {"money.kind": ("charge", "refund", "Änderung")}
    assert {f"{one.schema}.{one.name}": one.column for one in database.sequences} == {
        "money.entry_id_seq": "money.entry.id",
        "money.note_n_seq": "money.note.n",
        "money.receipt": "",
    }
    receipt = next(one for one in database.sequences if one.name == "receipt")
    assert (receipt.increment, receipt.maximum, receipt.cycle) == (5, 100, True)


def test_triggers_and_row_security(table):
    """Claim: a disabled trigger is told as such, and a policy with whether it holds for the owner."""
    payer = table("public.payer")
    assert [(one.name, one.enabled) for one in payer.triggers] == [("guarded", False)]
    assert (payer.row_security, payer.force_row_security, payer.policies) == (True, True, ("own_rows",))
    assert (table("money.note").row_security, table("money.note").triggers) == (False, ())
