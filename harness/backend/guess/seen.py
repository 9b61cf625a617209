"""Where the ledger stands by what happened, where no name says it: which number fell when something was done, and which new row says as much.

A fall is (table, column, by how much) of a row that was there, a note is (table, column, value) of one that is new; amounts are decimal text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from harness.backend.guess.money import Money, Place, account_of, numbers, types_of
from harness.backend.guess.settings import named
from harness.core.history import Transaction
from harness.core.look.django import Django, Model

Number = tuple[str, str, str]


class Moved(NamedTuple):
    """What one thing that was asked for did to numbers; `called`: it asked a provider."""

    fell: tuple[Number, ...]
    wrote: tuple[Number, ...]
    called: bool


def numbers_of(transactions: Iterable[Transaction]) -> tuple[tuple[Number, ...], tuple[Number, ...]]:
    """(falls, notes), net of all that was committed; a row that came and changed is new."""
    fell: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    wrote: dict[tuple[str, str, str], Decimal] = {}
    new: set[tuple[str, str]] = set()
    for change in (one for transaction in transactions for one in transaction.changes):
        place = change.table.removeprefix("public.")
        if change.before is None:
            new.add((place, change.id))
        for column, after in (change.after or {}).items():
            value, before = _decimal(after), _decimal((change.before or {}).get(column))
            if value is not None and (place, change.id) in new:
                wrote[place, change.id, column] = value
            elif value is not None and before is not None:
                fell[place, change.id, column] += before - value
    return (
        tuple((table, column, str(by)) for (table, _, column), by in fell.items() if by > 0),
        tuple((table, column, str(value)) for (table, _, column), value in wrote.items() if value),
    )


def _decimal(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text or "x")
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def better(money: Money, django: Django, seen: Sequence[Moved]) -> Money | None:
    """More than names said; None where nothing that was seen says more.

    A balance is the number that fell in most ways, those that asked a provider before others, and of several the one whose fall a new row says
    too; a movement is what each of these ways wrote
    of just that amount, and with its sign turned it is a log of what was used.
    """
    ours = {named(one): one for one in django.models if one.own and not one.proxy and one.managed}
    if money.balance is None and money.movements is None:
        ways = [one for one in seen if one.called] or seen
        counted = Counter(
            place for way in ways for place in {(t, c) for t, c, _ in way.fell} if _numbered(ours, *place)
        )
        if not counted:
            return None
        noted = Counter(
            (t, c)
            for way in ways
            for t, c, by in way.fell
            if any(abs(Decimal(v)) == Decimal(by) for _, _, v in way.wrote)
        )
        table, column = min(counted, key=lambda place: (-counted[place], -noted[place], place))
        return Money(balance=held(ours[table], column, f"{ours[table].label}.{column} fell when something was asked for"), movements=None, usage=None)  # fmt: skip
    if money.balance is None or money.movements is not None or money.usage is not None:
        return None
    at = (named(money.balance.model), money.balance.columns["column"])
    said: list[set[tuple[str, str, bool]]] = []
    for way in seen:
        falls = {Decimal(by) for table, column, by in way.fell if (table, column) == at}
        if falls:
            said.append({(t, c, Decimal(v) < 0) for t, c, v in way.wrote if abs(Decimal(v)) in falls and _numbered(ours, t, c)})  # fmt: skip
    agreed = set.intersection(*said) if said else set()
    if not agreed:
        return None
    table, column, down = min(agreed, key=lambda one: (not one[2], one))
    place = _noted(ours[table], column, money.balance.model, down=down)
    return Money(balance=money.balance, movements=place if down else None, usage=None if down else place)


def held(model: Model, column: str, why: str) -> Place:
    """A balance in that column: of what just this row belongs to, else of the row itself."""
    unique = {one.columns for one in model.unique if not one.partial}
    mine = next((key.columns[0] for key in model.foreign_keys if len(key.columns) == 1 and key.columns in unique), "")
    key = mine or (model.primary_key[0] if model.primary_key else "")
    return Place(
        model=model, columns={"column": column, **({"account": key} if key else {})}, score=1, why=why, by_fall=True
    )


def _noted(model: Model, column: str, holder: Model, *, down: bool) -> Place:
    columns = {"amount" if down else "credits": column}
    pointing = next((key.columns[0] for key in model.foreign_keys if key.to_table == holder.table), "") or account_of(model)  # fmt: skip
    if pointing:
        columns["account"] = pointing
    said = types_of(model)
    if down and said is not None:
        columns["type"] = said.column
    return Place(model=model, columns=columns, score=1, why=f"{model.label}.{column} says what the balance fell by")


def _numbered(ours: Mapping[str, Model], table: str, column: str) -> bool:
    return table in ours and any(one.column == column for one in numbers(ours[table]))
