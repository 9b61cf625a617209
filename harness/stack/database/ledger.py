"""The parts of the ledger that are asked for: every balance, and rows of views and queries that no trigger watches.

Read through whatever connection sees them: the harness's own, or that of a test (`Query`). Raises ledger-unread (the database
refuses), ledger-key (rows cannot be told apart), ledger-balance (no one balance an account), ledger-column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg.rows import dict_row

from harness.core.config import Config
from harness.core.errors import HarnessError, did_you_mean
from harness.core.history import RowChange
from harness.core.ledger import ONLY_ACCOUNT, Ledger, Part
from harness.stack.database.capture import json_value
from harness.stack.database.postgres import name_of

Query = Callable[[str, Sequence[Any], str], list[dict[str, Any]]]
"""query(sql, values, alias) -> rows by column, as JSON has them; asked of Django's database `alias`, or where it is "" of
the first that has what is named."""

Held = dict[str, dict[str, Any]]
"""name of an account -> {"id": its key, "credits": what it holds, as the history has it}."""

Read = dict[str, dict[Any, dict[str, Any]]]
"""kind -> key -> row, of each part that is read apart."""

PRIMARY_KEY = """SELECT a.attname AS key FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                 WHERE i.indrelid = %s::regclass AND i.indisprimary AND i.indnkeyatts = 1"""


def query_of(db: psycopg.Connection, *beside: psycopg.Connection) -> Query:
    """The harness's own connections as a `Query`."""

    def ask(statement: str, values: Sequence[Any], alias: str) -> list[dict[str, Any]]:
        own = [one for one in (db, *beside) if alias and one.info.dbname == name_of(alias)]
        refusals: list[psycopg.Error] = []
        for one in own or (db, *beside):
            try:
                rows = one.cursor(row_factory=dict_row).execute(statement.encode(), values).fetchall()
            except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as refusal:
                refusals.append(refusal)
            else:
                return [{name: json_value(value) for name, value in row.items()} for row in rows]
        raise refusals[0]

    return ask


def balances(query: Query, config: Config, refs: Mapping[str, Mapping[str, Any]]) -> Held:
    """What every account of the world holds; nothing where the ledger has no balances."""
    part = config.ledger.balance
    if part is None:
        return {}
    own = {str(ref["id"]): name for name, ref in refs.items() if ref.get("kind") == config.ledger.accounts}
    column = quoted(part.columns["column"])
    source, alias = source_of(part, config), _alias(part, config)
    if "account" not in part.columns:
        rows = _asked(query, "balance", f"SELECT {column} AS credits FROM {source} WHERE %s", [True], alias)
        if len(rows) != 1:
            raise _balance(f"gives {len(rows)} rows", "name the column of the account, or give one row")
        return {ONLY_ACCOUNT: {"id": None, "credits": _there(rows[0], ONLY_ACCOUNT)}}
    account = quoted(part.columns["account"])
    statement = f"SELECT {account} AS account, {column} AS credits FROM {source} WHERE {account}::text = ANY(%s)"
    held: Held = {}
    for row in _asked(query, "balance", statement, [list(own)], alias):
        name = own[str(row["account"])]
        if name in held:
            raise _balance(f"gives two rows of {name}", 'say how they add up: sql = "SELECT account, sum(...) ..."')
        held[name] = {"id": row["account"], "credits": _there(row, name)}
    return {name: held[name] for name in own.values() if name in held}


def opening(query: Query, config: Config, refs: Mapping[str, Mapping[str, Any]]) -> Held:
    """As `balances`, before anything was asked for: an account whose wallet is not made yet holds 0."""
    held, ledger = balances(query, config, refs), config.ledger
    for name, ref in refs.items():
        if ledger.balance is None or ref.get("kind") != ledger.accounts or name in held:
            continue
        if ledger.balance.kind == ledger.accounts:
            raise _balance(
                f"has no row of {name} ({ledger.accounts} {ref['id']})",
                "name the column that holds the key of an account; or, of a wallet, what an account is: [ledger] accounts",
            )
        held[name] = {"id": ref["id"], "credits": 0}
    return held


def closing(query: Query, config: Config, refs: Mapping[str, Mapping[str, Any]], before: Held, opened: Held) -> Held:
    """As `balances`, at the end. `before` were the balances that were there, `opened` is what `opening` said: an account that had no wallet
    and has none yet holds 0 as before; of one whose wallet is gone nothing is claimed."""
    held = balances(query, config, refs)
    return held | {name: one for name, one in opened.items() if name not in before and name not in held}


def born(query: Query, config: Config, changes: Iterable[RowChange]) -> Held:
    """What accounts hold that came since: by kind and rank, as far as they are there and have a balance."""
    kind = config.ledger.accounts
    came = [change.id for change in changes if change.kind == kind and change.op == "insert"]
    return (
        balances(query, config, {f"{kind}+{n}": {"kind": kind, "id": key} for n, key in enumerate(came, 1)})
        if came
        else {}
    )


