"""A PostgreSQL's own catalogue as a value: every schema, and what each relation is, whoever made it.

Read from pg_catalog by the observer's connection: it says what is there, and not what a model says there should be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from harness.core.look.database import Column, Database, Sequence, Table, Trigger
from harness.core.look.django import ForeignKey, Key


class Asked(Protocol):
    """As much of a connection as is needed."""

    def execute(self, query: str, /) -> Any: ...


def of(db: Asked, *, but_schemas: Collection[str] = (), but_triggers: Collection[str] = ()) -> Database:
    """All of it but system schemas, what extensions own, and what is the harness's own."""
    schemas = tuple(name for (name,) in _rows(db, _SCHEMAS) if name not in but_schemas)
    columns = _grouped(db, _COLUMNS)
    constraints, indexes = _grouped(db, _CONSTRAINTS), _grouped(db, _INDEXES)
    triggers, policies = _grouped(db, _TRIGGERS), _grouped(db, _POLICIES)
    enums: dict[str, tuple[str, ...]] = {}
    for name, value in _rows(db, _ENUMS):
        enums[name] = (*enums.get(name, ()), value)
    tables = []
    for oid, schema, name, kind, parent, owner, row_security, force in _rows(db, _RELATIONS):
        if schema not in schemas:
            continue
        own = constraints.get(oid, [])
        tables.append(
            Table(
                schema=schema,
                name=name,
                kind=kind,
                parent=parent or "",
                owner=owner,
                columns=tuple(_column(*row) for row in columns.get(oid, [])),
                primary_key=next((tuple(row[2]) for row in own if row[0] == "p"), ()),
                unique=(
                    *(Key(name=row[1], columns=tuple(row[2]), partial=False) for row in own if row[0] == "u"),
                    *(Key(name=row[0], columns=tuple(row[1]), partial=row[2]) for row in indexes.get(oid, [])),
                ),
                foreign_keys=tuple(_foreign_key(*row[2:]) for row in own if row[0] == "f"),
                triggers=tuple(
                    Trigger(name=row[0], definition=row[1], enabled=row[2])
                    for row in triggers.get(oid, [])
                    if row[0] not in but_triggers
                ),
                row_security=row_security,
                force_row_security=force,
                policies=tuple(row[0] for row in policies.get(oid, [])),
            )
        )
    return Database(
        version=_rows(db, "SHOW server_version")[0][0],
        schemas=schemas,
        extensions=dict(_rows(db, "SELECT extname, extversion FROM pg_extension ORDER BY 1")),
        enums=enums,
        tables=tuple(tables),
        sequences=tuple(_sequence(*row) for row in _rows(db, _SEQUENCES) if row[0] in schemas),
    )


def _rows(db: Asked, query: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = db.execute(query).fetchall()
    return found


def _grouped(db: Asked, query: str) -> Mapping[int, list[tuple[Any, ...]]]:
    """Rows by their first column, the relation."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    for oid, *row in _rows(db, query):
        found.setdefault(oid, []).append(tuple(row))
    return found


def _column(
    name: str, kind: str, typed: str, base: str, notnull: bool, default: str, identity: str, generated: str, sequence: str
) -> Column:  # fmt: skip
    return Column(
        name=name,
        type=kind,
        kind=typed,
        base=base or "",
        null=not notnull,
        default="" if generated else default or "",
        identity={"a": "always", "d": "by default"}.get(identity, ""),
        generated=bool(generated),
        sequence=sequence or "",
    )


def _foreign_key(columns: list[str], schema: str, table: str, to_columns: list[str], on_delete: str) -> ForeignKey:
    words = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
    return ForeignKey(
        columns=tuple(columns), to_schema=schema, to_table=table, to_columns=tuple(to_columns),
        on_delete=words.get(on_delete, on_delete), constraint=True,
    )  # fmt: skip


def _sequence(
    schema: str, name: str, kind: str, start: int, increment: int, low: int, high: int, cycle: bool, column: str
) -> Sequence:
    return Sequence(
        schema=schema, name=name, type=kind, start=start, increment=increment, minimum=low, maximum=high, cycle=cycle,
        column=column or "",
    )  # fmt: skip


_SYSTEM = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
_NOT_OF_EXTENSION = "NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')"

_SCHEMAS = f"SELECT n.nspname FROM pg_namespace n WHERE {_SYSTEM} ORDER BY 1"

_RELATIONS = f"""
SELECT c.oid::bigint, n.nspname, c.relname,
       CASE WHEN c.relispartition THEN 'partition' ELSE CASE c.relkind
           WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned' WHEN 'v' THEN 'view'
           WHEN 'm' THEN 'materialized view' ELSE 'foreign' END END,
       (SELECT pn.nspname || '.' || p.relname FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
            JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid ORDER BY i.inhseqno LIMIT 1),
       pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_SYSTEM} AND {_NOT_OF_EXTENSION}
