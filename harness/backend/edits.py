"""Which single settings a world can be varied by: one column of one table set to something that it may be, in every row.

Asked of the target's models: a flag is on or off, a choice is each of its values, a number is zero or one, what may be
missing is missing, a time is past. Keys, references and what the database makes itself stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from harness.core.config import Table
from harness.core.ledger import Ledger
from harness.core.look.django import Field, Model
from harness.core.variation import EMPTY, FALSE, NULL, ONE, PAST, TRUE, WORD, ZERO, Edit

WHOLE = ("Integer", "SmallInteger", "BigInteger", "PositiveInteger", "PositiveSmallInteger", "PositiveBigInteger")
PARTS = ("Decimal", "Float")
TEXTS = ("Char", "Text", "URL", "Email", "Slug")


def of_models(models: Iterable[Model], tables: Mapping[str, Table], ledger: Ledger) -> tuple[Edit, ...]:
    """Of every table that is watched, but the ledger's history, in the order of models and their fields."""
    kinds = {
        table.table.removeprefix("public."): kind
        for kind, table in tables.items()
        if not ledger.is_history(kind, table.table)
    }
    found: list[Edit] = []
    for model in models:
        name = f"{model.schema}.{model.table}" if model.schema not in ("", "public") else model.table
        if model.proxy or name not in kinds:
            continue
        points = {column for key in model.foreign_keys for column in key.columns}
        for field in model.fields:
            if not (field.primary_key or field.generated or field.unique):
                found += [
                    Edit(kind=kinds[name], column=field.column, to=to) for to in _of(field, field.column in points)
                ]
    return tuple(dict.fromkeys(found))


def _of(field: Field, points: bool) -> Iterator[str]:
    kind = field.internal_type.removesuffix("Field")
    if field.null:
        yield NULL
    if points:
        return
    if kind in ("Boolean", "NullBoolean"):
        yield from (TRUE, FALSE)
    elif field.choices:
        yield from (choice for choice in field.choices if WORD.fullmatch(choice) and choice not in (NULL, EMPTY))
    elif kind in WHOLE:
        yield from (ZERO, ONE)
    elif kind in PARTS:
        yield ZERO
    elif kind in TEXTS and field.blank:
        yield EMPTY
    elif kind in ("DateTime", "Date") and not (field.auto_now or field.auto_now_add):
        yield PAST
