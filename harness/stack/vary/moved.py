"""Whoever asks, moved over to the twin: their credential stays, and what they may see by it is the twin's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from harness.stack.vary.catalogue import Column, Varied

Twins = Mapping[tuple[str, str], str]
"""(table, key) -> the twin's key, as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The row `key` of `table`, which need not be varied, in one database, and the twins of the rows of that."""

    db: psycopg.Connection
    tables: Mapping[str, Varied]
    table: str
    key: str
    twins: Twins


@dataclass(slots=True)
class Move:
    """Over to the twin, and back: neither is a change of the target's, and no trigger of its own fires."""

    persons: Sequence[Person]
    _undo: list[tuple[psycopg.Connection, sql.Composed, Mapping[str, Any]]] = field(default_factory=list)

    def over(self) -> dict[str, int]:
        """Each reference of the row to what has a twin becomes one to that. Where it has none (a person, who is told by their memberships), the
        memberships in what has a twin go, and those in the twin, which are their own, stay. Returns "table.column" -> rows; {} where
        nothing says to whom the row belongs."""
        found: dict[str, int] = {}
        for one in self.persons:
            with _quiet(one.db):
                found |= self._pointed_at_twin(one) or self._left(one)
        return found

    def back(self) -> None:
        """As it was before `over`."""
        while self._undo:
            db, query, values = self._undo.pop()
            with _quiet(db):
                db.execute(query, values)

    def _pointed_at_twin(self, one: Person) -> dict[str, int]:
        table = one.tables.get(one.table)
        found: dict[str, int] = {}
        for column in table.columns if table else ():
            for (points, old), new in one.twins.items() if column.points else ():
                if table is None or points != column.points:
                    continue
                query = sql.SQL(
                    "UPDATE {0} SET {1} = %(new)s::text::{2} WHERE {3}::text = %(key)s AND {1}::text = %(old)s"
                ).format(table.place, sql.Identifier(column.name), sql.SQL(column.type), sql.Identifier(table.key[0]))
                if done := one.db.execute(query, {"key": one.key, "old": old, "new": new}).rowcount:
                    found[f"{table.name}.{column.name}"] = done
                    self._undo.append((one.db, query, {"key": one.key, "old": new, "new": old}))
        return found

    def _left(self, one: Person) -> dict[str, int]:
        found: dict[str, int] = {}
        for table, person in _memberships(one.tables, one.table):
            for column in table.columns:
                olds = [old for points, old in one.twins if column.points and points == column.points]
                if column.name == person.name or not olds:
                    continue
                query = sql.SQL(
                    "DELETE FROM {0} m WHERE {1}::text = %(key)s AND {2}::text = ANY(%(olds)s) RETURNING to_jsonb(m)::text"
                )
                gone = one.db.execute(
                    query.format(table.place, sql.Identifier(person.name), sql.Identifier(column.name)),
                    {"key": one.key, "olds": olds},
                ).fetchall()
                again = sql.SQL(
                    "INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_record(NULL::{0}, %(row)s::jsonb)"
                )
                self._undo += [(one.db, again.format(table.place), {"row": row}) for (row,) in gone]
                if gone:
                    found[f"{table.name}.{column.name}"] = len(gone)
        return found


def _memberships(tables: Mapping[str, Varied], table: str) -> Iterator[tuple[Varied, Column]]:
    """Each table that may say only once that two rows belong together, with its reference to `table`."""
    for one in tables.values():
        points = {column.name: column for column in one.columns if column.points}
        for unique in one.unique:
            ours = [points[column] for column in unique if column in points and points[column].points == table]
            if len(unique) > 1 and ours and all(column in points for column in unique):
                yield one, ours[0]


@contextmanager
def _quiet(db: psycopg.Connection) -> Iterator[None]:
    with db.transaction():
        db.execute("SET LOCAL harness.quiet = 'on'")
        db.execute("SET LOCAL session_replication_role = replica")
        yield
