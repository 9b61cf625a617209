"""The journal: the database history of a cell as transactions in order, each with its net changes to every table.

A row trigger on every table, in whichever schema, writes down what each row was and became, under the transaction that did
it (`pg_current_xact_id`, which savepoints share). What is rolled back is not in it. TRUNCATE is written down as the rows
that it took; a table that is made while the target runs is watched from then on, its first rows included. Values are
PostgreSQL's own text, in UTC: exact for every type, json with its keys in order. Its triggers fire in every mode
of replication; leftover.py tells where somebody switched them off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg

from harness.core.history import Change, Transaction

HEARD = "coalesce(current_setting(''harness.quiet'', true), '''') <> ''on'' OR session_user <> ''harness''"
"""When a row trigger has anything to note, inside a quoted text: it fires in every mode of replication, and the harness alone, which is a
superuser, can have it rest while all is put back."""
TRIGGERS = ("harness_journal", "harness_emptied")

SQL = """
CREATE UNLOGGED TABLE harness.journal (
    n bigint GENERATED ALWAYS AS IDENTITY, xid xid8 NOT NULL, oid oid NOT NULL, before jsonb, after jsonb,
    pid int NOT NULL, role text NOT NULL);

CREATE FUNCTION harness.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET timezone = 'UTC' SET datestyle = 'ISO' SET intervalstyle = 'postgres' SET bytea_output = 'hex' AS $$
BEGIN
    INSERT INTO harness.journal (xid, oid, before, after, pid, role)
    VALUES (pg_current_xact_id(), TG_RELID, CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
            CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END, pg_backend_pid(), current_setting('application_name'));
    RETURN NULL;
END $$;

