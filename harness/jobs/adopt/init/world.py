"""A first world, made of the models alone: a row of each kind that is needed, with values that its columns take.

Which rows there are and what they hold is read off keys, types, choices and words of names; what the database then refuses is left out
by whoever tries (`explore`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from typing import Any

from harness.backend.guess.money import Money, Place, words
from harness.backend.guess.settings import named, owner_of
from harness.backend.guess.words import HOLDERS, KINDS, NO_HOLDERS
from harness.backend.tables import models, singular
from harness.core.ledger import PURCHASE
from harness.core.look.django import Django, Field, Model
from harness.jobs.adopt.init import filled
from harness.jobs.adopt.init.values import Planted

ENOUGH = 1000
PLENTY = 100
"""In a column of decimals of which nobody knows what it holds: it may not have many digits."""


class World:
    """`kinds` maps each model's label to the name of its rows; `there` are tables that hold rows once migrated, `views` what is none."""

    def __init__(
        self, django: Django, money: Money, *, there: frozenset[str] = frozenset(), views: frozenset[str] = frozenset()
    ) -> None:
        self.django, self.money, self.there = django, money, there
        called = {one.model: one.kind for one in models(django, ("default",))}
        self.user = django.settings.auth_user_model
        known = [
            one
            for one in django.models
            if not one.proxy and not one.auto_created and (one.own or one.label == self.user)
        ]
        self.models = {one.label: one for one in known if named(one) not in views}
        self.kinds = {
            label: called.get(label, singular("_".join(words(label.rpartition(".")[2])))) for label in self.models
        }
        self.by_table = {one.table: one for one in self.models.values()}

    def with_pairs(self) -> World:
        """The same, where the tables of pairs of its models (many-to-many) are kinds of rows, too."""
        made = copy(self)
        pairs = [
            one
            for one in self.django.models
            if one.auto_created and one.foreign_keys and all(key.to_table in self.by_table for key in one.foreign_keys)
        ]
        made.models = {**self.models, **{one.label: one for one in pairs}}
        made.kinds = {**self.kinds, **{one.label: singular("_".join(words(one.label.rpartition(".")[2]))) for one in pairs}}  # fmt: skip
        made.by_table = {**self.by_table, **{one.table: one for one in pairs}}
        return made

    def label(self, name: str) -> str:
        """The model that a word of a path, a key or a parameter speaks of, "" for none: whole names before their last words."""
        name = name.lower().replace("-", "_")
        for end in ("_ids", "_id", "_uuid", "_pk", "_slug"):
            name = name.removesuffix(end)
        wanted = singular(name)
        for label, kind in self.kinds.items():
            if wanted and wanted in (
                kind,
                singular(kind),
                label.rpartition(".")[2].lower(),
                singular(label.rpartition(".")[2].lower()),
            ):
                return label
        ends = [label for label, kind in self.kinds.items() if wanted and wanted == singular(kind.rpartition("_")[2])]
        return ends[0] if len(ends) == 1 else ""

    def planted(
        self,
        wanted: Iterable[str],
        *,
        many: Mapping[str, int] = {},
        without: frozenset[str] = frozenset(),
        rich: bool = False,
        user: bool = True,
    ) -> tuple[Planted, ...]:
        """Rows of the labels `wanted` and of all that they need; of the kinds in `many` several. `rich`: with texts that need not be there."""
        labels = [label for label in self._closed(wanted, user=user) if label not in without]
        made: list[Planted] = []
        for label in self.ordered(labels):
            model = self.models[label]
            alone = any(
                key.columns in {one.columns for one in model.unique if not one.partial}
                and not self._field(model, key.columns[0]).null
                for key in model.foreign_keys
            )
            for n in range(1, 1 if alone else max(1, many.get(label, 1)) + 1) or (1,):
                made.append(self._row(self.models[label], n, {one.model for one in made}, rich=rich))
        return tuple(made)

    def every(self) -> list[str]:
        """Every model of the target's own that has no rows yet and is no record of what happened."""
        told = {place.model.label for place in (self.money.movements, self.money.usage) if place is not None}
        return [
            label
            for label, one in self.models.items()
            if named(one) not in self.there
            and label not in told
            and not set(words(label.rpartition(".")[2])) & {"log", "usage"}
        ]

    def funds(self) -> Planted | None:
        """Where the balance is but the sum of what moved: the row that brings it in."""
        held, moved = self.money.balance, self.money.movements
        if held is None and moved is not None and moved.model.label in self.models:
            return self._brought(moved)
        if held is None or held.model.label in self.models:
            return None
        ranked = sorted(
            self.models.values(),
            key=lambda one: (
                -len(
                    {*words(one.label.rpartition(".")[2])}
                    & {"entry", "movement", "transaction", "ledger", "posting", "booking"}
                )
            ),
        )
        for one in ranked[:1]:
            numbers = [
                f
                for f in one.fields
                if f.column == held.columns["column"] or {*words(f.column)} & {"amount", "cents", "credits", "delta"}
            ]
            kinds = [f for f in one.fields if {c.lower() for c in f.choices} & set(KINDS[PURCHASE])]
            if numbers and kinds:
                kind = next(c for c in kinds[0].choices if c.lower() in KINDS[PURCHASE])
                row = self._row(one, 1, set(), rich=False)
                return Planted(
                    name=row.name, model=row.model, values={**row.values, numbers[0].name: ENOUGH, kinds[0].name: kind}
                )
        return None

    def _brought(self, moved: Place) -> Planted | None:
        owner = owner_of(moved, self.by_table)
        kind = next((one for one in moved.model.fields if one.column == moved.columns.get("type")), None)
        if owner is None:
            return None
        amount = next(one for one in moved.model.fields if one.column == moved.columns["amount"])
        row = self._row(moved.model, 1, {owner.label}, rich=False)
        values = {**row.values, amount.name: f"{ENOUGH}" if "Decimal" in amount.internal_type else ENOUGH}
        if kind is not None:
            bought = next((choice for choice in kind.choices if choice.lower() in KINDS[PURCHASE]), None)
            values |= {kind.name: bought} if bought is not None else {}
        return Planted(name=row.name, model=row.model, values=values)

    def _closed(self, wanted: Iterable[str], *, user: bool) -> list[str]:
        """With what they must point at, what belongs to exactly one of them (a wallet), and who is a member of one."""
        acting = [self.user] if user else []
        found, queue = dict.fromkeys(acting), [*wanted, *acting]
        held = self.money.balance
        if held is not None and held.model.label in self.models:
            queue.append(held.model.label)
        if (
            held is None
            and self.money.movements is not None
            and (owner := owner_of(self.money.movements, self.by_table))
        ):
            queue.append(owner.label)
        while queue:
            label = queue.pop(0)
            if label not in self.models:
                continue
            found.setdefault(label)
            for key in self.models[label].foreign_keys:
                to = self.by_table.get(key.to_table)
                if to is None or to.label in found:
                    continue
                must = all(not self._field(self.models[label], c).null for c in key.columns)
                holder = (
                    bool(set(words(to.label.rpartition(".")[2])) & (HOLDERS | {"site", "project"}))
                    and label == self.user
                )
                if must or holder:
                    queue.append(to.label)
            for other in self.models.values():
                if other.label not in found and self._part_of(other, found):
                    queue.append(other.label)
        return list(found)

    def _part_of(self, model: Model, found: Mapping[str, None]) -> bool:
        points = [
            self.by_table[key.to_table].label
            for key in model.foreign_keys
            if key.to_table in self.by_table and all(not self._field(model, c).null for c in key.columns)
        ]
        if (
            not points
            or any(label not in found for label in points)
            or set(words(model.label.rpartition(".")[2])) & NO_HOLDERS
        ):
            return False
        alone = {key.columns for key in model.unique}
        one_to_one = any(
            key.columns in alone and self.by_table.get(key.to_table) is not None for key in model.foreign_keys
        )
        member = self.user in points and len(set(points)) > 1
        return member or (one_to_one and bool(set(words(model.label.rpartition(".")[2])) & (HOLDERS | {"balance"})))

    def ordered(self, labels: list[str]) -> Iterator[str]:
        """What is pointed at before what points; of a circle, what need not point goes first, and what belongs to somebody last."""
        left = list(dict.fromkeys(labels))
        while left:
            for strict in (False, True):
                ready = [label for label in left if not self._waits(label, left, must=strict)]
                if ready:
                    break
            ready.sort(key=lambda label: label == self.user)
            yield (ready or left)[0]
            left.remove((ready or left)[0])

    def _waits(self, label: str, left: list[str], *, must: bool) -> bool:
        model = self.models[label]
        for key in model.foreign_keys:
            to = self.by_table.get(key.to_table)
            if (
                to is not None
                and to.label != label
                and to.label in left
                and not (must and all(self._field(model, c).null for c in key.columns))
            ):
                return True
        return False

    def _row(self, model: Model, n: int, before: set[str], *, rich: bool) -> Planted:
        values: dict[str, Any] = {}
        held = self.money.balance
        points = {
            key.columns[0]: self.by_table.get(key.to_table) for key in model.foreign_keys if len(key.columns) == 1
        }
        for field in model.fields:
            if field.column in points:
                to = points[field.column]
                unique = n > 1 and (field.unique or any(one.columns == (field.column,) for one in model.unique))
                if to is not None and to.label in before and not unique:
                    values[field.name] = {"ref": self.kinds[to.label]}
                continue
            if held is not None and held.model.label == model.label and field.column == held.columns["column"]:
                values[field.name] = f"{ENOUGH}" if "Decimal" in field.internal_type else ENOUGH
                continue
            if held is None and self.money.movements is None and filled.may_be_a_balance(model, field):
                values[field.name] = ENOUGH if "Integer" in field.internal_type else f"{PLENTY}"
                continue
            told = filled.value(model, field, self.kinds[model.label], n, rich=rich)
            if told is not None:
                values[field.name] = told
        kind = self.kinds[model.label]
        return Planted(name=kind if n == 1 else f"{kind}_{n}", model=model.label, values=values)

    def _field(self, model: Model, column: str) -> Field:
        return next(one for one in model.fields if one.column == column)