ORDER BY n.nspname, c.relname"""

_COLUMNS = f"""
SELECT a.attrelid::bigint, a.attname, format_type(a.atttypid, a.atttypmod),
       CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN 'array' ELSE CASE t.typtype
           WHEN 'e' THEN 'enum' WHEN 'r' THEN 'range' WHEN 'm' THEN 'multirange' WHEN 'd' THEN 'domain'
           WHEN 'c' THEN 'composite' ELSE 'base' END END,
       CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN format_type(t.typelem, a.atttypmod)
            WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
       a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
       coalesce(
           (SELECT sn.nspname || '.' || s.relname FROM pg_depend x
                JOIN pg_class s ON s.oid = x.objid AND s.relkind = 'S' JOIN pg_namespace sn ON sn.oid = s.relnamespace
            WHERE x.classid = 'pg_class'::regclass AND x.refobjid = a.attrelid AND x.refobjsubid = a.attnum
              AND x.deptype IN ('a', 'i') LIMIT 1),
           (SELECT sn.nspname || '.' || s.relname FROM pg_depend x
                JOIN pg_class s ON s.oid = x.refobjid AND s.relkind = 'S' JOIN pg_namespace sn ON sn.oid = s.relnamespace
            WHERE x.classid = 'pg_attrdef'::regclass AND x.objid = d.oid LIMIT 1))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_SYSTEM}
ORDER BY a.attrelid, a.attnum"""

_NAMES = "ARRAY(SELECT y.attname::text FROM unnest({keys}) WITH ORDINALITY z(n, o) JOIN pg_attribute y ON y.attrelid = {of} AND y.attnum = z.n ORDER BY z.o)"

_CONSTRAINTS = f"""
SELECT k.conrelid::bigint, k.contype, k.conname, {_NAMES.format(keys="k.conkey", of="k.conrelid")},
       fn.nspname, f.relname, {_NAMES.format(keys="k.confkey", of="k.confrelid")}, k.confdeltype
FROM pg_constraint k LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
WHERE k.conrelid <> 0 AND k.contype IN ('p', 'u', 'f')
  -- a key to a partitioned table stands there once more for each of its partitions
  AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)
ORDER BY k.conrelid, k.contype, k.conname"""

_INDEXES = f"""
SELECT i.indrelid::bigint, x.relname, {_NAMES.format(keys="i.indkey::smallint[]", of="i.indrelid")}, i.indpred IS NOT NULL
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
WHERE i.indisunique AND NOT i.indisprimary AND NOT (0 = ANY (i.indkey::smallint[]))
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY i.indrelid, x.relname"""

_TRIGGERS = """
SELECT g.tgrelid::bigint, g.tgname, pg_get_triggerdef(g.oid), g.tgenabled <> 'D'
FROM pg_trigger g WHERE NOT g.tgisinternal ORDER BY g.tgrelid, g.tgname"""

_POLICIES = "SELECT p.polrelid::bigint, p.polname FROM pg_policy p ORDER BY p.polrelid, p.polname"

_ENUMS = f"""
SELECT format_type(t.oid, NULL), e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {_SYSTEM} ORDER BY 1, e.enumsortorder"""

_SEQUENCES = f"""
SELECT n.nspname, c.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle,
       (SELECT tn.nspname || '.' || t.relname || '.' || a.attname
        FROM pg_depend x JOIN pg_class t ON t.oid = x.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.refobjsubid
        WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype IN ('a', 'i') LIMIT 1)
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_SYSTEM} ORDER BY n.nspname, c.relname"""
