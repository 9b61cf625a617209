"""The SQL of the schema `harness`: what is noted while the target runs, how the shadows are taken, how all goes back.

snapshot.py says what it is for. Tables are called by oid, so that one that was renamed is still itself; a shadow is
called `t<oid>`.
"""

from __future__ import annotations

from harness.stack.database.journal import HEARD
from harness.stack.database.keys import columns_of, key_of, links_of, sequence_of

NOTES = """
DROP SCHEMA IF EXISTS harness, harness_snapshot, harness_baseline CASCADE;
CREATE SCHEMA harness;
CREATE SCHEMA harness_snapshot;
CREATE SCHEMA harness_baseline;
-- place: the table in SQL; rows: exactly its own, of one that is inherited too, of partitions their parent's;
-- key: its columns, none: {}; numbered: a sequence draws it
CREATE TABLE harness.tables (
    oid oid PRIMARY KEY, name text NOT NULL, columns text NOT NULL, key text[] NOT NULL, numbered boolean NOT NULL,
    place text NOT NULL, rows text NOT NULL, sequence text, names text[] NOT NULL, types text[] NOT NULL, required text[] NOT NULL,
    links jsonb NOT NULL);
CREATE TABLE harness.relations (oid oid PRIMARY KEY, name text NOT NULL, kind "char" NOT NULL);
CREATE UNLOGGED TABLE harness.dirty (oid oid NOT NULL);
CREATE UNLOGGED TABLE harness.seeded (oid oid NOT NULL);
CREATE UNLOGGED TABLE harness.inserted (n bigint GENERATED ALWAYS AS IDENTITY, oid oid NOT NULL, key text NOT NULL);
CREATE TABLE harness.sequences (oid oid PRIMARY KEY, last_value bigint NOT NULL, is_called boolean NOT NULL);

-- what is done before and after a table's rows are put back; without a table, after any
CREATE TABLE harness.around (oid oid, before text NOT NULL, statement text NOT NULL);
CREATE TABLE harness.censused AS SELECT ''::text AS said;
-- when the database was initialised, and when this was taken: what a migration dates lies between
CREATE TABLE harness.taken AS
    SELECT (system_identifier >> 32)::float8 AS begun, 0::float8 AS at FROM pg_control_system();

CREATE FUNCTION harness.mark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO harness.dirty VALUES (TG_RELID);
    RETURN NULL;
END $$;

CREATE VIEW harness.there AS
    -- everything that is the target's now: not the system's, not the harness's, not an extension's
    SELECT c.oid, c.relkind AS kind, c.relispartition AS partition, c.relname, n.nspname,
           CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END::text AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_'
      AND n.nspname NOT IN ('information_schema', 'harness', 'harness_snapshot', 'harness_baseline')
      AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')
    UNION ALL
    SELECT n.oid, 'n', false, '', n.nspname, 'the schema ' || n.nspname FROM pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'harness', 'harness_snapshot', 'harness_baseline');

CREATE FUNCTION harness.dirty_tables() RETURNS TABLE (oid oid) LANGUAGE sql AS $$
    SELECT t.oid FROM (SELECT DISTINCT coalesce(pg_partition_root(d.oid), d.oid) AS oid FROM harness.dirty d) d
    JOIN harness.tables t USING (oid)
$$;
"""

