"""A database with tables of every kind, whatever their keys, types and schemas."""

from __future__ import annotations

import pytest

from harness.stack.database import snapshot

KINDS = """
CREATE SCHEMA IF NOT EXISTS billing;
DROP TABLE IF EXISTS billing.wallets;
CREATE TABLE billing.wallets (uid uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner text NOT NULL, cents numeric(12, 2));
CREATE TABLE movements (uid uuid PRIMARY KEY DEFAULT gen_random_uuid(), wallet uuid REFERENCES billing.wallets, n int NOT NULL);
CREATE TABLE shares (item int, region text, part int NOT NULL, PRIMARY KEY (item, region));
CREATE TABLE notes (said text, n int);
CREATE TABLE codes (code text NOT NULL UNIQUE, n int, maybe int UNIQUE);
CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY, day date NOT NULL, what text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE UNLOGGED TABLE scratch (id serial PRIMARY KEY, n int);
CREATE TABLE parents (id serial PRIMARY KEY, n int);
CREATE TABLE children (extra int) INHERITS (parents);
CREATE VIEW seen AS SELECT * FROM prices;
CREATE MATERIALIZED VIEW totals AS SELECT sum(credits) AS total FROM prices;
CREATE TABLE "a/b %s" ("the %key" int PRIMARY KEY, "100%" text);
INSERT INTO notes VALUES ('same', 1), ('same', 1), ('other', 2);
INSERT INTO parents (n) VALUES (1);
INSERT INTO children (n, extra) VALUES (2, 2);
INSERT INTO events (day, what) VALUES ('2026-05-01', 'first'), ('2030-01-01', 'far');
"""


@pytest.fixture
def every_kind(db):
    snapshot.drop(db)
    db.execute(KINDS)
    snapshot.take(db)
    yield db
    snapshot.drop(db)
    db.execute("DROP SCHEMA IF EXISTS billing CASCADE")
