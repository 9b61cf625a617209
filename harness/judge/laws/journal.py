"""Observations of one thing: what tables hold before and after, what transactions did to them, which balances were read. They must agree.

Every other check reads one of them. A history in which they differ was edited, or observed wrongly, and shows nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from harness.core.counts import count
from harness.core.history import CellHistory, Change, RowChange
from harness.core.variation import CONTENDED, HELD, named
from harness.judge.context import Context
from harness.judge.laws.balance import unlike_their_rows
from harness.judge.laws.texts import key_of, same, spelled
from harness.judge.result import Result, breaks, holds, nothing_to_compare

MOST_TOLD = 12
WRITE_BESIDE = {HELD, CONTENDED}
"""Worlds in which somebody else writes."""
Key = tuple[str, str]
"""(table, key of the row as text)."""


@dataclass(slots=True)
class _Net:
    """What the journal says of a row. `before` and `after` hold the columns that it mentions, None: there was no such row, or is none;
    `whole` says whether it mentions all of them."""

    before: dict[str, str | None] | None
    after: dict[str, str | None] | None
    whole: bool
    broken: list[str] = field(default_factory=list)
    between: dict[str, list[tuple[str | None, str | None]]] = field(default_factory=dict)
    """Column -> what a transaction left, and what the next one found where that is another."""

    def told(self) -> list[str]:
        """What is wrong with its transactions alone."""
        found = [
            f"{column}: a transaction finds {found!r} where the one before left {left!r}"
            for column, pairs in self.between.items()
            for left, found in pairs
        ]
        return [*self.broken, *found]


def rows_agree(cell: CellHistory, context: Context) -> Result:
    """The sum of a journal's net changes, applied to what a table held before, is what it holds after: in every table that both see. And
    the balance of an account is what its row holds.

    In a world in which somebody else gives credits while the target is at work (by the harness's hand, which no trigger sees), an amount may be
    more by as much between two transactions, or behind the last, as it is in the baseline.
    """
    if not cell.spans:
        return nothing_to_compare("the stack is not ours, and keeps no journal")
    names = {kind: table.table.removeprefix("public.") for kind, table in context.target.tables.items()}
    kinds = {name: kind for kind, name in names.items()}
    told = {(str(ref.get("kind")), str(ref.get("id"))): name for name, ref in cell.refs.items()}
    seen = [row for row in cell.rows if row.kind in names]
    net, keyless = _net(cell, kinds)
    if cell.variation and WRITE_BESIDE & {*named(cell.variation).answers, *named(cell.variation).rows}:
        _given(seen, net, names, cell)
    problems: list[str] = [*unlike_their_rows(cell, context)]
    for row in seen:
        table = names[row.kind]
        if row.key == "" and str(row.id).startswith("#"):
            keyless[table] -= (row.op == "insert") - (row.op == "delete")
            continue
        called = f"{row.kind} {told.get((row.kind, str(row.id)), row.id)}"
        one = net.pop(_key(table, row, cell), None)
        problems += [f"{called}: {line}" for line in (_against(row, one) if one else [_untold(row)])]
    for (table, key), one in net.items():
        problems += [f"{kinds[table]} {key}: {line}" for line in (*one.told(), *_unseen(one))]
    problems += [
        f"{kinds[table]}: its rows became {n:+d} by transactions, and not in the table"
        for table, n in keyless.items()
        if n
    ]
    if problems:
        left = [f"and {count(len(problems) - MOST_TOLD, 'further line')}"] if len(problems) > MOST_TOLD else []
        return breaks(
            [*problems[:MOST_TOLD], *left],
            code="journal-disagrees",
            hint="the history was edited, or a table was changed where no trigger sees it: drive the cell again",
        )
    return holds(f"{count(len(seen), 'changed row')} as {count(len(cell.transactions), 'transaction')} left them")


def _net(cell: CellHistory, kinds: Mapping[str, str]) -> tuple[dict[Key, _Net], Counter[str]]:
    """What the journal comes to for each row of a table that is watched; of tables without a key how many rows more there are."""
    net: dict[Key, _Net] = {}
    keyless: Counter[str] = Counter()
    for transaction in cell.transactions:
        for change in transaction.changes:
            if change.table not in kinds:
                continue
            if not change.key:
                keyless[change.table] += (change.op == "insert") - (change.op == "delete")
                continue
            _apply(net, change)
    return net, keyless


def _apply(net: dict[Key, _Net], change: Change) -> None:
    was, now = (change.table, _was(change)), (change.table, spelled(change.id))
    before = None if change.before is None else dict(change.before)
    after = None if change.after is None else dict(change.after)
    known = net.get(was)
    if known is None:
        known = net[was] = _Net(before=before, after=before, whole=change.op != "update")
    elif (known.after is None) != (before is None):
        again = (
            "a transaction makes it a second time"
            if before is None
            else "a transaction changes it after it was deleted"
        )
        known.broken.append(again)
    for column in set(before or {}) & set(known.after or {}):
        left, found = (known.after or {})[column], (before or {})[column]
        if left != found:
            known.between.setdefault(column, []).append((left, found))
    if known.before is not None and not known.whole:
        known.before = {**(before or {}), **known.before}
    known.whole = known.whole or change.op != "update"
    left_there = None if after is None else {**(known.after or {}), **after}
    if was == now:
        known.after = left_there
        return
    known.after = None  # its key is another one: for a table that is another row
    there = net.setdefault(now, _Net(before=None, after=None, whole=known.whole))
    if there.after is not None:
        there.broken.append("a transaction gives another row its key")
    there.after = left_there


def _given(seen: Iterable[RowChange], net: Mapping[Key, _Net], names: Mapping[str, str], cell: CellHistory) -> None:
    """Take out of `net` what somebody else gave, once for a row: the baseline has it, and so has whoever came behind."""
    there = {_key(names[row.kind], row, cell): row for row in seen}
    for key, one in net.items():
        if one.before is None or one.after is None:
            continue
        row = there.get(key)
        for column in [*one.before]:
            pairs = one.between.get(column, [])
            if row is None:  # what came to nothing, but for what was given
                given = _more(*pairs[0]) if len(pairs) == 1 else None
                if given and _more(one.before[column], one.after.get(column)) == given:
                    del one.between[column]
                    one.before[column] = one.after.get(column)
                continue
            if row.before is None or row.after is None or len(pairs) > 1:
                continue
            given = _more(one.before[column], row.before.get(column))
            behind = _more(one.after.get(column), row.after.get(column))
            if not given or (behind, *(_more(*pair) for pair in pairs)) not in ((0, given), (given,)):
                continue
            one.between.pop(column, None)
            one.before[column], one.after[column] = str(row.before[column]), str(row.after[column])


def _more(less: Any, more: Any) -> Decimal | None:
    """By how much; None of what are no amounts."""
    try:
        return Decimal(str(more)) - Decimal(str(less))
    except ArithmeticError:
        return None


def _was(change: Change) -> str:
    """The row's key before the change, which may be what it changes."""
    moved = (
        change.before is not None and change.after is not None and any(column in change.before for column in change.key)
    )
    if not moved or change.before is None:
        return spelled(change.id)
    if len(change.key) == 1:
        return spelled(str(change.before[change.key[0]]))
    parts = change.id.strip("()").split(",")
    if len(parts) != len(change.key):
        return spelled(change.id)
    return spelled(
        "(" + ",".join(str(change.before.get(c, part)) for c, part in zip(change.key, parts, strict=True)) + ")"
    )


def _key(table: str, row: RowChange, cell: CellHistory) -> Key:
    if row.key:
        return table, spelled(key_of([row.id]))
    columns = next((c.key for t in cell.transactions for c in t.changes if c.table == table), ())
    values = row.after or row.before or {}
    return table, spelled(key_of([values.get(column) for column in columns]))


def _against(row: RowChange, one: _Net) -> Iterator[str]:
    """Where the table and the journal differ about a row that both say changed."""
    yield from one.told()
    if (row.before is None, row.after is None) != (one.before is None, one.after is None):
        yield f"{row.op} by the table, {_op(one)} by its transactions"
        return
    for column, value in (row.before or {}).items():
        if one.before is not None and column in one.before and not same(value, one.before[column]):
            yield f"{column} was {_short(value)}, and {_short(one.before[column])} by its transactions"
    for column, value in (row.after or {}).items():
        if one.after is not None and column in one.after:
            if not same(value, one.after[column]):
                yield f"{column} is {_short(value)}, and {_short(one.after[column])} by its transactions"
        elif row.before is not None and row.before.get(column) != value:
            yield f"{column} became {_short(value)}, and no transaction says so"


def _unseen(one: _Net) -> Iterator[str]:
    """A change that transactions tell, and no table; what came to nothing is none."""
    if one.before is None and one.after is None:
        return
    if one.before is None or one.after is None:
        yield f"{_op(one)} by its transactions, and not by the table"
        return
    for column, text in one.after.items():
        if column in one.before and one.before[column] != text:
            yield f"{column} became {_short(text)} by its transactions, and not in the table"


def _untold(row: RowChange) -> str:
    return f"{row.op} by the table, and no transaction says so"


def _op(one: _Net) -> str:
    return (
        "nothing"
        if one.before is None and one.after is None
        else "insert"
        if one.before is None
        else "delete"
        if one.after is None
        else "update"
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
