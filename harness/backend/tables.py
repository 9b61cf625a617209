"""The tables that are watched, and what they are called: every model of the target's own, varied by [tables] of harness.toml.

read     [tables], as it stands
models   a table for each model, as looking finds it
filled   both as one, and what [ledger] names of them
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.backend import freed, ledger
from harness.core.config import Config, Table
from harness.core.errors import HarnessError, did_you_mean
from harness.core.look.django import Django, Model
from harness.core.shape import Each, Either, Fixed, Key, Keys, Named, Text
from harness.store.tomlread import Strict

VARIED = ("lock", "paths", "status", "active")
_TEXTS = Each(of=Text(), hint='write ["one", "two"]')
SHAPE = Named(
    name="KIND",
    of=Either(
        kinds=(
            Fixed(False),
            Text(),
            Keys(
                keys=(
                    Key("table", Text(), 'the model (`"Invoices"`, `"shop.Invoices"`) or any table by its name; left out, the model that is called KIND'),
                    Key("lock", _TEXTS, "the columns whose values goldens hold; left out, those with choices and a default among them. `[]` locks nothing"),
                    Key("paths", _TEXTS, "`lock` holds for scenarios of these paths alone"),
                    Key("status", Text(), "the column that `active` speaks of; left out, the one that has them among its choices"),
                    Key("active", _TEXTS, "the values that no row may still have when everything is quiet"),
                )
            ),
        ),
        called="a table, the name of a model, or false",
        hint="false: it is not watched",
    ),
)  # fmt: skip
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def read(file: str, value: Any) -> dict[str, Mapping[str, Any]]:
    """kind -> what is said of it. `"Model"` is short for { table = "Model" }, false for a table that is not watched."""
    Strict(file, "config").held(value, SHAPE, where="tables")
    return {kind: _said(one) for kind, one in value.items()}


def _said(value: Any) -> Mapping[str, Any]:
    if value is False:
        return {"watched": False}
    if isinstance(value, str):
        return {"table": value}
    return {key: tuple(one) if isinstance(one, list) else one for key, one in value.items()}


def models(django: Django, databases: Sequence[str]) -> tuple[Table, ...]:
    """A table for each model of the target's own in `databases` (Django's aliases, and others of the same databases), named after the
    model.

    Locked are its states: columns with choices and a default among them, in which a row begins and from which it moves on.
    What is but a part of another row has none (its settings): exactly one belongs to each, whatever is done.
    """
    of_stack = _of_stack(django, databases)
    own = [model for model in django.models if model.own and not model.proxy and model.database in of_stack]
    often = Counter(_named(model) for model in own)
    made = ((model, _table(model, often[_named(model)] > 1)) for model in own)
    return tuple(
        replace(one, database=model.database if model.database in databases[1:] else "") for model, one in made
    )


def unwatched(django: Django, databases: Sequence[str]) -> tuple[str, ...]:
    """A line for each model of the target's own that stands in another database than those of the stack."""
    of_stack = _of_stack(django, databases)
    return tuple(
        f"{model.label} (database {model.database!r} is not in target.databases)"
        for model in django.models
        if model.own and not model.proxy and model.database not in of_stack
    )


def _of_stack(django: Django, databases: Sequence[str]) -> set[str]:
    """Django's aliases of the stack's databases: `databases`, and others that lead to the same."""
    servers = {alias: one.server for alias, one in django.settings.databases.items()}
    return {alias for alias in (*databases, *servers) if servers.get(alias) in [servers.get(one) for one in databases]}


def _table(model: Model, prefixed: bool) -> Table:
    kind = _named(model)
    states = (
        [] if _part(model) else [one for one in model.fields if one.default and one.default.strip('"') in one.choices]
    )
    return Table(
        kind=f"{model.label.partition('.')[0]}_{kind}" if prefixed else kind,
        table=f"{model.schema}.{model.table}" if model.schema not in ("", "public") else model.table,
        model=model.label,
        lock=tuple(one.column for one in states),
        choices={one.column: one.choices for one in model.fields if one.choices},
        said=False,
    )


def _part(model: Model) -> bool:
    """Whether each row belongs to one of another table, alone and always: a foreign key that is unique and never null."""
    never_null = {(one.column,) for one in model.fields if not one.null}
    alone = {key.columns for key in model.unique if not key.partial}
    return any(key.columns in alone & never_null for key in model.foreign_keys)