def apart(query: Query, ledger: Ledger) -> Read:
    """Every row of the parts that stand in no table of [tables]: what `changed` compares."""
    parts = {"movements": ledger.movements, "usage": ledger.usage}
    return {part.kind: _rows(query, where, part) for where, part in parts.items() if part is not None and part.apart}


def changed(before: Read, after: Read) -> Iterable[RowChange]:
    """What came, went and changed between two readings, in the order of the second."""
    for kind, now in after.items():
        then = before[kind]
        for key in (*now, *(key for key in then if key not in now)):
            old, new = then.get(key), now.get(key)
            if old != new:
                op = "insert" if old is None else "delete" if new is None else "update"
                yield RowChange(kind=kind, op=op, id=key, before=old, after=new)


def whole(query: Query, config: Config) -> Read:
    """Every row of movements and usage logs, wherever they stand: for a database that no trigger watches."""
    parts = {"movements": config.ledger.movements, "usage": config.ledger.usage}
    return {part.kind: _rows(query, where, part, config) for where, part in parts.items() if part is not None}


def check_columns(changes: Iterable[RowChange], ledger: Ledger) -> None:
    """Every column that harness.toml names is one of the rows that were seen."""
    for change in changes:
        for where, part in (("movements", ledger.movements), ("usage", ledger.usage)):
            if part is None or change.kind != part.kind or change.after is None:
                continue
            sign = {"sign": ledger.sign.column} if where == "movements" and ledger.sign.column else {}
            for word, column in {**part.columns, **sign}.items():
                if column.partition(".")[0] not in change.after:
                    raise HarnessError(
                        f"[ledger.{where}] {word} = '{column}': a row of {part.kind} has no such column",
                        hint=did_you_mean(column.partition(".")[0], change.after),
                        code="ledger-column",
                    )


def emptied(config: Config) -> str:
    """The statement that leaves every account with nothing; "" where balances stand in no table."""
    part = config.ledger.balance
    if part is None or part.sql:
        return ""
    return f"UPDATE {source_of(part, config)} SET {quoted(part.columns['column'])} = 0".replace("%%", "%")


def source_of(part: Part, config: Config) -> str:
    """What stands after FROM."""
    if part.sql:
        return f"({part.sql.replace('%', '%%')}) AS part"
    return quoted(part.relation or config.tables[part.kind].table)


def _alias(part: Part, config: Config | None) -> str:
    """The database in which a table of [tables] stands; "" of what is only named."""
    return config.tables[part.kind].database if config and not part.apart else ""


def quoted(name: str) -> str:
    """A name, or "schema.name", as PostgreSQL takes it literally."""
    return ".".join(f'"{word.replace(chr(34), chr(34) * 2)}"' for word in name.split(".")).replace("%", "%%")


def _rows(query: Query, where: str, part: Part, config: Config | None = None) -> dict[Any, dict[str, Any]]:
    relation = part.relation or (config.tables[part.kind].table if config and not part.sql else "")
    source = f"({part.sql.replace('%', '%%')}) AS part" if part.sql else quoted(relation)
    alias = _alias(part, config)
    found = _asked(query, where, f"SELECT * FROM {source} WHERE %s", [True], alias)
    key = part.key
    if not key and relation:
        key = next((row["key"] for row in query(PRIMARY_KEY, [quoted(relation)], alias)), "")
    key = key or "id"
    rows: dict[Any, dict[str, Any]] = {}
    for row in found:
        if key not in row:
            raise _unkeyed(where, f"rows have no column {key}", did_you_mean(key, row))
        if row[key] in rows:
            raise _unkeyed(where, f"two rows have the key {row[key]!r}", "name a column whose values differ")
        rows[row[key]] = row
    if not part.sql and all(isinstance(one, int) for one in rows):
        return dict(sorted(rows.items()))
    return rows


def _asked(query: Query, where: str, statement: str, values: Sequence[Any], alias: str) -> list[dict[str, Any]]:
    try:
        return query(statement, values, alias)
    except psycopg.Error as error:
        raise HarnessError(
            f"[ledger.{where}] cannot be read: {str(error).splitlines()[0]}",
            hint="a key of [tables], a table or view by its name, or a SELECT; and its columns by their names",
            code="ledger-unread",
        ) from None


def _there(row: Mapping[str, Any], name: str) -> Any:
    if row["credits"] is None:
        raise _balance(f"gives no number for {name}", 'say what it is then: sql = "SELECT ..., coalesce(..., 0) ..."')
    return row["credits"]


def _balance(what: str, hint: str) -> HarnessError:
    return HarnessError(f"[ledger.balance] {what}", hint=hint, code="ledger-balance")


def _unkeyed(where: str, what: str, hint: str) -> HarnessError:
    return HarnessError(
        f"[ledger.{where}] cannot tell its rows apart: {what}",
        hint=f"key = COLUMN says which; {hint}",
        code="ledger-key",
    )
