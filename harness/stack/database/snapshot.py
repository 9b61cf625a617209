"""What makes reset and capture fast: shadows of every table, and triggers that note which tables a statement touched.

All of it lives in schemas of its own, but for triggers on tables of the target, in whichever schema they stand:

    snapshot   schema harness_snapshot: each table as the target's migrations left it
    baseline   schema harness_baseline: touched tables as seeding left them
    harness.tables     each table: oid, name, key, columns that can be written
    harness.relations  every table, partition, view, sequence and schema that was there: what came since is dropped
    harness.dirty      one line a statement that touched a table since the baseline (or the last reset)
    harness.seeded     the tables that were dirty when the baseline was taken
    harness.inserted   one line an inserted row, in order, of tables whose key does not say the order
    harness.journal    one line a row that a statement changed, with its transaction: journal.py
    harness.sequences  where each sequence stood
    harness.shape      columns, keys, indexes and triggers of each table: leftover.py
    harness.taken      when the database was made

A table is a row of harness.tables by its root: rows of partitions are the partitioned table's. Views and foreign tables
have none, nor have tables that an extension brought. Its `key` is the primary key, else a unique index over columns that
are never null, else none.

Rows come in the order in which they were written. A key that a sequence draws says that order by itself; for any other
(random, natural, composite or no key) a row trigger notes it.

Marks are appended, never looked up first: a unique key would make the target's transactions wait for each other, and
a mark that is skipped because another transaction made it is lost when that one is reset.
"""

from __future__ import annotations

import psycopg

from harness.stack.database import journal, leftover, observer
from harness.stack.database.shadows import BACK, NOTES, RANGES, TAKE

VERSION = 6
"""Part of the key of cached databases: raise it when the SQL here or in shadows.py changes."""

SCHEMAS = ("harness", "harness_snapshot", "harness_baseline")
TRIGGERS = ("harness_mark", "harness_insert", *journal.TRIGGERS)
"""What is here of the harness and not of the target."""


def take(db: psycopg.Connection, *, id_ranges: bool = False) -> None:
    """(Re)build the shadows from the database as it stands now; call after migrating. Whatever it holds is the snapshot.

    With `id_ranges` the k-th sequence goes on at 700,000,000 + k x 1,000,000, where it has not come so far and the type of
    its column reaches so far: keys of smallint stay small.
    """
    with observer.patient(db), db.transaction():
        for part in (NOTES, leftover.SHAPE, journal.SQL, TAKE, BACK):
            db.execute(part)
        if id_ranges:
            db.execute(RANGES)
        db.execute("SELECT harness.take_snapshot()")


def made_between(db: psycopg.Connection, *beside: psycopg.Connection) -> list[list[float]]:
    """When the snapshot's rows were made: (begun, ended) of each database in seconds since the epoch, on the real clock."""
    found = []
    for one in (db, *beside):
        try:
            found.append(list(one.execute("SELECT begun, at FROM harness.taken").fetchone() or ()))
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            continue
    return [span for span in found if span]


def drop(db: psycopg.Connection) -> None:
    """Take everything out again, the triggers too: the database is the target's alone."""
    with observer.patient(db):
        db.execute("DROP SCHEMA IF EXISTS harness, harness_snapshot, harness_baseline CASCADE")