def _named(model: Model) -> str:
    """In small words, one of many: "OrderLine" is order_line, "Pictures" is picture."""
    *words, last = _HUMP.sub("_", model.label.rpartition(".")[2]).lower().split("_")
    return "_".join([*words, singular(last)])


def singular(word: str) -> str:
    """The one of many: "orders" -> "order", "categories" -> "category"; a word that is none of many stays."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is", "settings")) else word


def filled(config: Config, found: Iterable[Table]) -> Config:
    """With every table that is watched, in the order of harness.toml and then of `found`, and a ledger that knows them.
    Raises HarnessError config-value for what is no table's name and for two names of one table, free-money for an entry of [free].
    """
    found = tuple(found)
    tables = dict(_said_of(config, found))
    named = {table.table for table in tables.values()}
    off = {kind for kind, said in config.said_tables.items() if not said.get("watched", True)}
    tables |= {
        one.kind: one for one in found if one.table not in named and one.kind not in off and one.kind not in tables
    }
    money = ledger.placed(config.source.name, config.ledger, tables)
    kept = {kind: _without_money(table, money.balance and money.balance.kind) for kind, table in tables.items()}
    made = replace(config, tables=kept, ledger=money, found=found)
    if config.free:
        freed.refuse_money(made)
    return made


def _said_of(config: Config, found: Sequence[Table]) -> Iterator[tuple[str, Table]]:
    strict, taken = Strict(config.source.name, "config"), dict[str, str]()
    for kind, said in config.said_tables.items():
        if not said.get("watched", True):
            if kind not in {one.kind for one in found}:
                raise strict.wrong(
                    f"tables.{kind} is false, and no model is called so",
                    did_you_mean(kind, [one.kind for one in found]),
                )
            continue
        name = str(said.get("table", kind))
        known = [
            one
            for one in found
            if name in (one.kind, one.table, f"public.{one.table}", one.model, one.model.rpartition(".")[2])
        ]
        if len(known) > 1:
            raise strict.wrong(
                f"tables.{kind} names {name}, which is {' and '.join(one.model for one in known)}",
                'write the app before it: "app.Model"',
            )
        if not known and "table" not in said:
            raise strict.wrong(
                f"tables.{kind} names no table, and no model is called so",
                did_you_mean(kind, [one.kind for one in found]),
            )
        table = _varied(strict, known[0] if known else Table(kind=kind, table=name), kind, said)
        if table.table in taken:
            raise strict.wrong(
                f"tables.{kind} and tables.{taken[table.table]} are both {table.table}", "a table has one name"
            )
        taken[table.table] = kind
        yield kind, table


def _varied(strict: Strict, table: Table, kind: str, said: Mapping[str, Any]) -> Table:
    varied = {key: one for key, one in said.items() if key in VARIED}
    table = replace(table, kind=kind, said=True, **varied)
    if table.active and not table.status:
        having = [column for column, choices in table.choices.items() if set(table.active) <= set(choices)]
        if len(having) != 1:
            raise strict.wrong(
                f"tables.{kind}.active: {'no column has' if not having else f'{len(having)} columns have'} these among its choices",
                'add status = "COLUMN", the column that holds them',
            )
        table = replace(table, status=having[0])
    return table


def _without_money(table: Table, balance: str | None) -> Table:
    """Each charge changes the row with the balance, which the ledger shows: it is locked only where somebody says so."""
    return replace(table, lock=()) if table.kind == balance and not table.said else table


def document(found: Iterable[Table]) -> list[dict[str, Any]]:
    """What looking found, as run.start has it: a stored run is judged where the target is not installed, too."""
    return [
        {"kind": one.kind, "table": one.table, "model": one.model, "lock": list(one.lock), "choices": {k: list(v) for k, v in one.choices.items()}}
        for one in found
    ]  # fmt: skip


def of_document(told: Iterable[Mapping[str, Any]]) -> tuple[Table, ...]:
    """Raises HarnessError history-syntax for what this version did not write."""
    try:
        return tuple(
            Table(
                kind=one["kind"], table=one["table"], model=one["model"], lock=tuple(one["lock"]),
                choices={column: tuple(values) for column, values in one["choices"].items()}, said=False,
            )
            for one in told
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise HarnessError(
            f"what a run watched cannot be read: {type(error).__name__}: {error}",
            hint="it was written by another version: drive it again",
            code="history-syntax",
        ) from None
