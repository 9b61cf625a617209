"""Somebody else writes while the target waits for a provider: neither a change of the target's nor one that it is told of.

What the target read before is no longer so, and what it writes back whole (a row that it kept in memory) takes somebody's work away.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

from harness.core.config import Table
from harness.core.ledger import Ledger
from harness.stack.vary import rows
from harness.stack.vary.catalogue import Varied
from harness.stack.vary.lay import Known, balances

BOUGHT = 7
"""What each account gets, in the least that its balance counts."""
LOCK_TIMEOUT_MS = 500


def written(
    db: psycopg.Connection, *, known: Known, tables: Mapping[str, Table], ledger: Ledger, seed: str
) -> set[str]:
    """Every number and secret that `seed` laid over the world becomes another, texts that people write have more signs in them, and each balance is `BOUGHT` more, in rows that nobody has locked, and no
    tables; the baseline, too. Returns the keys of the accounts that got it, as text."""
    with db.transaction():
        db.execute("SET LOCAL harness.quiet = 'on'")
        db.execute("SET LOCAL session_replication_role = replica")
        db.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
        seeded = {oid for (oid,) in db.execute("SELECT oid FROM harness.seeded")}
        varied, kept = known.of(db, tables, ledger), balances(tables, ledger)
        there = {name: table for name, table in varied.items() if table.oid in seeded}
        for become in (rows.number_of, rows.secret_of, rows.words_of):
            rows.laid(db, there, become, f"{seed} meanwhile", kept, baseline=True)
        return _bought(db, there, ledger)


def _bought(db: psycopg.Connection, there: Mapping[str, Varied], ledger: Ledger) -> set[str]:
    part, column = ledger.balance, ledger.column("balance", "column")
    table = next((one for one in there.values() if part is not None and one.kind == part.kind), None)
    if table is None or not column or not any(one.name == column for one in table.columns):
        return set()
    account = ledger.column("balance", "account") or table.key[0]
    got: set[str] = set()
    with rows.left_alone(db):
        free = rows.unlocked(db, table)
        for place in (table.place, rows.baseline_of(table)):
            query = sql.SQL("UPDATE {} SET {} = {} + %s WHERE {}::text = ANY(%s) RETURNING {}::text").format(
                place,
                sql.Identifier(column),
                sql.Identifier(column),
                sql.Identifier(table.key[0]),
                sql.Identifier(account),
            )
            got = {key for (key,) in db.execute(query, [BOUGHT, list(free)])}
    return got
