"""What makes reset and capture fast: shadows of every table, and triggers that note which tables a statement touched.

All of it lives in the schema `harness`, but for one statement-level trigger on each table of the target:

    snapshot   schema harness_snapshot: each table as the target's migrations left it
    baseline   schema harness_baseline: touched tables as seeding left them
    harness.tables     oid, name, column list and key of each table
    harness.dirty      one line a statement that touched a table since the baseline (or the last reset)
    harness.seeded     the tables that were dirty when the baseline was taken
    harness.sequences  where each sequence stood

Marks are appended, never looked up first: a unique key would make the target's transactions wait for each other, and
a mark that is skipped because another transaction made it is lost when that one is reset.
"""

from __future__ import annotations

import psycopg

VERSION = 1
"""Part of the key of cached databases: raise it when the SQL here changes."""

SCHEMAS = ("harness", "harness_snapshot", "harness_baseline")
TRIGGERS = ("harness_mark",)
"""What is here of the harness and not of the target."""


def take(db: psycopg.Connection) -> None:
    """(Re)build the shadows from the database as it stands now; call after migrating. Whatever it holds is the snapshot."""
    with db.transaction():
        db.execute(_SCHEMA)
        db.execute("SELECT harness.take_snapshot()")


def drop(db: psycopg.Connection) -> None:
    """Take everything out again, the triggers too: the database is the target's alone."""
    db.execute("DROP SCHEMA IF EXISTS harness, harness_snapshot, harness_baseline CASCADE")


_SCHEMA = """
DROP SCHEMA IF EXISTS harness, harness_snapshot, harness_baseline CASCADE;
CREATE SCHEMA harness;
CREATE SCHEMA harness_snapshot;
CREATE SCHEMA harness_baseline;
CREATE TABLE harness.tables (oid oid PRIMARY KEY, name text NOT NULL, columns text NOT NULL);
CREATE UNLOGGED TABLE harness.dirty (oid oid NOT NULL);
CREATE UNLOGGED TABLE harness.seeded (oid oid NOT NULL);
CREATE TABLE harness.sequences (oid oid PRIMARY KEY, last_value bigint NOT NULL, is_called boolean NOT NULL);

CREATE FUNCTION harness.mark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO harness.dirty VALUES (TG_RELID);
    RETURN NULL;
END $$;

CREATE FUNCTION harness.dirty_tables() RETURNS TABLE (oid oid) LANGUAGE sql AS $$
    -- statements on a partitioned table name the parent
    SELECT DISTINCT tree.relid::oid
    FROM (SELECT DISTINCT d.oid FROM harness.dirty d) d
    CROSS JOIN LATERAL (SELECT d.oid AS relid UNION SELECT relid FROM pg_partition_tree(d.oid::regclass)) tree
    JOIN harness.tables t ON t.oid = tree.relid
$$;

CREATE FUNCTION harness.take_snapshot() RETURNS void LANGUAGE plpgsql AS $$
DECLARE t record; s record;
BEGIN
    FOR t IN SELECT c.oid, c.relname, c.relkind,
                    (SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum) FROM pg_attribute
                     WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns
             FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS harness_mark ON public.%I', t.relname);
        EXECUTE format('CREATE TRIGGER harness_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.%I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION harness.mark()', t.relname);
        CONTINUE WHEN t.relkind = 'p' OR t.columns IS NULL;
        INSERT INTO harness.tables VALUES (t.oid, t.relname, t.columns);
        EXECUTE format('CREATE UNLOGGED TABLE harness_baseline.%I AS SELECT * FROM public.%I LIMIT 0', t.relname, t.relname);
        EXECUTE format('CREATE TABLE harness_snapshot.%I AS SELECT * FROM public.%I', t.relname, t.relname);
    END LOOP;
    FOR s IN SELECT c.oid, c.relname FROM pg_class c
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S'
    LOOP
        EXECUTE format('INSERT INTO harness.sequences SELECT %s, last_value, is_called FROM public.%I', s.oid, s.relname);
    END LOOP;
END $$;

CREATE FUNCTION harness.lock_all() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- waits for writers in progress, whose marks and rows are not visible yet; does not wait for readers
    EXECUTE (SELECT 'LOCK TABLE ' || string_agg(format('public.%I', name), ', ' ORDER BY name)
                    || ' IN SHARE ROW EXCLUSIVE MODE' FROM harness.tables);
END $$;

CREATE FUNCTION harness.reset() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE t record; touched text[];
BEGIN
    PERFORM harness.lock_all();
    SET LOCAL session_replication_role = replica;
    SELECT coalesce(array_agg(name ORDER BY name), '{}') INTO touched FROM harness.tables
    WHERE oid IN (SELECT oid FROM harness.dirty_tables() UNION SELECT oid FROM harness.seeded);
    FOR t IN SELECT name, columns FROM harness.tables WHERE name = ANY (touched) ORDER BY name LOOP
        EXECUTE format('DELETE FROM public.%I', t.name);
        EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM harness_snapshot.%I',
                       t.name, t.columns, t.columns, t.name);
    END LOOP;
    PERFORM setval(oid::regclass, last_value, is_called) FROM harness.sequences;
    PERFORM harness.empty('harness.dirty');
    PERFORM harness.empty('harness.seeded');
    RETURN touched;
END $$;

CREATE FUNCTION harness.mark_baseline() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE t record; touched text[] := '{}';
BEGIN
    PERFORM harness.lock_all();
    INSERT INTO harness.seeded SELECT oid FROM harness.dirty_tables() EXCEPT SELECT oid FROM harness.seeded;
    FOR t IN SELECT name FROM harness.tables WHERE oid IN (SELECT oid FROM harness.seeded) ORDER BY name LOOP
        PERFORM harness.empty(format('harness_baseline.%I', t.name));
        EXECUTE format('INSERT INTO harness_baseline.%I SELECT * FROM public.%I', t.name, t.name);
        touched := touched || t.name;
    END LOOP;
    PERFORM harness.empty('harness.dirty');
    RETURN touched;
END $$;

CREATE FUNCTION harness.empty(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- TRUNCATE costs a millisecond and keeps the file short; DELETE is free while the file is
    IF pg_relation_size(name::regclass) > 65536 THEN
        EXECUTE 'TRUNCATE ' || name;
    ELSE
        EXECUTE 'DELETE FROM ' || name;
    END IF;
END $$;
"""
