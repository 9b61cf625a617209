"""Somebody else writes while the target waits for a provider: neither a change of the target's nor one that it is told of.

What the target read before is no longer so, and what it writes back whole (a row that it kept in memory) takes somebody's work away.

A target waits no longer than its own time-out, which may be less than a second: what is to be written is worked out before it begins, and goes
to the database in one piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import psycopg
from psycopg import sql

from harness.core.config import Table
from harness.core.ledger import Ledger
from harness.stack.database import observer
from harness.stack.vary import rows
from harness.stack.vary.catalogue import Varied
from harness.stack.vary.lay import Known, balances

BOUGHT = 7
"""What each account gets, in the least that its balance counts."""
LOCK_TIMEOUT_MS = 50
"""How long it is waited for a table that is locked as a whole; for rows nobody waits."""
_GOT, _BETWEEN = "harness.bought", "\x1f"
_QUIET = f"SET LOCAL harness.quiet = 'on'; SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"


Changes = Mapping[str, tuple[Varied, list[str]]]
"""name of a table -> it, and the statements that change its rows."""


def _changes(
    db: psycopg.Connection, *, known: Known, tables: Mapping[str, Table], ledger: Ledger, seed: str, locked: bool
) -> Changes:
    """Every number and secret that `seed` laid over the world becomes another, texts that people write have more signs in them, and each balance is
    `BOUGHT` more: in rows of the baseline, in columns that the target has not changed since; and in the baseline, too. Rows are `locked` when the
    statements come, or those that somebody has locked are left to them."""
    found: dict[str, tuple[Varied, list[str]]] = {}
    with db.transaction(force_rollback=True):
        db.execute(_QUIET)
        seeded = {oid for (oid,) in db.execute("SELECT oid FROM harness.seeded")}
        varied, kept = known.of(db, tables, ledger), balances(tables, ledger)
        there = {name: table for name, table in varied.items() if table.oid in seeded}
        become = rows.each_of(rows.number_of, rows.secret_of, rows.words_of)
        for other in rows.others(db, there, become, f"{seed} meanwhile", kept):
            own = found.setdefault(other.table.name, (other.table, []))
            own[1].append(_change(other, locked).as_string(db))
        for table, bought in _bought(there, ledger, locked):
            found.setdefault(table.name, (table, []))[1].append(bought.as_string(db))
    return found


def _script(db: psycopg.Connection, statements: Iterable[str]) -> str:
    guarded = "".join(_GUARDED.format(one) for one in statements)
    body = sql.Literal(f"DECLARE got text; BEGIN {guarded} END").as_string(db)
    return f"{_QUIET}; SELECT set_config('{_GOT}', '', true); DO {body}; SELECT current_setting('{_GOT}'); COMMIT"


class Writer:
    """Somebody else, on a connection of their own."""

    def __init__(self, db: psycopg.Connection, statements: Iterable[str]) -> None:
        self._script = _script(db, statements)
        self._db = observer.again(db)
        self.pid = self._db.info.backend_pid

    def hold(self, table: Varied) -> None:
        """Lock the rows of a table that the cell is given against updates; reads and references to them go on."""
        self._db.execute("BEGIN")
        query = sql.SQL("SELECT 1 FROM {0} c WHERE c.{1} IN (SELECT {1} FROM {2}) FOR NO KEY UPDATE")
        self._db.execute(query.format(table.place, sql.Identifier(table.key[0]), _baseline_of(table)))

    def write(self) -> set[str]:
        """All at once. Returns the keys of the accounts that got credits, as text."""
        held = self._db.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
        cursor = self._db.execute(self._script if held else f"BEGIN; {self._script}")
        got = ""
        while True:
            if cursor.description is not None:
                ((got,),) = cursor.fetchall()
            if not cursor.nextset():
                return {*got.split(_BETWEEN)} - {""}

    def close(self) -> None:
        self._db.close()


def writer(db: psycopg.Connection, **facts: Any) -> Writer:
    """Who changes all of it at once, but what somebody has locked. `facts` as Known, tables, ledger and seed of the cell; `db` is used now."""
    changes = _changes(db, locked=False, **facts)
    return Writer(db, (one for _, statements in changes.values() for one in statements))


def holders(db: psycopg.Connection, **facts: Any) -> list[Writer]:
    """One for each table, who holds its rows until they write."""
    made = []
    for table, statements in _changes(db, locked=True, **facts).values():
        made.append(Writer(db, statements))
        made[-1].hold(table)
    return made


_GUARDED = (
    "BEGIN {}; EXCEPTION WHEN lock_not_available OR integrity_constraint_violation OR data_exception THEN NULL; END; "
)


def _change(other: rows.Other, locked: bool) -> sql.Composed:
    """One statement: rows get their values, and the baseline those of them that are given."""
    table, key = other.table, sql.Identifier(other.table.key[0])

    def sets(one: str, also: str) -> sql.Composed:
        """Columns of `one` that are as they were, which `also` says."""
        return sql.SQL(", ").join(
            sql.SQL(
                "{column} = CASE WHEN {one}.{column}::text IS NOT DISTINCT FROM {also}.{column}::text THEN v.c{n}::{type} ELSE {one}.{column} END"
            ).format(
                column=sql.Identifier(column.name),
                one=sql.Identifier(one),
                also=sql.Identifier(also),
                n=sql.SQL(str(n)),
                type=sql.SQL(column.type),
            )
            for n, column in enumerate(other.columns)
        )

    return sql.SQL(
        "WITH v AS (SELECT * FROM {values}), free AS ({free}), "
        "now AS (UPDATE {place} c SET {sets} FROM v JOIN free USING (key), {baseline} b WHERE c.{key}::text = v.key AND b.{key} = c.{key}) "
        "UPDATE {baseline} b SET {as_well} FROM v JOIN free USING (key), {place} c WHERE b.{key}::text = v.key AND c.{key} = b.{key}"
    ).format(
        values=rows.values_of(other), free=_free(table, locked), place=table.place, baseline=_baseline_of(table), key=key,
        sets=sets("c", "b"), as_well=sets("b", "c"),
    )  # fmt: skip


def _bought(there: Mapping[str, Varied], ledger: Ledger, locked: bool) -> Iterator[tuple[Varied, sql.Composed]]:
    part, column = ledger.balance, ledger.column("balance", "column")
    table = next((one for one in there.values() if part is not None and one.kind == part.kind), None)
    if table is None or not column or not any(one.name == column for one in table.columns):
        return
    account = ledger.column("balance", "account") or table.key[0]
    more = sql.SQL("{column} = c.{column} + {bought}").format(column=sql.Identifier(column), bought=BOUGHT)
    yield table, sql.SQL(
        "WITH free AS ({free}), now AS (UPDATE {place} c SET {more} FROM free WHERE c.{key}::text = free.key RETURNING c.{account}::text AS account), "
        "as_well AS (UPDATE {baseline} c SET {more} FROM free WHERE c.{key}::text = free.key) "
        "SELECT string_agg(account, {between}) INTO got FROM now; PERFORM set_config({name}, coalesce(got, ''), true)"
    ).format(
        free=_free(table, locked), place=table.place, more=more, key=sql.Identifier(table.key[0]), account=sql.Identifier(account),
        baseline=_baseline_of(table), name=_GOT, between=_BETWEEN,
    )  # fmt: skip


def _free(table: Varied, locked: bool) -> sql.Composed:
    """Keys of rows of the baseline: of all, which are `locked` already, or of those that nobody has; they are ours until the transaction ends."""
    query = "SELECT c.{0}::text AS key FROM {1} c WHERE c.{0} IN (SELECT {0} FROM {2})"
    return sql.SQL(query + ("" if locked else " FOR UPDATE SKIP LOCKED")).format(
        sql.Identifier(table.key[0]), table.place, _baseline_of(table)
    )


def _baseline_of(table: Varied) -> sql.Identifier:
    """Where the rows stand as the cell found them (harness.stack.database.shadows)."""
    return sql.Identifier("harness_baseline", f"t{table.oid}")
