from django.db import migrations

TABLE = """
CREATE TYPE entry_kind AS ENUM ('charge', 'refund', 'deposit', 'correction');

CREATE SEQUENCE till_entry_id_seq;

CREATE TABLE till_entry (
    id bigint NOT NULL DEFAULT nextval('till_entry_id_seq'),
    booked_at timestamptz NOT NULL,
    kind entry_kind NOT NULL,
    cents integer NOT NULL CHECK (cents > 0),
    order_id bigint REFERENCES catalog_order (id) DEFERRABLE INITIALLY DEFERRED,
    memo text NOT NULL DEFAULT '',
    PRIMARY KEY (id, booked_at),
    CONSTRAINT till_entry_has_order CHECK (kind NOT IN ('charge', 'refund') OR order_id IS NOT NULL)
) PARTITION BY RANGE (booked_at);

ALTER SEQUENCE till_entry_id_seq OWNED BY till_entry.id;

CREATE TABLE till_entry_2025 PARTITION OF till_entry FOR VALUES FROM ('2025-01-01Z') TO ('2026-01-01Z');
CREATE TABLE till_entry_2026 PARTITION OF till_entry FOR VALUES FROM ('2026-01-01Z') TO ('2027-01-01Z');
CREATE TABLE till_entry_2027 PARTITION OF till_entry FOR VALUES FROM ('2027-01-01Z') TO ('2028-01-01Z');
CREATE TABLE till_entry_rest PARTITION OF till_entry DEFAULT;

CREATE INDEX till_entry_order ON till_entry (order_id);
"""

VIEWS = """
CREATE VIEW till_statement AS
SELECT signed.id AS entry_id, booked_at, kind::text AS kind, delta,
       sum(delta) OVER (ORDER BY signed.id) AS balance,
       order_id, catalog_order.operation::text AS operation, memo
  FROM (SELECT *, CASE kind WHEN 'charge' THEN -cents ELSE cents END AS delta FROM till_entry) signed
  LEFT JOIN catalog_order ON catalog_order.id = order_id;

CREATE VIEW till_balance AS
SELECT coalesce(sum(CASE kind WHEN 'charge' THEN -cents ELSE cents END), 0)::bigint AS cents FROM till_entry;
"""

TRIGGERS = """
CREATE FUNCTION till_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(73110);  -- one at a time: two charges must not both see the last cents
    IF NEW.kind = 'charge' AND (SELECT cents FROM till_balance) < NEW.cents THEN
        RAISE EXCEPTION 'balance is below % cents (till_not_below_zero)', NEW.cents
            USING ERRCODE = 'check_violation', CONSTRAINT = 'till_not_below_zero';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER till_entry_guard BEFORE INSERT ON till_entry FOR EACH ROW EXECUTE FUNCTION till_entry_guard();

CREATE FUNCTION till_entry_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries are never changed or deleted; book a correction';
END $$;

CREATE TRIGGER till_entry_stands BEFORE UPDATE OR DELETE ON till_entry
    FOR EACH ROW EXECUTE FUNCTION till_entry_stands();
"""

BACK = """
DROP VIEW till_balance, till_statement;
DROP TABLE till_entry;
DROP FUNCTION till_entry_guard(), till_entry_stands();
DROP TYPE entry_kind;
"""


class Migration(migrations.Migration):
    dependencies = [('till', '0001_initial'), ('catalog', '0001_initial')]
    operations = [migrations.RunSQL([TABLE, VIEWS, TRIGGERS], BACK)]