CREATE FUNCTION harness.note_all(rows text, of_table oid, came boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET timezone = 'UTC' SET datestyle = 'ISO' SET intervalstyle = 'postgres' SET bytea_output = 'hex' AS $$
BEGIN
    EXECUTE format('INSERT INTO harness.journal (xid, oid, before, after, pid, role)
                    SELECT pg_current_xact_id(), %s, CASE WHEN NOT %L THEN to_jsonb(x) END, CASE WHEN %L THEN to_jsonb(x) END,
                           pg_backend_pid(), current_setting(''application_name'') FROM ONLY %s x', of_table, came, came, rows);
END $$;

CREATE FUNCTION harness.note_emptied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM harness.note_all(TG_RELID::regclass::text, TG_RELID, false);
    RETURN NULL;
END $$;

CREATE FUNCTION harness.watch(of_table oid, partition boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS harness_emptied ON %s', of_table::regclass);
    EXECUTE format('CREATE TRIGGER harness_emptied BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION harness.note_emptied()',
                   of_table::regclass);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER harness_emptied', of_table::regclass);
    IF NOT partition THEN  -- a partition has its parent's
        EXECUTE format('DROP TRIGGER IF EXISTS harness_journal ON %s', of_table::regclass);
        EXECUTE format('CREATE TRIGGER harness_journal AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW WHEN (QUIET) EXECUTE FUNCTION harness.note()',
                       of_table::regclass);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER harness_journal', of_table::regclass);
    END IF;
END $$;

CREATE FUNCTION harness.watch_made() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE m record;
BEGIN
    FOR m IN SELECT c.oid, c.relispartition AS partition, d.command_tag AS tag
             FROM pg_event_trigger_ddl_commands() d JOIN pg_class c ON c.oid = d.objid
             WHERE d.classid = 'pg_class'::regclass AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
               AND d.schema_name !~ '^(pg_|harness$|harness_)' LOOP
        PERFORM harness.watch(m.oid, m.partition);
        IF m.tag <> 'CREATE TABLE' THEN
            PERFORM harness.note_all(m.oid::regclass::text, m.oid, true);
        END IF;
    END LOOP;
END $$;
CREATE EVENT TRIGGER harness_made ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
    EXECUTE FUNCTION harness.watch_made();
ALTER EVENT TRIGGER harness_made ENABLE ALWAYS;
""".replace("QUIET", HEARD)
"""Part of what snapshot.take puts in."""

_READ = """
SELECT j.n, j.xid::text, coalesce(t.name, h.name, 'a table that is gone'), coalesce(t.key, '{}'), j.pid, j.role,
       (SELECT jsonb_object_agg(key, value) FROM jsonb_each_text(j.before)),
       (SELECT jsonb_object_agg(key, value) FROM jsonb_each_text(j.after))
FROM (SELECT coalesce(pg_partition_root(oid), oid) AS root, * FROM harness.journal) j
LEFT JOIN harness.tables t ON t.oid = j.root LEFT JOIN harness.there h ON h.oid = j.root
ORDER BY j.n
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One line of the journal: a row before and after one statement. `key` are the columns that tell rows apart, none: ()."""

    xid: str
    table: str
    key: tuple[str, ...]
    pid: int
    role: str
    before: Mapping[str, str | None] | None
    after: Mapping[str, str | None] | None


class Journal(NamedTuple):
    """`transactions` by database and then in the order in which each last wrote; `last` is the number of each database's last line, 0: none."""

    transactions: tuple[Transaction, ...]
    last: tuple[int, ...]


def read(db: psycopg.Connection, *beside: psycopg.Connection) -> Journal:
    """What was committed since the baseline. Without a snapshot there is no journal: nothing was."""
    found: list[Transaction] = []
    last = []
    for one in (db, *beside):
        try:
            lines = one.execute(_READ).fetchall()
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            lines = []
        notes = (
            Note(xid=xid, table=table, key=tuple(key), pid=pid, role=role, before=before, after=after)
            for _, xid, table, key, pid, role, before, after in lines
        )
        found += net(notes)
        last.append(lines[-1][0] if lines else 0)
    return Journal(tuple(found), tuple(last))


def transactions(db: psycopg.Connection, *beside: psycopg.Connection) -> tuple[Transaction, ...]:
    """As `read`, without where it ended."""
    return read(db, *beside).transactions


def net(notes: Iterable[Note]) -> list[Transaction]:
    """Transactions with what each came to: a row that it made and changed is made once, one that it made and took away is
    nothing. Those that came to nothing are left out."""
    by_xid: dict[str, list[tuple[int, Note]]] = {}
    for n, note in enumerate(notes):
        by_xid.setdefault(note.xid, []).append((n, note))
    made = []
    for lines in sorted(by_xid.values(), key=lambda lines: lines[-1][0]):
        last = lines[-1][1]
        changes = tuple(_changes(note for _, note in lines))
        if changes:
            made.append(Transaction(role=last.role, session=last.pid, changes=changes))
    return made


def _changes(notes: Iterable[Note]) -> Iterator[Change]:
    """Each row's first state and its last, in the order in which rows were first touched."""
    rows: dict[tuple[str, str], list[Any]] = {}
    gone: dict[tuple[str, str], list[Any]] = {}
    order: list[list[Any]] = []
    for note in notes:
        state = rows.pop((note.table, _identity(note.before, note.key)), None) if note.before is not None else None
        if note.before is None and note.key:
            state = gone.pop((note.table, _identity(note.after, note.key)), None)
        if state is None:
            state = [note, note.before, None]
            order.append(state)
        state[2] = note.after
        if note.after is None:
            gone[note.table, _identity(note.before, note.key)] = state
        else:
            place = (note.table, _identity(note.after, note.key))
            while place in rows:  # without a key, equal rows are there several times
                place = (place[0], f"{place[1]}+")
            rows[place] = state
    for note, before, after in order:
        if before == after:
            continue
        op = "insert" if before is None else "delete" if after is None else "update"
        row = _identity(after if after is not None else before, note.key) if note.key else ""
        if before is not None and after is not None:
            before, after = _apart(before, after)
        yield Change(table=note.table, op=op, id=row, before=before, after=after, key=note.key)


def _identity(row: Mapping[str, str | None] | None, key: Sequence[str]) -> str:
    values = [(row or {}).get(column) for column in key] if key else sorted((row or {}).items())
    return str(values[0]) if len(key) == 1 else "(" + ",".join(map(str, values)) + ")"


def _apart(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of both only the columns that differ."""
    absent = object()
    differ = [name for name in {**before, **after} if before.get(name, absent) != after.get(name, absent)]
    return {n: before[n] for n in differ if n in before}, {n: after[n] for n in differ if n in after}
