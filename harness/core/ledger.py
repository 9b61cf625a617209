"""The ledger of a target, as harness.toml maps it: where balances, movements and usage logs stand, and in which words.

Each part may be missing, and each column of a part: a law that needs it is then not asked (harness.judge.asked). What
checks read are the words of this file alone; the target's own words end in harness.core.fold.postings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

DEDUCTION, EXPIRY = "deduction", "expiry"
PURCHASE, REFUND, GRANT = "purchase", "refund", "grant"
OUT, IN = (DEDUCTION, EXPIRY), (PURCHASE, REFUND, GRANT)
KINDS = (*OUT, *IN)
"""What a movement can be, in our words. A word of the target that no `types` maps stays its own: only sums count it."""

UNITS = ("integer", "decimal", "cents")
"""What an amount is: a whole number, an exact decimal, or a whole number of hundredths."""

SIGNED, BY_TYPE = "signed", "by type"
CENTS = Decimal("0.01")
WHOLE = re.compile(r"-?\d+")
"""A whole number as text: what a sum of whole numbers is in SQL, of which the history has the digits."""

ONLY_ACCOUNT = "account"
"""What the account is called in a ledger that has one alone."""

UNNAMED = "an unnamed account"
"""Whose a row is that names no account and is joined with none that does."""

PARTS = ("balance", "movements", "usage")
Amount = int | Decimal
"""Credits, or money. Which of the two types it is, the unit of the ledger says: a ledger has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Where one part stands, and how it is read. `kind` is what its rows are called in a history.

    Rows of a `kind` of [tables] are observed as every row is; those of a `relation` (a table or view as PostgreSQL knows
    it) or of a query (`sql`) are read whole before and after, told apart by the column `key` ("": looked up).
    `columns` maps our word to a column; a dotted path reaches into JSON.
    """

    kind: str
    relation: str = ""
    sql: str = ""
    key: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def apart(self) -> bool:
        """Whether the part is read by a query of its own."""
        return bool(self.relation or self.sql)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """How an amount says whether it came or went: "signed", "by type", or by the words of a `column`."""

    how: str = SIGNED
    column: str = ""
    out: tuple[str, ...] = ()
    into: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """`accounts` is the kind whose rows are the accounts ("": one account alone). `types` maps a word of the target to
    one of KINDS. `decimals` and `cost_decimals` are the fixed scales of an amount and of a cost, where they are declared."""

    unit: str = "integer"
    decimals: int | None = None
    cost_decimals: int | None = None
    accounts: str = ""
    balance: Part | None = None
    movements: Part | None = None
    usage: Part | None = None
    sign: Sign = field(default_factory=Sign)
    types: Mapping[str, str] = field(default_factory=dict)

    def has(self, part: str, *columns: str) -> bool:
        """Whether a part is there, with all of the columns."""
        found: Part | None = getattr(self, part)
        return found is not None and all(column in found.columns for column in columns)

    def column(self, part: str, word: str) -> str:
        """The column of one of our words; "" where the part or the column is missing."""
        found: Part | None = getattr(self, part)
        return "" if found is None else found.columns.get(word, "")

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of row that are money: movements and usage logs."""
        return frozenset(part.kind for part in (self.movements, self.usage) if part is not None)

    def is_history(self, kind: str, table: str) -> bool:
        """Whether the rows of a kind, which stand in `table` ("schema.name"), are money that moved: movements and usage logs, and what a
        query of them reads, or a view of its name. Accounts and their balances are none, whoever reads them."""
        if kind == self.accounts or (self.balance is not None and kind == self.balance.kind):
            return False
        name = re.escape(table.rpartition(".")[2])
        queries = [
            part.sql or part.relation for part in (self.movements, self.usage) if part is not None and part.apart
        ]
        return kind in self.kinds or any(re.search(rf"\b{name}\b", query) for query in queries)

    @property
    def owner(self) -> str:
        """The column by which a row of the target names its account; "" where none is known. A query has its own names."""
        tables = [part for part in (self.movements, self.usage) if part is not None and not part.sql]
        named = next((column for part in tables if (column := part.columns.get("account"))), "")
        return "" if "." in named else named

    def amount(self, value: Any) -> Amount:
        """An amount as the history holds it, exact. Raises ValueError where it is none of the ledger's unit."""
        if isinstance(value, bool) or not isinstance(value, int | str | float | Decimal):
            raise ValueError(f"{value!r} is no amount")
        if self.unit != "decimal":
            whole = int(value) if isinstance(value, str) and WHOLE.fullmatch(value) else value
            if not isinstance(whole, int):
                raise ValueError(f"{value!r} is no whole number")
            return whole if self.unit == "integer" else whole * CENTS
        try:
            exact = Decimal(str(value))
        except InvalidOperation:
            raise ValueError(f"{value!r} is no amount") from None
        if not exact.is_finite():
            raise ValueError(f"{value!r} is no amount")
        return exact
