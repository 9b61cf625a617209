"""Rows of the target read as movements and usage logs, and each deduction joined with its log.

How they are joined is what the mapped columns allow, the surest first: by the key of the usage log or of the movement, by
the provider's request id, else by order and amount. What one of the two does not say (operation, units, credits) the other
says for it. A row that cannot be read is no posting: it is told in words, and ledger law 14 fails on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.core.history import LedgerRow, RowChange, UsageRow
from harness.core.ledger import BY_TYPE, DEDUCTION, IN, KINDS, ONLY_ACCOUNT, OUT, SIGNED, UNNAMED, Amount, Ledger, Part

TOKENS = ("cached", "reasoning", "image")
"""Kinds of token that a usage log may count apart, each a part of those in or out."""

_WHOLE = re.compile(r"(-?\d+)(?:\.0*)?")
Named = Callable[[Any], str]
"""named(key): what the account of that key is called."""


def posted(
    new: Iterable[RowChange], ledger: Ledger, named: Named
) -> tuple[tuple[LedgerRow, ...], tuple[UsageRow, ...], tuple[str, ...]]:
    """Movements and usage logs among the `new` rows, in their order, joined; and one line for each that cannot be read."""
    new = list(new)
    if all(isinstance(change.id, int) for change in new):
        new.sort(key=lambda change: change.id)  # other keys say no order: theirs is that in which they were observed
    movements, logs, unread = [], [], []
    found: tuple[tuple[Part | None, list[Any], Callable[..., Any]], ...] = (
        (ledger.movements, movements, _movement),
        (ledger.usage, logs, _log),
    )
    for change in new:
        for part, rows, read in found:
            if part is not None and change.kind == part.kind:
                try:
                    rows.append(read(change, part, ledger, named))
                except ValueError as error:
                    unread.append(f"{part.kind} {change.id} cannot be read: {error}")
    return *_joined(movements, logs, ledger), tuple(unread)


def charges(row: LedgerRow) -> bool:
    """Whether a movement takes credits for work: a deduction, or what a word of the target's own takes for an operation."""
    return row.kind == DEDUCTION or (row.credits < 0 and bool(row.operation) and row.kind not in KINDS)


def column(row: Mapping[str, Any], path: str) -> Any:
    """The value of a column; "meta.count" reaches into a JSON column. None when anything on the way is missing."""
    value: Any = row
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _movement(change: RowChange, part: Part, ledger: Ledger, named: Named) -> LedgerRow:
    value = _values(change, part)
    word = value("type")
    kind = ledger.types.get(str(word), str(word)) if "type" in part.columns else ""
    credits = _signed(ledger.amount(value("amount")), kind, column(change.after or {}, ledger.sign.column), ledger)
    after = value("balance_after")
    return LedgerRow(
        id=change.id,
        account=_account(value("account"), part, ledger, named),
        kind=kind or (DEDUCTION if credits < 0 else ""),
        operation=_text(value("operation")),
        credits=credits,
        balance=None if "balance_after" not in part.columns else ledger.amount(after),
        units=_units(value("units")),
        request=_text(value("request")),
        log=value("usage"),
        reverses=value("reverses"),
    )


def _account(key: Any, part: Part, ledger: Ledger, named: Named) -> str:
    """The account that a row names; "" where it names none and the row that it is joined with has to."""
    if "account" in part.columns:
        return named(key)
    return "" if ledger.accounts else ONLY_ACCOUNT


def _signed(amount: Amount, kind: str, direction: Any, ledger: Ledger) -> Amount:
    sign = ledger.sign
    if sign.how == SIGNED:
        return amount
    if amount < 0:
        raise ValueError(f"the amount {amount} has a sign, and harness.toml says that it has none")
    if sign.how == BY_TYPE:
        if kind not in OUT + IN:
            raise ValueError(f"its type '{kind}' has no direction: map it in [ledger.movements] types")
        return -amount if kind in OUT else amount
    if direction not in sign.out + sign.into:
        raise ValueError(f"its {sign.column} {direction!r} is neither out nor in")
    return -amount if direction in sign.out else amount


