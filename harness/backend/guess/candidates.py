"""Where a balance may stand when no name says so and no number fell: numbers of rows that belong to somebody, the likeliest first, each as [ledger] would have it.

Nothing here is taken for the ledger: whoever knows the backend chooses, or knows another.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.backend.guess.money import Money, Place, account_of, numbers, words
from harness.backend.guess.seen import held
from harness.backend.guess.settings import ledger_lines
from harness.backend.guess.words import HELD, HOLDERS, MOVEMENTS, NO_HOLDERS, NOT_HELD
from harness.core.look.django import Django, Field, Model

MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`where` is "shop.Wallet.points"; `lines` are those of [ledger], the balance last."""

    where: str
    lines: tuple[str, ...]

    @property
    def told(self) -> str:
        return f"{'; '.join(self.lines)}  ({self.where})"


def candidates(django: Django) -> list[Candidate]:
    """At most MOST: columns that may hold what is left, then what an account's rows may add up to."""
    own = [one for one in django.models if one.own and not one.proxy and not one.auto_created and one.managed]
    columns = [(_points(model, one, django), model, one) for model in own for one in numbers(model) if not (one.choices or one.generated)]  # fmt: skip
    columns = sorted((one for one in columns if one[0] > 0), key=lambda one: (-one[0], one[1].label, one[2].column))
    found = [_candidate(model, one, Money(balance=held(model, one.column, ""), movements=None, usage=None), django) for _, model, one in columns]  # fmt: skip
    for model in own:
        said, account = set(words(model.label.rpartition(".")[2])), account_of(model)
        if said & MOVEMENTS.keys() and account and (amounts := numbers(model)):
            moved = Place(model=model, columns={"amount": amounts[0].column, "account": account}, score=1, why="")
            found.append(_candidate(model, amounts[0], Money(balance=None, movements=moved, usage=None), django, "what it adds up to: "))  # fmt: skip
    return [one for one in found if one.lines][:MOST]


def _candidate(model: Model, column: Field, money: Money, django: Django, how: str = "") -> Candidate:
    told = ledger_lines(money, django)
    last = [told.pop(part) for part in ("movements", "balance") if part in told]
    return Candidate(where=f"{how}{model.label}.{column.column}", lines=(*told.values(), *last))


def _points(model: Model, column: Field, django: Django) -> int:
    """Above 0 for what may be one: of a holder, or of a row that belongs to just one; it begins with nothing, or a word speaks for it."""
    name, said = set(words(model.label.rpartition(".")[2])), set(words(column.column))
    unique = {one.columns for one in model.unique if not one.partial}
    mine = any(key.columns in unique for key in model.foreign_keys)
    begins = column.default.strip('"') in ("0", "0.0", "0.00") and not column.null
    holds = model.label == django.settings.auth_user_model or bool(name & HOLDERS) or mine
    points = 2 * holds + 2 * bool(account_of(model)) + 2 * begins + sum(HELD.get(word, 0) for word in said)
    return points - 8 * bool(name & NO_HOLDERS) - 4 * bool(said & NOT_HELD)
