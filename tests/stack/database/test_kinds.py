"""PostgreSQL as it is: tables of every kind are seeded, captured and put back, whatever their keys, types and schemas."""

from __future__ import annotations

import json
import uuid

import pytest

from harness.core.config import Table
from harness.core.errors import HarnessError, StackError
from harness.core.scenario import Given, Ref, Row
from harness.stack.database import capture, reset, seed, snapshot

pytestmark = pytest.mark.stack

TABLES = {
    kind: Table(kind=kind, table=table)
    for kind, table in {
        "wallet": "billing.wallets", "movement": "movements", "share": "shares", "note": "public.notes", "code": "codes",
        "event": "events", "scratch": "scratch", "parent": "parents", "child": "children", "odd": "a/b %s", "price": "prices",
    }.items()
}  # fmt: skip


@pytest.fixture
def db(every_kind):
    return every_kind


def told(db):
    return [(change.kind, change.op, change.id) for change in capture.changes(db, TABLES)]


def everything(db):
    names = [
        "billing.wallets",
        "movements",
        "shares",
        "notes",
        "codes",
        "events",
        "scratch",
        "parents",
        "children",
        '"a/b %s"',
        "prices",
    ]
    return [db.execute(f"SELECT x::text FROM {name} x".encode()).fetchall() for name in names]


def test_random_keys_come_in_the_order_of_insertion(db):
    """Claim: rows with UUID keys are told as they were written, ten runs of ten, though the keys are in another order."""
    for _ in range(10):
        reset.reset(db)
        wallet = seed.insert(db, TABLES, Given(rows=(Row(kind="wallet", name="w", values={"owner": "a"}),)))["w"]["id"]
        capture.mark_baseline(db)
        for n in range(20):
            db.execute("INSERT INTO movements (wallet, n) VALUES (%s, %s)", [wallet, n])
        db.execute("UPDATE movements SET n = n + 100 WHERE n < 5")
        changes = capture.changes(db, TABLES)
        assert [change.after["n"] % 100 for change in changes] == list(range(20))
        keys = [change.id for change in changes]
        assert all(isinstance(key, str) and str(uuid.UUID(key)) == key for key in keys)
        assert sorted(keys) != keys


def test_without_the_notes_the_order_is_lost(db):
    """Claim: it is the row trigger that knows the order: without it the test above would fail."""
    db.execute("ALTER TABLE movements DISABLE TRIGGER harness_insert")
    for n in range(20):
        db.execute("INSERT INTO movements (n) VALUES (%s)", [n])
    assert [change.after["n"] for change in capture.changes(db, TABLES)] != list(range(20))


def test_a_table_whose_keys_a_sequence_draws_pays_no_row_trigger(db):
    """Claim: where the key says the order, no row is noted."""
    noted = {
        name
        for (name,) in db.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'harness_insert' AND tgparentid = 0"
        )
    }
    assert noted == {
        "billing.wallets",
        "movements",
        "shares",
        "notes",
        "codes",
        "events",
        '"a/b %s"',
        "prices",
        "children",
    }


def test_keys_of_any_make(db):
    """Claim: composite, text, unique instead of primary, and keys with odd names are told apart and named as JSON has them."""
    capture.mark_baseline(db)
    db.execute("INSERT INTO shares VALUES (7, 'eu', 1), (7, 'a,b', 2)")
    db.execute("INSERT INTO codes VALUES ('b', 1), ('a', 2)")
    db.execute(b"""INSERT INTO "a/b %s" VALUES (3, 'x'), (1, 'y')""")
    assert told(db) == [
        ("share", "insert", "(7,eu)"), ("share", "insert", '(7,"a,b")'), ("code", "insert", "b"), ("code", "insert", "a"),
        ("odd", "insert", 3), ("odd", "insert", 1),
    ]  # fmt: skip
    capture.mark_baseline(db)
    db.execute("UPDATE shares SET part = 9 WHERE region = 'eu'")
    db.execute("DELETE FROM codes WHERE code = 'a'")
    assert told(db) == [("share", "update", "(7,eu)"), ("code", "delete", "a")]


