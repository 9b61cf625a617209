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
from harness.core.shape import Between, Each, Either, Key, Keys, Text, Whole
from harness.core.shape.kinds import Of
from harness.store.tomlread import Strict

_SCALE = Whole(least=0, called="a number of decimals", hint="0 or more")
_WORDS = Each(of=Text(), or_one=True)
_WHERE = (
    Key("table", Text(), 'where it stands: a kind of [tables], or a table or view by its name ("billing.wallets")'),
    Key("sql", Text(), "a SELECT that gives it, instead of `table`"),
    Key("key", Text(), "of a view or a query: the column that tells its rows apart, where that is neither a primary key nor `id`"),
)  # fmt: skip
_PLACED = Between(how=Of.ONE, keys=("table", "sql"), hint="a table or view by its name, or a SELECT")
_TYPED = Between(how=Of.FIRST_NEEDS_REST, keys=("types", "type"), hint='add type = "COLUMN"', said="maps words in types, and no type is mapped")  # fmt: skip
BALANCE = (
    Key("column", Text(), "the credits that an account has", needed=True),
    Key("account", Text(), "whose they are; left out in a ledger of one account"),
)
MOVEMENTS = (
    Key("account", Text(), "whose it is"),
    Key("amount", Text(), "how many credits move", needed=True),
    Key("type", Text(), "what kind of movement it is; left out, what goes out is a deduction"),
    Key("balance_after", Text(), "the balance that it left"),
    Key("operation", Text(), "what was paid for"),
    Key("units", Text(), "how many of it"),
    Key("request", Text(), "the provider's id of the request: of the answer, or of its head"),
    Key("usage", Text(), "the key of its usage log"),
    Key("reverses", Text(), "of a refund: the key of the movement that it gives back"),
)
USAGE = (
    Key("account", Text(), "whose it is"),
    Key("operation", Text(), "what was done; a dotted path reaches into JSON, in every column"),
    Key("credits", Text(), "what was charged for it"),
    Key("model", Text(), "the provider's model"),
    Key("tokens_in", Text(), "tokens that were asked with"),
    Key("tokens_out", Text(), "tokens that were answered with"),
    Key("tokens_cached", Text(), "of those asked with: from the provider's cache"),
    Key("tokens_reasoning", Text(), "of those answered with: for reasoning"),
    Key("tokens_image", Text(), "of those answered with: for an image"),
    Key("cost", Text(), "what the provider takes, in dollars"),
    Key("units", Text(), "how many of it"),
    Key("request", Text(), "the provider's id of the request"),
    Key("movement", Text(), "the key of the movement that paid for it"),
)
_SIGN = Either(
    kinds=(
        Text(choices=(SIGNED, BY_TYPE), hint=f'"{SIGNED}", "{BY_TYPE}", or {{ column, out, in }}'),
        Keys(
            keys=(
                Key("column", Text(), "the column that says it", needed=True),
                Key("out", _WORDS, "what it says of credits that go out", needed=True),
                Key("in", _WORDS, "what it says of credits that come in", needed=True),
            )
        ),
    ),
    called="text or a table",
    hint=f'"{SIGNED}", "{BY_TYPE}", or {{ column, out, in }}',
)
SHAPE = Keys(
    keys=(
        Key("unit", Text(choices=UNITS), "`integer` (the default), `decimal` (exact), or `cents` (whole numbers of hundredths)"),
        Key("decimals", _SCALE, "of a decimal: the scale that every amount must have; left out, any"),
        Key("accounts", Text(), "the kind whose rows are the accounts; left out, that of [ledger.balance]"),
        Key("balance", Keys(keys=(*BALANCE, *_WHERE), rules=(_PLACED,)), "where balances stand"),
        Key(
            "movements",
            Keys(
                keys=(
                    *MOVEMENTS,
                    *_WHERE,
                    Key("sign", _SIGN, "which way an amount goes: it has a sign (`signed`, the default), its type says it (`by type`), or a column does"),
                    Key("types", Keys(keys=tuple(Key(kind, _WORDS, f"the target's own words for a {kind}") for kind in KINDS)), "what the words of `type` mean; one that is not listed means itself"),
                ),
                rules=(_PLACED, _TYPED),
            ),
            "where each movement of credits stands",
        ),
        Key("usage", Keys(keys=(*USAGE, *_WHERE, Key("cost_decimals", _SCALE, "the scale that every cost must have; left out, any")), rules=(_PLACED,)), "where each use of a provider is logged"),
    )
)  # fmt: skip
"""Every column may be left out but two; what a law needs and is not there makes it `not asked`."""


def read(name: str, value: Any) -> Ledger:
    """The ledger that [ledger] of the file `name` maps. An empty one is a target that keeps none."""
    strict = Strict(name, "config")
    raw = strict.held(value, SHAPE, where="ledger")
    movements = raw.get("movements", {})
    return Ledger(
        unit=raw.get("unit", UNITS[0]),
        decimals=raw.get("decimals"),
        cost_decimals=raw.get("usage", {}).get("cost_decimals"),
        accounts=raw.get("accounts", ""),
        balance=_part("balance", raw, BALANCE),
        movements=_part("movements", raw, MOVEMENTS),
        usage=_part("usage", raw, USAGE),
        sign=_sign(strict, movements),
        types=_types(strict, movements.get("types", {})),
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


def _part(part: str, ledger: Mapping[str, Any], columns: tuple[Key, ...]) -> Part | None:
    raw = ledger.get(part)
    if raw is None:
        return None
    return Part(
        kind=f"ledger.{part}",
        relation=raw.get("table", ""),
        sql=raw.get("sql", "").strip().rstrip(";"),
        key=raw.get("key", ""),
        columns={column.name: raw[column.name] for column in columns if column.name in raw},
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
    value = movements.get("sign", SIGNED)
    if isinstance(value, dict):
        return Sign(how="column", column=value["column"], out=_words(value["out"]), into=_words(value["in"]))
    if value == BY_TYPE and "type" not in movements:
        raise strict.wrong(f'ledger.movements.sign is "{BY_TYPE}" and no type is mapped', 'add type = "COLUMN"')
    return Sign(how=value)


def _types(strict: Strict, types: Mapping[str, Any]) -> dict[str, str]:
    """word of the target -> our word."""
    made: dict[str, str] = {}
    for kind, words in types.items():
        for word in _words(words):
            if word in made:
                raise strict.wrong(f"ledger.movements.types: '{word}' is both {made[word]} and {kind}", "a word means one thing")  # fmt: skip
            made[word] = kind
    return made


def _words(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
