"""A variation, laid over a seeded world: before its baseline is taken, so that no change of it is the target's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from harness.core.config import Table
from harness.core.ledger import Ledger
from harness.core.variation import CROWD, DATES, NUMBERS, SECRETS, TWIN, WORDS, Variation, twin_of
from harness.stack.vary import catalogue, edit, rows, twin
from harness.stack.vary.catalogue import Varied
from harness.stack.vary.crowd import gathered
from harness.stack.vary.moved import Move, Person, Twins

Refs = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Laid:
    """What was done. `changed`: "table.column" -> rows; `refs`: rows that came, as a scenario names its own. By `move` whoever asks can belong
    to the twin, where there is one."""

    changed: Mapping[str, int] = field(default_factory=dict)
    refs: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    move: Move = field(default_factory=lambda: Move(()))


class Known:
    """The catalogues of a stack's databases, read once for each snapshot."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[Any, dict[str, Varied]]] = {}

    def of(self, db: psycopg.Connection, tables: Mapping[str, Table], ledger: Ledger) -> dict[str, Varied]:
        (which,) = db.execute("SELECT 'harness.tables'::regclass::oid").fetchone() or (None,)
        snapshot, varied = self._read.get(db.info.dbname, (None, {}))
        if snapshot != which:
            varied = catalogue.read(db, tables, ledger)
            self._read[db.info.dbname] = which, varied
        return varied


def lay(
    dbs: Sequence[psycopg.Connection], variation: Variation, *, known: Known, tables: Mapping[str, Table], ledger: Ledger, refs: Refs, seed: str,
    asking: Collection[str] = (), opening: Mapping[str, Any] = {}, actor: str = "",
) -> Laid:  # fmt: skip
    """Lay `variation` over the rows. `refs` are the rows of the scenario, `asking` those of them that ask for work by themselves, `opening` the balance
    that accounts begin with, `actor` whoever asks. The same `seed` in the same world gives the same values."""
    changed: Counter[str] = Counter()
    came: dict[str, dict[str, Any]] = {}
    persons: list[Person] = []
    for db in dbs:
        with db.transaction():
            varied = known.of(db, tables, ledger)
            of_kind = {table.kind: name for name, table in varied.items()}
            twins = _twins(db, varied, of_kind, ledger, refs, asking) if TWIN in variation.rows else {}
            came |= _named(varied, of_kind, refs, twins)
            if twins and actor in refs:
                table = _table_of(refs[actor]["kind"], of_kind)
                persons.append(Person(db=db, tables=varied, table=table, key=str(refs[actor]["id"]), twins=twins))
            kept = balances(tables, ledger)
            if NUMBERS in variation.rows:
                changed.update(rows.laid(db, varied, rows.number_of, seed, kept))
            if SECRETS in variation.rows:
                changed.update(rows.laid(db, varied, rows.secret_of, seed, kept))
            if DATES in variation.rows:
                changed.update(rows.laid(db, varied, rows.dates_of, seed, kept))
            if WORDS in variation.rows:
                changed.update(rows.laid(db, varied, rows.words_of, seed, kept))
            if CROWD in variation.rows:
                changed.update(gathered(db, varied, of_kind.get(ledger.accounts, ""), *_given(of_kind, refs, asking)))
            if variation.edit is not None:
                changed.update(edit.made(db, varied, variation.edit))
            for name, credits in opening.items():
                changed.update(_opened(db, varied, ledger, refs.get(name) or _first(ledger, refs), credits))
    return Laid(changed=dict(sorted(changed.items())), refs=came, move=Move(persons))


def balances(tables: Mapping[str, Table], ledger: Ledger) -> tuple[str, ...]:
    """The column that holds the balance: scenarios say what it is."""
    column = ledger.column("balance", "column")
    part = ledger.balance
    return (
        (f"{tables[part.kind].table.removeprefix('public.')}.{column}",)
        if part and part.kind in tables and column
        else ()
    )


def _twins(
    db: psycopg.Connection, varied: Mapping[str, Varied], of_kind: Mapping[str, str], ledger: Ledger, refs: Refs, asking: Collection[str]
) -> Twins:  # fmt: skip
    """Of the first account of the scenario."""
    first = _first(ledger, refs)
    if not first or ledger.accounts not in of_kind:
        return {}
    _, spared = _given(of_kind, refs, asking)
    return twin.doubled(db, varied, of_kind[ledger.accounts], str(first["id"]), spared)


def _given(
    of_kind: Mapping[str, str], refs: Refs, asking: Collection[str]
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(table, key) of the rows that a scenario gives, and of those that ask for work by themselves."""
    rows = {name: (of_kind[ref["kind"]], str(ref["id"])) for name, ref in refs.items() if ref.get("kind") in of_kind}
    return set(rows.values()), {rows[name] for name in asking if name in rows}


def _table_of(kind: str, of_kind: Mapping[str, str]) -> str:
    """A row of a model whose table nobody watches (a framework's) is told by the model's label: its table has Django's name for it."""
    return of_kind.get(kind) or kind.lower().replace(".", "_")


def _named(
    varied: Mapping[str, Varied], of_kind: Mapping[str, str], refs: Refs, twins: Twins
) -> dict[str, dict[str, Any]]:
    """Twins, as a scenario names its own rows."""
    names = {(of_kind.get(ref.get("kind", "")), str(ref.get("id"))): name for name, ref in refs.items()}
    return {
        twin_of(names.get((table, old)) or f"{varied[table].kind}-{n}"): {"kind": varied[table].kind, "id": _key(varied[table], new)}
        for n, ((table, old), new) in enumerate(twins.items(), 1)
    }  # fmt: skip


def _first(ledger: Ledger, refs: Refs) -> Mapping[str, Any]:
    """The account that a scenario names first; it is called "account" in a golden that has one alone."""
    return next((ref for ref in refs.values() if ref.get("kind") == ledger.accounts), {})


def _key(table: Varied, text: str) -> Any:
    return int(text) if table.column(table.key[0]).kind == "whole" else text


def _opened(
    db: psycopg.Connection, varied: Mapping[str, Varied], ledger: Ledger, ref: Mapping[str, Any], credits: Any
) -> dict[str, int]:
    part = ledger.balance
    table = next((one for one in varied.values() if part is not None and one.kind == part.kind), None)
    column = ledger.column("balance", "column")
    if table is None or not column or not ref:
        return {}
    account = ledger.column("balance", "account") or table.key[0]
    query = sql.SQL("UPDATE {} SET {} = %s WHERE {}::text = %s").format(
        table.place, sql.Identifier(column), sql.Identifier(account)
    )
    done = db.execute(query, [credits * (100 if ledger.unit == "cents" else 1), str(ref["id"])])
    return {f"{table.name}.{column}": done.rowcount}