def test_a_table_without_a_key_is_compared_as_a_multiset(db):
    """Claim: of equal rows, one too many is one insert and one too few one delete; an update is both."""
    capture.mark_baseline(db)
    db.execute("INSERT INTO notes VALUES ('same', 1), ('new', 3)")
    assert [(c.op, c.after["said"]) for c in capture.changes(db, TABLES)] == [("insert", "same"), ("insert", "new")]
    db.execute("DELETE FROM notes WHERE ctid = (SELECT min(ctid) FROM notes WHERE said = 'same')")
    assert [(c.op, c.after["said"], c.id) for c in capture.changes(db, TABLES)] == [("insert", "new", "#1")]
    db.execute("UPDATE notes SET n = 5 WHERE said = 'other'")
    assert [(c.op, (c.after or c.before)["n"]) for c in capture.changes(db, TABLES)] == [
        ("delete", 2),
        ("insert", 5),
        ("insert", 3),
    ]


def test_rows_of_partitions_are_the_parents(db):
    """Claim: a row is told under the partitioned table, whichever partition holds it or is written to by name."""
    capture.mark_baseline(db)
    db.execute("INSERT INTO events (day, what) VALUES ('2026-06-01', 'new')")
    db.execute("UPDATE events_rest SET what = 'moved'")
    assert told(db) == [("event", "update", "(2,2030-01-01)"), ("event", "insert", "(3,2026-06-01)")]
    before = reset.reset(db)
    assert before == ("events",)
    assert db.execute("SELECT what FROM ONLY events_rest").fetchall() == [("far",)]
    db.execute("DELETE FROM events_2026")
    assert told(db) == [("event", "delete", "(1,2026-05-01)")]


def test_rows_of_a_child_are_not_the_parents(db):
    """Claim: an inherited table is restored once, not once a parent."""
    before = everything(db)
    db.execute("UPDATE parents SET n = n + 10")
    assert told(db) == [("parent", "update", 1)]
    db.execute("UPDATE children SET n = 3")
    assert [kind for kind, *_ in told(db)] == ["parent", "child", "child"]
    reset.reset(db)
    assert everything(db) == before


def test_every_kind_of_table_is_put_back(db):
    """Claim: after inserts, updates, deletes and TRUNCATE everywhere, every schema is as it was; views follow."""
    before = everything(db)
    db.execute("INSERT INTO billing.wallets (owner) VALUES ('x')")
    db.execute("UPDATE prices SET credits = 70; REFRESH MATERIALIZED VIEW totals")
    db.execute("TRUNCATE notes, events, parents CASCADE")
    db.execute("INSERT INTO scratch (n) VALUES (1); INSERT INTO shares VALUES (1, 'x', 1)")
    assert reset.reset(db) == (
        "billing.wallets",
        "children",
        "events",
        "notes",
        "parents",
        "prices",
        "scratch",
        "shares",
    )
    assert everything(db) == before
    assert db.execute("SELECT total FROM totals").fetchone() == (6,)


def test_what_is_made_while_running_is_told_and_dropped(db):
    """Claim: tables, views, sequences, schemas and partitions that the target makes are named, and gone after a reset."""
    before = everything(db)
    db.execute("CREATE TABLE extra (id serial PRIMARY KEY); CREATE VIEW more AS SELECT * FROM extra")
    db.execute("CREATE SCHEMA later; CREATE TABLE later.t (n int)")
    db.execute("CREATE TABLE events_2028 PARTITION OF events FOR VALUES FROM ('2028-01-01') TO ('2029-01-01')")
    db.execute("INSERT INTO events_2028 (id, day, what) OVERRIDING SYSTEM VALUE VALUES (9, '2028-01-01', 'new')")
    assert reset.made(db) == ("events_2028", "extra", "extra_id_seq", "later.t", "more", "the schema later")
    reset.reset(db)
    assert reset.made(db) == ()
    assert everything(db) == before


def test_a_table_dropped_while_running_is_named(db):
    """Claim: what cannot be put back is an error with its name, and never a world that lacks a table."""
    db.execute("DROP TABLE codes")
    with pytest.raises(StackError) as caught:
        reset.reset(db)
    assert (caught.value.code, "codes" in caught.value.message) == ("schema-changed", True)


def test_a_column_dropped_while_running_is_named(db):
    db.execute("ALTER TABLE codes DROP COLUMN n; INSERT INTO codes VALUES ('x')")
    with pytest.raises(StackError) as caught:
        reset.reset(db)
    assert (caught.value.code, "codes" in caught.value.message) == ("schema-changed", True)