def _log(change: RowChange, part: Part, ledger: Ledger, named: Named) -> UsageRow:
    value = _values(change, part)
    cost = value("cost")
    return UsageRow(
        id=change.id,
        account=_account(value("account"), part, ledger, named),
        operation=_text(value("operation")),
        credits=ledger.amount(value("credits")) if "credits" in part.columns else None,  # type: ignore[arg-type]
        model=_text(value("model")),
        tokens_in=_count(value("tokens_in"), "tokens_in"),
        tokens_out=_count(value("tokens_out"), "tokens_out"),
        tokens={name: n for name in TOKENS if (n := _count(value(f"tokens_{name}"), f"tokens_{name}")) is not None},
        cost_usd=None if cost is None else str(cost),
        units=_units(value("units")),
        request=_text(value("request")),
        movement=value("movement"),
    )


def _values(change: RowChange, part: Part) -> Callable[[str], Any]:
    row = change.after or {}
    return lambda word: column(row, part.columns[word]) if word in part.columns else None


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _units(value: Any) -> Any:
    if isinstance(value, bool | list | Mapping):
        raise ValueError(f"its units {value!r} are no number")
    return 1 if value is None else value


def _count(value: Any, what: str) -> int | None:
    """Of tokens. A column of decimals holds whole numbers, too."""
    if value is None or type(value) is int:
        return value
    whole = _WHOLE.fullmatch(str(value))
    if whole is None or isinstance(value, list | Mapping):
        raise ValueError(f"its {what} {value!r} is no whole number")
    return int(whole[1])


def _joined(
    movements: Sequence[LedgerRow], logs: Sequence[UsageRow], ledger: Ledger
) -> tuple[tuple[LedgerRow, ...], tuple[UsageRow, ...]]:
    """Deductions with their logs. `log` of a movement is the key of its log where one column names the other, else None."""
    free, rows, told = list(logs), [], {id(log): log for log in logs}
    linked = [_linked(row, free) if charges(row) else None for row in movements]
    free = [log for log in logs if not any(log is other for other in linked)]
    for row, link in zip(movements, linked, strict=True):
        log = link
        if log is None and charges(row) and row.log is None and not row.request:
            log = next((other for other in free if _alike(row, other, ledger)), None)
            free = [other for other in free if other is not log]
        if log is None:
            rows.append(row)
            continue
        says = ledger.column("movements", "units")
        rows.append(
            replace(
                row,
                account=row.account or log.account,
                operation=row.operation or log.operation,
                units=row.units if says else log.units,
                log=None if link is None else log.id,
            )
        )
        told[id(log)] = replace(
            log,
            account=log.account or row.account,
            operation=log.operation or row.operation,
            units=log.units if ledger.column("usage", "units") else row.units,
            credits=-row.credits if log.credits is None else log.credits,
        )
    rows = [row if row.account else replace(row, account=UNNAMED) for row in rows]
    return tuple(rows), tuple(_alone(told[id(log)]) for log in logs)


def _alone(log: UsageRow) -> UsageRow:
    """A log that says no credits or no account, and that no deduction says them for: it was charged none, to nobody."""
    return replace(
        log, credits=0 if log.credits is None else log.credits, account=log.account if log.account else UNNAMED
    )


def _linked(row: LedgerRow, free: list[UsageRow]) -> UsageRow | None:
    """The log that a column of the movement, or of the log, says belongs to it. It is taken from `free`."""
    for log in free:
        named = (row.log is not None and str(row.log) == str(log.id)) or (
            log.movement is not None and str(log.movement) == str(row.id)
        )
        if named or (row.request and row.request == log.request):
            free.remove(log)
            return log
    return None


def _alike(row: LedgerRow, log: UsageRow, ledger: Ledger) -> bool:
    """Same account and amount, and the same operation and units as far as both say them."""
    return (
        (row.account == log.account or not row.account or not log.account)
        and log.movement is None
        and log.credits in (None, -row.credits)
        and (not row.operation or not log.operation or row.operation == log.operation)
        and (not (ledger.column("movements", "units") and ledger.column("usage", "units")) or row.units == log.units)
    )
