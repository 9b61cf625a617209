"""What is changed, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.core.history import Event

MONEY, IDENTITY, CREDENTIALS, GROUPING, STATE = "money", "identity", "credentials", "grouping", "state"
EACH = (MONEY, IDENTITY, CREDENTIALS, GROUPING)
"""Classes of which every change is asked, and must be refused."""
CLASSES = (*EACH, STATE)
LEAST = 0.98
"""The share of all changes that must be refused, those of any class."""

COUNT, ORDER = "count", "order"

Events = Sequence[Event]

FREE = {
    "a row's own number": "rows are called by rank, and references are changed instead",
    "a balance apart from the row that it is a column of": "no target can: the check `journal` holds the two against each other",
    "a time of the cell moved within it": "a time is told as a relation to the cell's clock; it is moved by a day instead",
    "ids and tokens that the target makes up": "they are called by where they stand first",
    "records below ERROR": "what a target says of what went well is its own",
    "numbers of database sessions, and the order of what two roles do": "no two runs have them alike",
    "order, and who of the roles wrote, in a scenario that lets things run side by side": "any is right there",
    "what a provider counted of work that a scenario lists as unbilled, or where law 5 is not asked": "no charge follows from it",
    "what a query of [ledger] reads beside what is named there": "the tables behind it are looked at",
    "what is asked, and what a provider answers": "it is ours, and the recording's",
}
"""What is not changed, or may pass where it is: each with why. Beside it stands [free] of harness.toml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One way in which a cell could have been otherwise: `edit` makes its events of those that were told."""

    kind: str
    what: str
    edit: Callable[[Events], list[Event]]
    needs: str = ""
    """What a cell may have declared away: COUNT, that a provider's count is charged; ORDER, that what it does has an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A change of `cell` with who refused it, "" for nobody; `free`: it is declared as not looked at."""

    cell: str
    change: Change
    by: str
    free: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Of a class: changes that there are, that were asked, that were refused; those that are free are in none of them."""

    there: int
    asked: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What all came to. `odd` are cells that are not green as they are: nothing is shown of them."""

    shares: Mapping[str, Share]
    survivors: tuple[Asked, ...]
    free: int
    by: Mapping[str, int]
    odd: tuple[str, ...] = ()
    cells: int = 0
    seconds: float = 0.0
    seed: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)