def test_the_targets_own_triggers_fire_once(db):
    """Claim: reset writes rows without the target's triggers, also those that fire in any case, and leaves them as they were."""
    snapshot.drop(db)
    db.execute("""
        CREATE TABLE audit (n int);
        CREATE FUNCTION audited() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (1); RETURN NEW; END $$;
        CREATE TRIGGER plain AFTER INSERT OR DELETE ON codes FOR EACH ROW EXECUTE FUNCTION audited();
        CREATE TRIGGER always AFTER INSERT OR DELETE ON codes FOR EACH ROW EXECUTE FUNCTION audited();
        ALTER TABLE codes ENABLE ALWAYS TRIGGER always;
        INSERT INTO codes VALUES ('there', 1); DELETE FROM audit""")
    snapshot.take(db)
    db.execute("INSERT INTO codes VALUES ('x', 1)")
    assert db.execute("SELECT count(*) FROM audit").fetchone() == (2,)
    reset.reset(db)
    assert db.execute("SELECT count(*) FROM audit").fetchone() == (0,)
    db.execute("INSERT INTO codes VALUES ('x', 1)")
    assert db.execute("SELECT count(*) FROM audit").fetchone() == (2,)


TYPES = """
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b text);
CREATE TABLE kinds (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount numeric(20, 8), data jsonb, note json, tags text[], ids uuid[],
    moods mood[], grid int[][], span int4range, days daterange, spans int4multirange, mood mood, raw bytea, pause interval,
    host inet, net cidr, size positive, two pair, flag boolean, ratio double precision, price money, bits bit(4), at timestamptz,
    until timestamptz, clock time, stored int GENERATED ALWAYS AS (size * 2) STORED, n int, computed int GENERATED ALWAYS AS (n * 3));
"""


def test_types_of_every_kind_go_in_and_come_out(db):
    """Claim: each value is given as Python or text has it and told as JSON has it; generated columns are compared, not written."""
    snapshot.drop(db)
    db.execute(TYPES)
    snapshot.take(db)
    tables = {"kind": Table(kind="kind", table="kinds")}
    one = "6f1c2f0e-6e0b-4c53-9c1f-0d4f2a2a4a10"
    values = {
        "amount": "0.10", "data": {"a": [1, {"b": None}]}, "note": [1], "tags": ["a", "b,c"], "ids": [one], "moods": ["sad", "glad"],
        "grid": [[1, 2], [3, 4]], "span": "[1,5)", "days": "[2026-01-01,)", "spans": "{[1,3),[7,9)}", "mood": "glad",
        "raw": b"\x00\xff", "pause": "1 mon 2 days 03:00:00", "host": "10.0.0.1/8", "net": "10.0.0.0/8", "size": 2, "n": 2, "two": "(1,x)",
        "flag": True, "ratio": float("inf"), "price": "1.50", "bits": "1010", "at": "2026-01-04T06:00:00+02", "until": "infinity",
        "clock": "24:00:00",
    }  # fmt: skip
    reset.reset(db)
    seed.insert(db, tables, Given(rows=(Row(kind="kind", name="k", values=values),)))
    (change,) = capture.changes(db, tables)
    assert change.after == {
        "id": 1, **values, "amount": "0.10000000", "raw": "00ff", "pause": "1 mon 2 days 03:00:00", "ratio": "inf", "moods": "{sad,glad}", "price": "$1.50",
        "at": "2026-01-04T04:00:00+00:00", "stored": 4, "computed": 6,
    }  # fmt: skip
    assert json.loads(json.dumps(change.after)) == change.after
    capture.mark_baseline(db)
    db.execute("UPDATE kinds SET span = '[1,6)', amount = 0.100000001")
    assert [c.after["span"] for c in capture.changes(db, tables)] == ["[1,6)"]
    reset.reset(db)
    assert db.execute("SELECT count(*) FROM kinds").fetchone() == (0,)
    snapshot.drop(db)
    db.execute("DROP TABLE kinds; DROP TYPE pair; DROP DOMAIN positive; DROP TYPE mood")


