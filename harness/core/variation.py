"""Variations: how the world of a scenario is changed between seeding and its baseline, and what its provider answers then.

A world in which two keys are equal cannot tell which of them was used, and one in which a limit is above all that comes
cannot tell whether it is kept. Each variation is a principle that the generator (harness.stack.vary) works out from the
catalogue of whatever target it meets; none knows a table.

What came of a varied cell is locked as a surface of its own, "path~variation"; laws of the ledger that hold in any world
are asked of it, and no golden is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NUMBERS, SECRETS, TWIN = "numbers", "secrets", "twin"
ROWS = (NUMBERS, SECRETS, TWIN)
"""What can be laid over rows: every number is another one, in every row; every secret is; an older look-alike of each tenant."""
USAGE, UNUSABLE = "usage", "unusable"
ANSWERS = (USAGE, UNUSABLE)
"""What can be laid over answers: no optional count of a usage is zero; the text is not what was asked for."""

NONE, QUICK, ALL = LEVELS = ("none", "quick", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """`rows` and `answers` as above. `balance`: each account that pays begins with what the scenario costs it, and this many
    credits more or less; None: with what the scenario gives it. `quick`: it is part of a quick run."""

    name: str
    says: str
    rows: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    balance: int | None = None
    quick: bool = False


VARIATIONS: Mapping[str, Variation] = {
    one.name: one
    for one in (
        Variation(
            name="distinct",
            says="no two prices, limits, counts or secrets are equal, and none is as in another cell; each tenant has an older twin; no optional count of a usage is zero",
            rows=(NUMBERS, SECRETS, TWIN),
            answers=(USAGE,),
            quick=True,
        ),
        Variation(name="exact", says="the balance is just what it costs", balance=0),
        Variation(name="short", says="the balance is one credit less than what it costs", balance=-1),
        Variation(name="unusable", says="what the provider answers is not what was asked for", answers=(UNUSABLE,)),
    )
}
"""name -> variation, in the order in which they are driven."""
