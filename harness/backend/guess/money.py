"""Where the ledger seems to stand: read off the models alone, by words of their names and by what points where.

A guess says how it came about, and how sure it is. What a driven charge showed afterwards (`init`) makes it sure or takes it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from harness.backend.guess.words import HELD, HOLDERS, KINDS, MOVED, MOVEMENTS, NO_HOLDERS, NOT_HELD, NUMBERS, USAGES
from harness.core.ledger import DEDUCTION
from harness.core.look.django import Django, Field, Model

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One part of the ledger. `columns` maps our word to the column; `score` is above 0, and more is surer; `rivals` are other places
    that say as much, nearest first."""

    model: Model
    columns: dict[str, str]
    score: int
    why: str
    rivals: tuple[str, ...] = ()
    types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sign: tuple[str, tuple[str, ...], tuple[str, ...]] | None = None
    """(column, words for out, words for in), where a column says which way an amount went."""
    by_fall: bool = False
    """No name says it: it is the number that fell."""

    @property
    def sure(self) -> str:
        if self.rivals:
            return "a guess"
        return "likely" if self.score >= 7 else "a guess"


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The parts that were found; None for one that was not."""

    balance: Place | None
    movements: Place | None
    usage: Place | None


def words(name: str) -> list[str]:
    """Of a column or a model's name, small, each one of many."""
    return [one[:-1] if one.endswith("s") and one[:-1] in HOLDERS | NO_HOLDERS else one for one in _HUMP.sub("_", name).lower().split("_") if one]  # fmt: skip


def guess(django: Django) -> Money:
    own = [model for model in django.models if model.own and not model.proxy and not model.auto_created]
    held = _best(_balance(model) for model in own)
    moved = _best(_movements(model, held) for model in own if held is None or model.label != held.model.label)
    apart = {place.model.label for place in (held, moved) if place is not None}
    used = _best(_usage(model, held) for model in own if model.label not in apart)
    return Money(balance=held, movements=moved, usage=used)


def _best(places: Iterable[Place | None]) -> Place | None:
    found = sorted((place for place in places if place is not None and place.score > 0), key=lambda place: -place.score)
    if not found:
        return None
    best = found[0]
    rivals = tuple(f"{one.model.label}.{next(iter(one.columns.values()))}" for one in found[1:] if one.score == best.score)  # fmt: skip
    return Place(model=best.model, columns=best.columns, score=best.score, why=best.why, rivals=rivals, types=best.types, sign=best.sign)  # fmt: skip


def numbers(model: Model) -> list[Field]:
    """Its columns that hold a number of something: no keys, and nothing that points at a row."""
    pointing = {column for key in model.foreign_keys for column in key.columns}
    return [
        one
        for one in model.fields
        if one.column not in pointing
        and not (one.primary_key and model.managed)
        and any(kind in one.internal_type for kind in NUMBERS)
    ]


def account_of(model: Model) -> str:
    """The column by which a row names whose it is, "" where it is one's own: of several the one that points at what is called so."""
    ours = [key for key in model.foreign_keys if len(key.columns) == 1]
    ranked = sorted(ours, key=lambda key: -len({*words(key.to_table), *words(key.columns[0])} & HOLDERS))
    return next((key.columns[0] for key in ranked if {*words(key.to_table), *words(key.columns[0])} & HOLDERS), "")


def _balance(model: Model) -> Place | None:
    name = set(words(model.label.rpartition(".")[2]))
    scored = [(_of(HELD, one.column, NOT_HELD), one) for one in numbers(model)]
    points, column = max(scored, key=lambda pair: pair[0], default=(0, None))
    if column is None or points <= 0:
        return None
    points += 3 * bool(name & HOLDERS) - 8 * bool(name & NO_HOLDERS)
    account = account_of(model)
    if account and not (name & {"user"}) and {account} in ({*key.columns} for key in model.unique):
        points += 1
    columns = {"column": column.column}
    key = model.primary_key[0] if model.primary_key else ""
    if model.managed:
        # a row of its own is its account; one that belongs to just one other row is that one's
        columns["account"] = account if account and name & {"wallet", "balance", "purse", "till"} else key
    return Place(model=model, columns=columns, score=points, why=f"{model.label} holds {column.column}")