TAKE = (
    """
CREATE FUNCTION harness.key_text(row_name text, key text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    -- how a row's key is written: the one column's text, else a row of them; without a key, a digest of the whole
    SELECT CASE cardinality(key)
        WHEN 0 THEN format('md5(%s::text)', row_name)
        WHEN 1 THEN format('%s.%I::text', row_name, key[1])
        ELSE 'ROW(' || (SELECT string_agg(format('%s.%I', row_name, k), ', ' ORDER BY n)
                        FROM unnest(key) WITH ORDINALITY u(k, n)) || ')::text'
    END
$$;

CREATE FUNCTION harness.take_snapshot() RETURNS void LANGUAGE plpgsql AS $$
DECLARE t record; counter oid; made harness.tables;
BEGIN
    INSERT INTO harness.relations SELECT oid, name, kind FROM harness.there;
    FOR t IN SELECT * FROM harness.there WHERE kind IN ('r', 'p') ORDER BY name LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS harness_mark ON %s', t.oid::regclass);
        EXECUTE format('CREATE TRIGGER harness_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s '
                       'FOR EACH STATEMENT EXECUTE FUNCTION harness.mark()', t.oid::regclass);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER harness_mark', t.oid::regclass);
        PERFORM harness.watch(t.oid, t.partition);
        CONTINUE WHEN t.partition;
        SELECT t.oid, t.name,
                 (SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum) FROM pg_attribute
                  WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),
                 KEY_OF, false, t.oid::regclass, CASE t.kind WHEN 'p' THEN '' ELSE 'ONLY ' END || t.oid::regclass, NULL, COLUMNS_OF, LINKS_OF INTO made;
        CONTINUE WHEN made.columns IS NULL;
        made.sequence := CASE WHEN cardinality(made.key) = 1 THEN SEQUENCE_OF::text END;
        made.numbered := EXISTS (
            SELECT FROM pg_sequence s WHERE s.seqrelid = made.sequence::regclass AND s.seqincrement > 0);
        INSERT INTO harness.tables SELECT made.*;
        IF NOT made.numbered THEN
            EXECUTE format('CREATE FUNCTION harness.insert_%s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $f$
                            BEGIN INSERT INTO harness.inserted (oid, key) VALUES (%s, %s); RETURN NULL; END $f$',
                           t.oid, t.oid, harness.key_text('NEW', made.key));
            EXECUTE format('CREATE TRIGGER harness_insert AFTER INSERT ON %s FOR EACH ROW WHEN (QUIET) EXECUTE FUNCTION harness.insert_%s()',
                           t.oid::regclass, t.oid);
            EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER harness_insert', t.oid::regclass);
        END IF;
        EXECUTE format('CREATE UNLOGGED TABLE harness_baseline.t%s AS SELECT * FROM %s LIMIT 0', t.oid, made.rows);
        EXECUTE format('CREATE TABLE harness_snapshot.t%s AS SELECT * FROM %s', t.oid, made.rows);
    END LOOP;
    FOR counter IN SELECT oid FROM harness.there WHERE kind = 'S' LOOP
        EXECUTE format('INSERT INTO harness.sequences SELECT %s, last_value, is_called FROM %s', counter, counter::regclass);
    END LOOP;
    INSERT INTO harness.around
    SELECT coalesce(pg_partition_root(g.tgrelid), g.tgrelid), format('ALTER TABLE %s DISABLE TRIGGER %I', g.tgrelid::regclass, g.tgname),
           format('ALTER TABLE %s ENABLE %s TRIGGER %I', g.tgrelid::regclass,
                  CASE g.tgenabled WHEN 'A' THEN 'ALWAYS' ELSE 'REPLICA' END, g.tgname)
    FROM pg_trigger g JOIN harness.there h ON h.oid = g.tgrelid
    WHERE g.tgenabled IN ('A', 'R') AND NOT g.tgisinternal AND g.tgparentid = 0 AND g.tgname !~ '^harness_';
    INSERT INTO harness.around
    SELECT NULL, '', format('REFRESH MATERIALIZED VIEW %s', h.oid::regclass)
    FROM harness.there h JOIN pg_class c ON c.oid = h.oid WHERE h.kind = 'm' AND c.relispopulated;
    UPDATE harness.censused SET said = harness.census();
    UPDATE harness.taken SET at = extract(epoch FROM clock_timestamp());
    INSERT INTO harness.shape SELECT * FROM harness.shapes;
END $$;
""".replace("KEY_OF", key_of("t.oid"))
    .replace("SEQUENCE_OF", sequence_of("t.oid", "made.key[1]"))
    .replace("COLUMNS_OF", columns_of("t.oid"))
    .replace("LINKS_OF", links_of("t.oid"))
    .replace("QUIET", HEARD)
)

RANGES = """
SELECT setval(s.oid::regclass, s.first, false) FROM (
    SELECT h.oid, 700000000 + 1000000 * row_number() OVER (ORDER BY h.name) AS first, q.seqmax, q.seqincrement
    FROM harness.there h JOIN pg_sequence q ON q.seqrelid = h.oid WHERE h.kind = 'S'
) s
WHERE s.seqincrement > 0 AND s.first + 1000000 < s.seqmax AND coalesce(pg_sequence_last_value(s.oid), 0) < s.first
  AND NOT EXISTS (
    SELECT FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i') AND a.atttypid = 'int2'::regtype)
"""

