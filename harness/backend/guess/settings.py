"""What harness.toml must say so that the settings find the stack, and the ledger as lines of it.

database_lines  variables that DATABASES is read from -> the stack's place
ledger_lines    part of [ledger] -> its line
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.backend.guess import source
from harness.backend.guess.money import Money, Place
from harness.backend.tables import models
from harness.core.look.django import Django, Model
from harness.store.tomlwrite import inline

ENGINE = "django.db.backends.postgresql"
URL = "postgres://{db_user}:{db_password}@{db_host}:{db_port}/{db_name}"
PLACES = {"ENGINE": ENGINE, "NAME": "{db_name}", "USER": "{db_user}", "PASSWORD": "{db_password}", "HOST": "{db_host}", "PORT": "{db_port}"}  # fmt: skip
SET = {"DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD", "DATABASE_URL", "PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"}  # fmt: skip
"""What a stack sets by itself (harness.stack.roles.environment)."""
WAYS = {"balance": ("column", "account"), "usage": ()}


def database_lines(root: Path, module: str, env: Mapping[str, str]) -> dict[str, str]:
    """Of the default database; {} where it is read from nothing, or from what the stack sets already. What several parts of it are read from is its
    whole address."""
    found: dict[str, str] = {}
    for tree in _settings(root, module):
        named = {target.id: node.value for node in tree.body if isinstance(node, ast.Assign) for target in node.targets if isinstance(target, ast.Name)}  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                keys = {key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)}  # fmt: skip
                if {"ENGINE", "NAME"} <= set(keys):
                    for key, place in PLACES.items():
                        for name in _read(keys.get(key), named):
                            found[name] = place if found.get(name, place) == place else URL
            elif isinstance(node, ast.Call) and any(word in ast.unparse(node.func) for word in ("dj_database_url", "db_url", ".db")):  # fmt: skip
                for name in _url(node, named):
                    found.setdefault(name, URL)
    return {name: place for name, place in found.items() if name not in SET and name not in env}


def _settings(root: Path, module: str) -> Iterator[ast.Module]:
    """The settings module, and where it is of a package, the modules beside it."""
    parts = module.split(".")
    for path in source.files(root):
        inner = path.relative_to(root).with_suffix("").parts
        same = tuple(parts) == inner[-len(parts) :] or (len(parts) > 1 and tuple(parts[:-1]) == inner[:-1][-len(parts) + 1 :])  # fmt: skip
        if same and (tree := source.tree(path)) is not None:
            yield tree


def _read(value: ast.expr | None, named: Mapping[str, ast.expr]) -> Iterator[str]:
    for node in ast.walk(value) if value is not None else ():
        one = source.variable(Path(), node)
        if one is not None:
            yield one.name
        elif isinstance(node, ast.Name) and node.id in named and named[node.id] is not value:
            yield from _read(named[node.id], {name: one for name, one in named.items() if name != node.id})


def _url(call: ast.Call, named: Mapping[str, ast.expr]) -> Iterator[str]:
    said = [word.value for word in call.keywords if word.arg == "env"] + call.args[:1]
    for node in said:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and source.NAME.fullmatch(node.value):
            yield node.value
        yield from _read(node, named)


def ledger_lines(money: Money, django: Django) -> dict[str, str]:
    """A line for each part that was guessed, and before them what holds for all: unit, decimals, accounts."""
    return {key: f"{key} = {inline(value)}" for key, value in ledger(money, django).items()}


def ledger(money: Money, django: Django) -> dict[str, Any]:
    """[ledger] of what was guessed, as harness.toml has it. Without a column that holds a balance it is what the movements of an account
    add up to; {} without either."""
    kinds = {one.model: one.kind for one in models(django, ("default",))}
    by_table = {one.table: one for one in django.models if not one.proxy}
    if money.balance is None:
        return _summed(money.movements, by_table, kinds) if money.movements is not None else {}
    held = money.balance.model
    column = next(one for one in held.fields if one.column == money.balance.columns["column"])
    found: dict[str, Any] = {}
    if "Decimal" in column.internal_type:
        found |= {"unit": "decimal", **({"decimals": column.decimal_places} if column.decimal_places else {})}
    elif "cents" in column.column.lower().split("_"):
        found["unit"] = "cents"
    account = money.balance.columns.get("account", "")
    owner = next((by_table.get(key.to_table) for key in held.foreign_keys if key.columns == (account,)), None)
    if account and owner is not None and owner.label in kinds:
        found["accounts"] = kinds[owner.label]
    elif account:
        found["accounts"] = kinds.get(held.label, "")
    found["balance"] = {**_where(held, kinds), **money.balance.columns}
    if money.movements is not None:
        found["movements"] = _movements(money.movements, held, account, owner or held, kinds)
    if money.usage is not None:
        found["usage"] = {**_where(money.usage.model, kinds), **_of_account(money.usage, owner or held)}
    return {key: value for key, value in found.items() if value != ""}


def _summed(moved: Place, by_table: Mapping[str, Model], kinds: Mapping[str, str]) -> dict[str, Any]:
    owner = owner_of(moved, by_table)
    if owner is None or owner.label not in kinds or not moved.model.managed:
        return {}
    column, amount = moved.columns["account"], moved.columns["amount"]
    numbered = next(one for one in moved.model.fields if one.column == amount)
    scale = {"unit": "decimal", "decimals": numbered.decimal_places} if "Decimal" in numbered.internal_type else {}
    query = f"SELECT {column} AS account, sum({amount}) AS balance FROM {named(moved.model)} GROUP BY 1"
    return {
        **scale,
        "accounts": kinds[owner.label],
        "balance": {"sql": query, "column": "balance", "account": "account"},
        "movements": _movements(moved, owner, "", owner, kinds),
    }


def owner_of(moved: Place, by_table: Mapping[str, Model]) -> Model | None:
    """Whose a movement is, where its row names nothing but that."""
    keys = [key for key in moved.model.foreign_keys if key.columns == (moved.columns.get("account"),)]
    return by_table.get(keys[0].to_table) if keys else None


def _where(model: Model, kinds: Mapping[str, str]) -> dict[str, str]:
    """A kind of [tables] where its rows are watched; a view or an unmanaged table by its name, with its key."""
    if model.managed and model.label in kinds:
        return {"table": kinds[model.label]}
    key = model.primary_key[0] if model.primary_key else ""
    alone = len([one for one in model.fields if not one.primary_key]) == 0
    if alone:
        return {"table": named(model)}
    return {"sql": f"SELECT * FROM {named(model)}", **({"key": key} if key else {})}


def _movements(place: Place, held: Model, account: str, owner: Model, kinds: Mapping[str, str]) -> dict[str, Any]:
    columns = _of_account(place, owner)
    model, said = place.model, _where(place.model, kinds)
    pointing = next((key for key in model.foreign_keys if key.to_table == held.table and held.label != owner.label), None)  # fmt: skip
    random = any(one.primary_key and "UUID" in one.internal_type for one in model.fields)
    made = next((one.column for one in model.fields if one.auto_now_add), "")
    if (pointing is not None and account) or (random and made and model.managed):
        table, key = named(model), model.primary_key[0]
        shown = "m.*" + (f", h.{account} AS whose" if pointing is not None else "") + (f", row_number() OVER (ORDER BY m.{made}) AS n" if random and made else "")  # fmt: skip
        joined = f" JOIN {named(held)} h ON h.{held.primary_key[0]} = m.{pointing.columns[0]}" if pointing is not None else ""  # fmt: skip
        said = {"sql": f"SELECT {shown} FROM {table} m{joined}", "key": "n" if random and made else key}
        if pointing is not None:
            columns["account"] = "whose"
    extra: dict[str, Any] = {}
    if place.sign is not None:
        extra["sign"] = {"column": place.sign[0], "out": list(place.sign[1]), "in": list(place.sign[2])}
    if place.types:
        extra["types"] = {kind: list(words) for kind, words in place.types.items()}
    return {**said, **columns, **extra}


def _of_account(place: Place, owner: Model) -> dict[str, Any]:
    """With the column that points at what an account is, whatever it is called; without one that points at something else."""
    ours = next((key.columns[0] for key in place.model.foreign_keys if key.to_table == owner.table), "")
    columns = {word: column for word, column in place.columns.items() if word != "account"}
    return {**columns, **({"account": ours} if ours else {})}


def named(model: Model) -> str:
    """Its table as PostgreSQL prints it, with the schema where it is not public."""
    return (f"{model.schema}.{model.table}" if model.schema not in ("", "public") else model.table).replace('"', "")