def _movements(model: Model, held: Place | None) -> Place | None:
    name = words(model.label.rpartition(".")[2])
    left = [one for one in numbers(model) if _left(one.column, held)]
    scored = [(_of(MOVED, one.column, NOT_HELD - {"amount"}), one) for one in numbers(model) if one not in left]
    points, column = max(scored, key=lambda pair: pair[0], default=(0, None))
    said = {word for kinds in KINDS.values() for word in kinds}
    told = sum(MOVEMENTS.get(word, 4 * (word in said and n == len(name) - 1)) for n, word in enumerate(name))
    if column is None or points <= 0 or not (told or left):
        return None
    points += told + 4 * bool(left) - 5 * bool({"plan", "price", "config", "package"} & set(name))
    columns = {"amount": column.column}
    if account := account_of(model):
        columns["account"] = account
    chosen = types_of(model)
    if chosen is not None:
        columns["type"] = chosen.column
    if left:
        columns["balance_" + "after"] = left[0].column
    for one in model.fields:
        if "type" in columns and "operation" in words(one.column) and one.column != columns["type"]:
            columns.setdefault("operation", one.column)
    types = {kind: said for kind, known in KINDS.items() if chosen is not None and (said := tuple(one for one in chosen.choices if one != kind and one.lower() in known))}  # fmt: skip
    if chosen is not None and chosen.choices and not {one.lower() for one in chosen.choices} & set(KINDS[DEDUCTION]):
        # words of the target's own for what credits are spent on
        of_others = {
            one for kind, known in KINDS.items() for one in chosen.choices if one == kind or one.lower() in known
        }
        if rest := tuple(one for one in chosen.choices if one not in of_others):
            types[DEDUCTION] = rest
        columns.setdefault("operation", chosen.column)
    return Place(model=model, columns=columns, score=points, types=types, sign=_sign(model), why=f"{model.label} holds {column.column}{' and what is left' if left else ''}")  # fmt: skip


def _left(column: str, held: Place | None) -> bool:
    said = set(words(column))
    holding = set(words(held.columns["column"])) if held is not None else set()
    return said == {"left"} or (bool(said & {"after", "balance", "running"}) and bool(said & (set(HELD) | holding)))


def types_of(model: Model) -> Field | None:
    """The column that says what a movement was: one with choices, by the words of its name."""
    texts = [one for one in model.fields if one.internal_type in ("CharField", "TextField", "SlugField")]
    known = {word for kinds in KINDS.values() for word in kinds}
    by_choice = [one for one in texts if {choice.lower() for choice in one.choices} & known - {"in", "out"}]
    by_name = [one for one in texts if {"type", "kind", "reason"} & set(words(one.column))]
    return next(iter([*by_choice, *by_name]), None)


def _sign(model: Model) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    outward, inward = {"out", "debit", "-", "minus", "outgoing"}, {"in", "credit", "+", "plus", "incoming"}
    for one in model.fields:
        said = {choice.lower(): choice for choice in one.choices}
        if said and set(said) <= outward | inward and set(said) & outward and set(said) & inward:
            return one.column, tuple(said[w] for w in said if w in outward), tuple(said[w] for w in said if w in inward)
    return None


def _usage(model: Model, held: Place | None) -> Place | None:
    name = words(model.label.rpartition(".")[2])
    said = {one.column: set(words(one.column)) for one in model.fields}
    points = sum(USAGES.get(word, 0) for word in name) - 6 * bool({"plan", "price", "config"} & set(name))
    columns: dict[str, str] = {}
    holding = set(words(held.columns["column"])) if held is not None else set()
    by_word: Sequence[tuple[str, set[str], set[str]]] = (
        ("tokens_" + "in", {"tokens", "token"}, {"input", "prompt", "in"}),
        ("tokens_" + "out", {"tokens", "token"}, {"output", "completion", "out"}),
        ("credits", {"credits", "credit", *(holding & set(HELD))}, set()),
        ("cost", {"cost", "usd"}, set()),
    )
    for word, first, second in by_word:
        for one in numbers(model):
            if (
                said[one.column] & first
                and (not second or said[one.column] & second)
                and one.column not in columns.values()
            ):
                columns.setdefault(word, one.column)
    for word, wanted in (("model", {"model"}), ("operation", {"operation", "action", "feature"})):
        for one in model.fields:
            if one.internal_type in ("CharField", "TextField", "SlugField") and said[one.column] & wanted:
                columns.setdefault(word, one.column)
    if "credits" not in columns or points <= 0 or len(columns) < 2:
        return None
    if account := account_of(model):
        columns["account"] = account
    return Place(model=model, columns=columns, score=points + len(columns), why=f"{model.label} holds {', '.join(columns.values())}")  # fmt: skip


def _of(points: dict[str, int], column: str, against: set[str]) -> int:
    said = words(column)
    return max((points.get(word, 0) for word in said), default=0) - 5 * len(set(said) & against)
