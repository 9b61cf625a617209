"""[ledger] of harness.toml, read into harness.core.ledger: each part optional, each column of a part optional.

read      as it stands: each part by the name of its table
placed    with the tables that are watched: a part that stands in one of them is rows of its kind

Raises config-unknown-key, config-value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.core.config import Table
from harness.core.errors import did_you_mean
from harness.core.ledger import BY_TYPE, KINDS, PARTS, SIGNED, UNITS, Ledger, Part, Sign
from harness.store.tomlread import Strict

BALANCE = ("column", "account")
MOVEMENTS = ("account", "amount", "type", "balance_after", "operation", "units", "request", "usage", "reverses")
USAGE = (
    "account", "operation", "credits", "model", "tokens_in", "tokens_out", "tokens_cached", "tokens_reasoning",
    "tokens_image", "cost", "units", "request", "movement",
)  # fmt: skip
WHERE = ("table", "sql", "key")


def read(name: str, value: Any) -> Ledger:
    """The ledger that [ledger] of the file `name` maps. An empty one is a target that keeps none."""
    strict = Strict(name, "config")
    raw = strict.table("[ledger]", value, (), ("unit", "decimals", "accounts", *PARTS))
    unit = raw.get("unit", UNITS[0])
    if unit not in UNITS:
        raise strict.wrong(f"ledger.unit {unit!r} is not known", did_you_mean(str(unit), UNITS))
    balance, movements, usage = (
        _part(strict, part, raw[part], columns, required, extra) if part in raw else None
        for part, columns, required, extra in (
            ("balance", BALANCE, ("column",), ()),
            ("movements", MOVEMENTS, ("amount",), ("sign", "types")),
            ("usage", USAGE, (), ("cost_decimals",)),
        )
    )
    return Ledger(
        unit=unit,
        decimals=_scale(strict, "ledger.decimals", raw),
        cost_decimals=_scale(strict, "ledger.usage.cost_decimals", raw.get("usage", {})),
        accounts=strict.text("ledger.accounts", raw.get("accounts", "")),
        balance=balance,
        movements=movements,
        usage=usage,
        sign=_sign(strict, raw.get("movements", {})),
        types=_types(strict, raw.get("movements", {})),
    )


def placed(name: str, ledger: Ledger, tables: Mapping[str, Table]) -> Ledger:
    """Where it says no `accounts`, each row with a balance is one."""
    strict = Strict(name, "config")
    parts = {part: _placed(strict, part, getattr(ledger, part), tables) for part in PARTS}
    balance, accounts = parts["balance"], ledger.accounts
    if accounts and accounts not in tables:
        raise strict.wrong(f"ledger.accounts names the unknown table kind '{accounts}'", did_you_mean(accounts, tables))
    if not accounts and balance is not None and not balance.apart and "account" in balance.columns:
        accounts = balance.kind
    ledger = replace(ledger, **parts, accounts=accounts)
    if not ledger.accounts and any(ledger.column(part, "account") for part in PARTS):
        raise strict.wrong(
            "[ledger] names a column of the account, and not what an account is",
            'add accounts = "KIND", the kind of [tables] whose rows are the accounts',
        )
    return ledger


def _part(
    strict: Strict, part: str, value: Any, columns: tuple[str, ...], required: tuple[str, ...], extra: tuple[str, ...],
) -> Part:  # fmt: skip
    where = f"ledger.{part}"
    raw = strict.table(f"[{where}]", value, required, (*columns, *WHERE, *extra))
    if ("table" in raw) == ("sql" in raw):
        raise strict.wrong(f"[{where}] needs one of table and sql", "a table or view by its name, or a SELECT")
    named = {word: strict.text(f"{where}.{word}", raw[word]) for word in columns if word in raw}
    return Part(
        kind=f"ledger.{part}",
        relation=strict.text(f"{where}.table", raw.get("table", "")),
        sql=strict.text(f"{where}.sql", raw.get("sql", "")).strip().rstrip(";"),
        key=strict.text(f"{where}.key", raw.get("key", "")),
        columns=named,
    )


def _placed(strict: Strict, part: str, found: Part | None, tables: Mapping[str, Table]) -> Part | None:
    if found is None or not found.relation:
        return found
    of = {name: kind for kind, one in tables.items() for name in (one.table, f"public.{one.table}", one.model)}
    kind = found.relation if found.relation in tables else of.get(found.relation, "")
    if kind and found.key:
        raise strict.wrong(
            f"[ledger.{part}] has a key", f"rows of [tables.{kind}] are told apart by the table's own; take it out"
        )
    return replace(found, kind=kind, relation="") if kind else found


def _sign(strict: Strict, movements: Mapping[str, Any]) -> Sign:
    value, where = movements.get("sign", SIGNED), "ledger.movements.sign"
    if isinstance(value, dict):
        raw = strict.table(where, value, ("column", "out", "in"))
        return Sign(
            how="column",
            column=strict.text(f"{where}.column", raw["column"]),
            out=strict.texts(f"{where}.out", raw["out"]),
            into=strict.texts(f"{where}.in", raw["in"]),
        )
    if value not in (SIGNED, BY_TYPE):
        raise strict.wrong(f"{where} {value!r} is not known", f'"{SIGNED}", "{BY_TYPE}", or {{ column, out, in }}')
    if value == BY_TYPE and "type" not in movements:
        raise strict.wrong(f'{where} is "{BY_TYPE}" and no type is mapped', 'add type = "COLUMN"')
    return Sign(how=value)


def _types(strict: Strict, movements: Mapping[str, Any]) -> dict[str, str]:
    """word of the target -> our word."""
    where, made = "ledger.movements.types", {}
    for kind, words in strict.table(where, movements.get("types", {}), (), KINDS).items():
        for word in strict.texts(f"{where}.{kind}", words):
            if word in made:
                raise strict.wrong(f"{where}: '{word}' is both {made[word]} and {kind}", "a word means one thing")
            made[word] = kind
    if made and "type" not in movements:
        raise strict.wrong(f"{where} maps words, and no type is mapped", 'add type = "COLUMN"')
    return made


def _scale(strict: Strict, where: str, raw: Mapping[str, Any]) -> int | None:
    key = where.rpartition(".")[2]
    if key not in raw:
        return None
    decimals = strict.whole(where, raw[key])
    if decimals < 0:
        raise strict.wrong(f"{where} {decimals} is not a number of decimals", "0 or more")
    return decimals