def test_references_to_keys_of_any_make(db):
    """Claim: a reference becomes the key of its row, also inside JSON, and its id is as JSON has it; a key of several
    columns is asked for by column."""
    snapshot.drop(db)
    db.execute("CREATE TABLE links (id serial PRIMARY KEY, wallet uuid, region text, data jsonb)")
    snapshot.take(db)
    tables = {**TABLES, "link": Table(kind="link", table="links")}
    rows = (
        Row(kind="wallet", name="w", values={"owner": "a"}),
        Row(kind="share", name="s", values={"item": 1, "region": "eu", "part": 2}),
        Row(kind="note", name="n", values={"said": "x"}),
        Row(
            kind="link", name="l", values={"wallet": Ref("w"), "region": Ref("s", "region"), "data": {"of": [Ref("w")]}}
        ),
    )
    refs = seed.insert(db, tables, Given(rows=rows))
    key = refs["w"]["id"]
    assert refs == {
        "w": {"kind": "wallet", "id": str(uuid.UUID(key))}, "s": {"kind": "share", "id": "(1,eu)"}, "n": {"kind": "note", "id": None},
        "l": {"kind": "link", "id": 1},
    }  # fmt: skip
    assert db.execute("SELECT wallet::text, region, data FROM links").fetchone() == (key, "eu", {"of": [key]})
    reset.reset(db)
    wrong = (rows[1], Row(kind="link", name="l", values={"region": Ref("s")}))
    with pytest.raises(HarnessError) as caught:
        seed.insert(db, tables, Given(rows=wrong))
    assert (caught.value.code, caught.value.hint) == (
        "seed-composite-ref",
        "name one: Ref('s', 'item'); the key is item, region",
    )
    db.execute("DROP TABLE links")


NAMED = {
    "seen": "[tables.x] names seen, which is a view: its rows are not watched",
    "totals": "[tables.x] names totals, which is a materialized view: its rows are not watched",
    "events_rest": "[tables.x] names events_rest, which is a partition of events: its rows are not watched",
}


@pytest.mark.parametrize("name", NAMED)
def test_what_is_no_table_is_named(db, name):
    """Claim: whose rows are not watched is an error that says what it is, when seeded and when captured."""
    tables = {"x": Table(kind="x", table=name)}
    for ask in (
        lambda: capture.changes(db, tables),
        lambda: seed.insert(db, tables, Given(rows=(Row(kind="x", name="x", values={}),))),
    ):
        with pytest.raises(HarnessError) as caught:
            ask()
        assert (caught.value.code, caught.value.message) == ("table-kind", NAMED[name])


def test_what_a_column_points_at_is_told_by_the_catalogue(db):
    """Claim: a foreign key is told with the kind it points at where its name does not say it, and the key's column with it."""
    capture.mark_baseline(db)
    (uid,) = db.execute("INSERT INTO billing.wallets (owner) VALUES ('x') RETURNING uid::text").fetchone()
    db.execute("INSERT INTO movements (wallet, n) VALUES (%s, 1)", [uid])
    db.execute("INSERT INTO shares VALUES (7, 'eu', 1); INSERT INTO scratch (n) VALUES (1)")
    changes = {change.kind: change for change in capture.changes(db, TABLES)}
    assert {kind: change.key for kind, change in changes.items()} == {
        "wallet": "uid",
        "movement": "uid",
        "share": "",
        "scratch": "id",
    }
    assert {kind: change.links for kind, change in changes.items()} == {
        "wallet": {},
        "movement": {"wallet": "wallet"},
        "share": {},
        "scratch": {},
    }
    assert changes["movement"].after["wallet"] == changes["wallet"].id == uid


def test_each_sequence_may_have_a_range_of_its_own(db):
    """Claim: with id_ranges keys tell their table, after every reset the same; small types stay small, and a sequence that
    has come further is not put back."""
    snapshot.drop(db)
    db.execute("CREATE TABLE small (id smallserial PRIMARY KEY); CREATE TABLE far (id bigserial PRIMARY KEY)")
    db.execute("SELECT setval('far_id_seq', 5000000000)")
    snapshot.take(db, id_ranges=True)
    for _ in range(2):
        drawn = {
            table: db.execute(f"INSERT INTO {table} ({column}) VALUES ({value}) RETURNING id".encode()).fetchone()[0]
            for table, column, value in (("accounts", "name", "'x'"), ("untouched", "n", "1"), ("scratch", "n", "1"), ("small", "id", "DEFAULT"), ("far", "id", "DEFAULT"))
        }  # fmt: skip
        assert drawn["small"] == 1
        assert drawn["far"] == 5000000001
        ranges = {drawn[table] // 1_000_000 for table in ("accounts", "untouched", "scratch")}
        assert len(ranges) == 3
        assert all(700 < one < 720 for one in ranges)
        assert all(drawn[table] % 1_000_000 == 0 for table in ("accounts", "untouched", "scratch"))
        reset.reset(db)
    db.execute("DROP TABLE far, small")
