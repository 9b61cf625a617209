"""Numbers and secrets, laid over every row of every table that is varied."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
from psycopg import sql

from harness.core.errors import StackError
from harness.core.variation import MOST_ROWS
from harness.provider.marks import SECRET
from harness.stack.vary import values
from harness.stack.vary.catalogue import Column, Varied, in_order

Become = Callable[[Any, int], Any]
"""value, rank of its row -> what it becomes."""


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


def laid(
    db: psycopg.Connection, tables: Mapping[str, Varied], become: Callable[[Column, str, str], Become | None], seed: str, kept: Sequence[str] = (),
    *, baseline: bool = False,
) -> dict[str, int]:  # fmt: skip
    """Change every value that `become` has something for; returns "table.column" -> rows that were changed. What the database
    refuses (a constraint, a trigger of the target's) stays as it was. `kept` are "table.column"s that nothing changes. With `baseline` only rows
    of the baseline are changed which nobody has locked, in tables that nobody has, and it with them: it is no change of the target's."""
    changed: dict[str, int] = {}
    for table in tables.values():
        how = {
            column.name: made
            for column in table.columns
            if f"{table.name}.{column.name}" not in kept
            and column.name not in table.key
            and (made := become(column, table.name, seed)) is not None
        }
        if how:
            with left_alone(db) if baseline else nullcontext():
                changed.update(_changed(db, table, how, baseline))
    return changed


def _changed(db: psycopg.Connection, table: Varied, how: Mapping[str, Become], baseline: bool) -> dict[str, int]:
    rows = in_order(db, table, tuple(how), MOST_ROWS)
    if baseline:
        free = unlocked(db, table)
        rows = [row for row in rows if row[0] in free]
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
        return {}
    places = [table.place, *([baseline_of(table)] if baseline else [])]
    if not _written(db, table, places, rows, list(how), new):
        # one of them is refused: which, shows when each is written by itself
        new = {
            name: values for name, values in new.items() if _written(db, table, places, rows, list(how), {name: values})
        }
    return {f"{table.name}.{name}": len(values) for name, values in new.items()}


@contextmanager
def left_alone(db: psycopg.Connection) -> Iterator[None]:
    """What somebody has locked as a whole is left to them."""
    try:
        with db.transaction():
            yield
    except StackError as error:
        if error.code != "database-blocked":
            raise


def _written(
    db: psycopg.Connection,
    table: Varied,
    places: Sequence[sql.Identifier],
    rows: Sequence[tuple],
    read: Sequence[str],
    new: Mapping[str, Mapping[str, Any]],
) -> bool:
    """Write columns of one table in each of `places`, in one statement; False where the database refuses."""
    columns = [table.column(name) for name in new]
    touched = [row for row in rows if any(row[0] in values for values in new.values())]
    texts = [
        [_text(column, new[column.name].get(row[0], row[1 + read.index(column.name)])) for row in touched]
        for column in columns
    ]
    sets = sql.SQL(", ").join(
        sql.SQL("{} = v.c{}::{}").format(sql.Identifier(column.name), sql.SQL(str(n)), sql.SQL(column.type))
        for n, column in enumerate(columns)
    )
    query = sql.SQL("UPDATE {{}} c SET {} FROM unnest({}) v({}) WHERE c.{}::text = v.key").format(
        sets, sql.SQL(", ").join([sql.SQL("%s::text[]")] * (1 + len(columns))),
        sql.SQL(", ").join([sql.SQL("key"), *(sql.SQL(f"c{n}") for n in range(len(columns)))]), sql.Identifier(table.key[0]),
    )  # fmt: skip
    try:
        with db.transaction():
            for place in places:
                db.execute(sql.SQL(query.as_string(db)).format(place), [[row[0] for row in touched], *texts])
    except (psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError, psycopg.InternalError):
        return False
    return True


def baseline_of(table: Varied) -> sql.Identifier:
    """Where the rows stand as the cell found them (harness.stack.database.shadows)."""
    return sql.Identifier("harness_baseline", f"t{table.oid}")


def unlocked(db: psycopg.Connection, table: Varied) -> set[str]:
    """Keys of rows of the baseline that nobody has locked; they are ours until the transaction ends."""
    query = sql.SQL("SELECT c.{0}::text FROM {1} c WHERE c.{0} IN (SELECT {0} FROM {2}) FOR UPDATE SKIP LOCKED")
    return {key for (key,) in db.execute(query.format(sql.Identifier(table.key[0]), table.place, baseline_of(table)))}


def _text(column: Column, value: Any) -> str | None:
    if value is None:
        return None
    return json.dumps(value, ensure_ascii=False) if column.kind == "json" else str(value)
