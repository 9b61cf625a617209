"""Numbers and secrets, laid over every row of every table that is varied."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import psycopg
from psycopg import sql

from harness.core.variation import MOST_ROWS
from harness.provider.marks import SECRET
from harness.stack.vary import values
from harness.stack.vary.catalogue import Column, Varied, in_order

Become = Callable[[Any, int], Any]
"""value, rank of its row -> what it becomes."""
Kind = Callable[[Column, str, str], Become | None]
"""Column, name of its table, seed -> what its values become; None where none of them may."""


def number_of(column: Column, table: str, seed: str) -> Become | None:
    """What numbers of a column become; None where it has none that may."""
    where = f"{table}.{column.name}"
    if not _free(column) or values.REFERS.search(column.name):
        return None
    match column.kind:
        case "whole":
            return lambda value, rank: values.whole(value, values.step(seed, where, rank))
        case "exact":
            return lambda value, rank: values.exact(value, values.step(seed, where, rank), column.scale)
        case "float":
            return lambda value, rank: values.floating(value, values.step(seed, where, rank))
        case "json":
            return lambda value, rank: values.json_numbers(value, seed, where, rank)
    return None


def secret_of(column: Column, table: str, seed: str) -> Become | None:
    """What secrets of a column become."""
    where = f"{table}.{column.name}"
    if not _free(column):
        return None
    if column.kind == "json":
        return lambda value, rank: values.json_secrets(value, SECRET, seed, where, rank)
    if column.kind == "text" and SECRET.search(column.name):
        return lambda value, rank: values.secret(value, seed, where, rank)
    return None


def words_of(column: Column, table: str, seed: str) -> Become | None:
    """What texts that people write become: those with a space between their words."""
    if not _free(column) or column.kind not in ("text", "json") or SECRET.search(column.name):
        return None
    if column.kind == "json":
        return lambda value, rank: values.json_words(value)
    return lambda value, rank: values.words(value, column.limit)


def dates_of(column: Column, table: str, seed: str) -> Become | None:
    """What times become that are past: one second after the other, as their rows were written."""
    if not _free(column) or column.kind not in ("time", "date"):
        return None
    return values.past_date if column.kind == "date" else values.past_time


def _free(column: Column) -> bool:
    return column.written and not (column.alone or column.fixed or column.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """What rows of one table become. `texts` has for each column a text (None: null) for each of `keys`; `changed` how many are others than before."""

    table: Varied
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    texts: tuple[tuple[str | None, ...], ...]
    changed: Mapping[str, int]


def each_of(*kinds: Kind) -> Kind:
    """What a column becomes by all of these, one after the other."""

    def become(column: Column, table: str, seed: str) -> Become | None:
        steps = [made for kind in kinds if (made := kind(column, table, seed)) is not None]
        return (lambda value, rank: reduce(lambda now, step: step(now, rank), steps, value)) if steps else None

    return become


def laid(
    db: psycopg.Connection, tables: Mapping[str, Varied], become: Kind, seed: str, kept: Sequence[str] = ()
) -> dict[str, int]:
    """Change every value that `become` has something for; returns "table.column" -> rows that were changed."""
    written = others(db, tables, become, seed, kept)
    return {f"{one.table.name}.{name}": count for one in written for name, count in one.changed.items()}


def others(
    db: psycopg.Connection, tables: Mapping[str, Varied], become: Kind, seed: str, kept: Sequence[str] = ()
) -> Iterator[Other]:
    """What was written, table by table. What the database refuses (a constraint, a trigger of the target's) stays as it was. `kept` are
    "table.column"s that nothing changes."""
    for table in tables.values():
        how = {
            column.name: made
            for column in table.columns
            if f"{table.name}.{column.name}" not in kept
            and column.name not in table.key
            and (made := become(column, table.name, seed)) is not None
        }
        if not how:
            continue
        rows = in_order(db, table, tuple(how), MOST_ROWS)
        new = {
            name: {
                row[0]: value
                for rank, row in enumerate(rows)
                if row[n] is not None and (value := made(row[n], rank)) != row[n]
            }
            for n, (name, made) in enumerate(how.items(), 1)
        }
        new = {name: values for name, values in new.items() if values}
        if not new:
            continue
        whole = _other(table, rows, list(how), new)
        if _written(db, whole):
            yield whole
            continue
        # one of them is refused: which, shows when each is written by itself
        apart = (_other(table, rows, list(how), {name: values}) for name, values in new.items())
        yield from (one for one in apart if _written(db, one))


def _other(table: Varied, rows: Sequence[tuple], read: Sequence[str], new: Mapping[str, Mapping[str, Any]]) -> Other:
    touched = [row for row in rows if any(row[0] in values for values in new.values())]
    columns = tuple(table.column(name) for name in new)
    texts = (
        tuple(_text(column, new[column.name].get(row[0], row[1 + read.index(column.name)])) for row in touched)
        for column in columns
    )
    return Other(
        table=table,
        columns=columns,
        keys=tuple(row[0] for row in touched),
        texts=tuple(texts),
        changed={name: len(values) for name, values in new.items()},
    )


def _written(db: psycopg.Connection, other: Other) -> bool:
    """In one statement; False where the database refuses."""
    sets = sql.SQL(", ").join(
        sql.SQL("{} = v.c{}::{}").format(sql.Identifier(column.name), sql.SQL(str(n)), sql.SQL(column.type))
        for n, column in enumerate(other.columns)
    )
    query = sql.SQL("UPDATE {} c SET {} FROM {} WHERE c.{}::text = v.key").format(
        other.table.place, sets, values_of(other), sql.Identifier(other.table.key[0])
    )
    try:
        with db.transaction():
            db.execute(query)
    except (psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError, psycopg.InternalError):
        return False
    return True


def values_of(other: Other) -> sql.Composed:
    """The table v(key, c0, c1, ...) of what rows become, as texts."""
    arrays = sql.SQL(", ").join(
        sql.SQL("{}::text[]").format(sql.Literal(list(one))) for one in (other.keys, *other.texts)
    )
    names = sql.SQL(", ").join([sql.SQL("key"), *(sql.SQL(f"c{n}") for n in range(len(other.columns)))])
    return sql.SQL("unnest({}) v({})").format(arrays, names)


def _text(column: Column, value: Any) -> str | None:
    if value is None:
        return None
    return json.dumps(value, ensure_ascii=False) if column.kind == "json" else str(value)