BACK = """
CREATE FUNCTION harness.census() RETURNS text LANGUAGE sql STABLE AS $$
    -- whether anything came or went, before it is asked what: temporary tables change it too
    SELECT (SELECT count(*) || ' ' || sum(oid::bigint) FROM pg_class WHERE relnamespace >= 16384 OR relnamespace = 'public'::regnamespace)
        || ' ' || (SELECT sum(oid::bigint) FROM pg_namespace)
$$;

CREATE FUNCTION harness.made() RETURNS SETOF harness.there LANGUAGE sql STABLE AS $$
    SELECT t.* FROM harness.there t WHERE NOT EXISTS (SELECT FROM harness.relations r WHERE r.oid = t.oid)
$$;

CREATE FUNCTION harness.lost() RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT r.name FROM harness.relations r WHERE r.kind IN ('r', 'p', 'n')
      AND NOT EXISTS (SELECT FROM harness.there t WHERE t.oid = r.oid) ORDER BY 1
$$;

CREATE FUNCTION harness.drop_made() RETURNS void LANGUAGE plpgsql AS $$
DECLARE m record; word text;
BEGIN
    INSERT INTO harness.dirty SELECT pg_partition_root(oid) FROM harness.made() WHERE partition;
    FOR m IN SELECT * FROM harness.made() ORDER BY kind = 'n', name LOOP
        -- what was made for something that has just gone is gone
        CONTINUE WHEN NOT EXISTS (SELECT FROM harness.there t WHERE t.oid = m.oid);
        word := CASE m.kind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
                            WHEN 'S' THEN 'SEQUENCE' WHEN 'n' THEN 'SCHEMA' ELSE 'TABLE' END;
        EXECUTE format('DROP %s %s CASCADE', word,
                       CASE WHEN m.kind = 'n' THEN format('%I', m.nspname) ELSE m.oid::regclass::text END);
    END LOOP;
END $$;

CREATE FUNCTION harness.lock_all() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- waits for writers in progress, whose marks and rows are not visible yet; does not wait for readers
    IF EXISTS (SELECT FROM harness.tables) THEN
        EXECUTE (SELECT 'LOCK TABLE ' || string_agg(t.rows, ', ' ORDER BY t.name)
                        || ' IN SHARE ROW EXCLUSIVE MODE' FROM harness.tables t);
    END IF;
END $$;

CREATE FUNCTION harness.reset() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE t harness.tables; g record; touched text[]; gone text; changed boolean; again text; later text[] := '{}';
BEGIN
    changed := harness.census() IS DISTINCT FROM (SELECT said FROM harness.censused);
    IF changed THEN
        SELECT string_agg(lost, ', ') INTO gone FROM harness.lost() lost;
        IF gone IS NOT NULL THEN
            RAISE EXCEPTION '%', gone USING ERRCODE = 'undefined_table';
        END IF;
    END IF;
    PERFORM harness.lock_all();
    IF changed THEN
        PERFORM harness.drop_made();
    END IF;
    PERFORM harness.watch_again();
    -- the target's own triggers have fired when it wrote the rows, also those that say they fire in any case
    SET LOCAL session_replication_role = replica;
    SET LOCAL harness.quiet = 'on';
    SELECT coalesce(array_agg(name ORDER BY name), '{}') INTO touched FROM harness.tables
    WHERE oid IN (SELECT oid FROM harness.dirty_tables() UNION SELECT oid FROM harness.seeded);
    FOR g IN SELECT a.before, a.statement FROM harness.around a JOIN harness.tables USING (oid) WHERE name = ANY (touched) LOOP
        EXECUTE g.before;
        later := later || g.statement;
    END LOOP;
    FOR t IN SELECT * FROM harness.tables WHERE name = ANY (touched) ORDER BY name LOOP
        EXECUTE format('DELETE FROM %s', t.rows);
        EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM harness_snapshot.t%s',
                       t.place, t.columns, t.columns, t.oid);
    END LOOP;
    FOREACH again IN ARRAY later LOOP
        EXECUTE again;
    END LOOP;
    IF touched <> '{}' THEN
        FOR again IN SELECT statement FROM harness.around WHERE oid IS NULL LOOP
            EXECUTE again;
        END LOOP;
    END IF;
    IF changed THEN
        DELETE FROM harness.sequences s WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = s.oid);
    END IF;
    PERFORM setval(s.oid::regclass, s.last_value, s.is_called) FROM harness.sequences s;
    PERFORM harness.empty('harness.dirty');
    PERFORM harness.empty('harness.seeded');
    PERFORM harness.empty('harness.inserted');
    PERFORM harness.empty('harness.journal');
    RETURN touched;
END $$;

CREATE FUNCTION harness.mark_baseline() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE t harness.tables; touched text[] := '{}';
BEGIN
    PERFORM harness.lock_all();
    INSERT INTO harness.seeded SELECT oid FROM harness.dirty_tables() EXCEPT SELECT oid FROM harness.seeded;
    FOR t IN SELECT * FROM harness.tables WHERE oid IN (SELECT oid FROM harness.seeded) ORDER BY name LOOP
        PERFORM harness.empty(format('harness_baseline.t%s', t.oid));
        EXECUTE format('INSERT INTO harness_baseline.t%s SELECT * FROM %s', t.oid, t.rows);
        touched := touched || t.name;
    END LOOP;
    PERFORM harness.empty('harness.dirty');
    PERFORM harness.empty('harness.journal');
    RETURN touched;
END $$;

CREATE FUNCTION harness.empty(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE size bigint := pg_relation_size(name::regclass);
BEGIN
    -- TRUNCATE costs a millisecond and keeps the file short; DELETE is free while the file is
    IF size > 65536 THEN
        EXECUTE 'TRUNCATE ' || name;
    ELSIF size > 0 THEN
        EXECUTE 'DELETE FROM ' || name;
    END IF;
END $$;
"""
