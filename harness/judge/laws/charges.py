"""Law 4: one billable operation, one usage log, one deduction, with the same account, operation, units and credits."""

from __future__ import annotations

from collections import Counter

from harness.core.counts import count
from harness.core.fold.postings import charges
from harness.core.history import Call, CellHistory, LedgerRow, UsageRow
from harness.core.ledger import KINDS, REFUND, Amount
from harness.judge.context import Context
from harness.judge.laws.provider import draws, model_of
from harness.judge.result import Result, judged


def one_log_one_deduction(cell: CellHistory, context: Context) -> Result:
    """Law 4. It counts operations; whether each is charged with the provider's own numbers is law 5. A log of nothing, of
    no tokens and no credits, is of what was given for free, and needs no deduction. What was taken in advance and is given
    back whole, by a refund that names it, needs no log."""
    logs, deductions, delta = pair(cell)
    returned = {
        str(row.reverses): row.credits for row in cell.ledger if row.kind == REFUND and row.reverses is not None
    }
    problems = _operations(cell, context)
    for row in deductions:
        near = next((log for log in logs if _near(row, log)), None)
        if near is None:
            if returned.get(str(row.id)) == -row.credits:
                delta += row.credits
                continue
            problems.append(
                f"{row.operation or row.kind}: {count(-row.credits, 'credit')} deducted from {row.account} without a usage log"
                + ("" if row.log is None else f": it names {row.log}")
            )
            continue
        logs.remove(near)
        problems.append(
            f"{row.operation}: {count(-row.credits, 'credit')} deducted for {row.units} unit(s), "
            f"the usage log says {near.credits} for {near.units}{_other(row, near)}"
        )
    problems += [
        f"{log.operation}: a usage log of {count(log.credits, 'credit')} for {log.account} without a deduction{_unmapped(log, cell)}"
        for log in logs
        if log.credits or log.token_total
    ]
    n = len(cell.usage)
    return judged(problems, (), f"{n} operations, {n} usage logs, {n} deductions", credits_delta=delta or None)


def _operations(cell: CellHistory, context: Context) -> list[str]:
    """Operations that the provider fulfilled against usage logs: one text answer is one operation, and the images of
    one model are at least one. Successes that the scenario lists as unbilled are no billable operations. Nothing is said
    of a log that counts no tokens: it does not show which of the two it is of."""
    ledger = context.target.ledger
    if not ledger.has("usage", "tokens_in", "tokens_out"):
        return []
    problems = []
    text = [call for call in cell.calls if call.success and call.usage is not None and not call.images]
    routes = {call.route for call in text}
    free = sum(allowed.count for allowed in context.scenario.unbilled if allowed.match in routes)
    of_text = [log for log in cell.usage if not draws(log, cell)]
    if len(text) - free != len(of_text):
        problems.append(f"{len(text) - free} billable text operations fulfilled, {len(of_text)} usage logs of text")
    drawn: Counter[str] = Counter()
    for call in cell.calls:
        if call.success and call.images:
            drawn[model_of(call)] += call.images
            drawn[model_of(call)] -= _free_image(call, context)
    models = {log.model for log in cell.usage if draws(log, cell)}
    named = ledger.has("usage", "model")
    problems += [
        f"{n} billable images drawn by {model}, no usage log of it"
        for model, n in sorted(drawn.items())
        if n > 0 and (model not in models if named else not models)
    ]
    return problems


def _free_image(call: Call, context: Context) -> int:
    """All images of a route that is listed as unbilled: law 5 counts them one by one."""
    return call.images if any(allowed.match == call.route for allowed in context.scenario.unbilled) else 0


def _near(row: LedgerRow, log: UsageRow) -> bool:
    if row.log is not None:
        return str(row.log) == str(log.id)
    return (log.account, log.operation) == (row.account, row.operation)


def _other(row: LedgerRow, log: UsageRow) -> str:
    """What else a movement and the log that it names do not agree in."""
    pairs = (("operation", row.operation, log.operation), ("account", row.account, log.account))
    return "".join(f", and {name} {theirs} where it has {ours}" for name, ours, theirs in pairs if ours != theirs)


def _unmapped(log: UsageRow, cell: CellHistory) -> str:
    """A movement that would pay for the log, if its type were known to be a deduction."""
    kinds = [
        r.kind for r in cell.ledger if (r.account, -r.credits) == (log.account, log.credits) and r.kind not in KINDS
    ]
    return (
        f" (a movement of type '{kinds[0]}' takes as much: is it a deduction? [ledger.movements] types)"
        if kinds
        else ""
    )


def deductions_of(cell: CellHistory) -> list[LedgerRow]:
    """Movements that charge for work."""
    return [row for row in cell.ledger if charges(row)]


def pair(cell: CellHistory) -> tuple[list[UsageRow], list[LedgerRow], Amount]:
    """Usage logs and deductions that have no exact partner, and how many credits were deducted beyond the logs."""
    logs, rest = list(cell.usage), []
    for row in deductions_of(cell):
        key = (row.account, row.operation, row.units, -row.credits)
        partner = next(
            (
                log
                for log in logs
                if (log.account, log.operation, log.units, log.credits) == key
                and (row.log is None or str(row.log) == str(log.id))
            ),
            None,
        )
        if partner is None:
            rest.append(row)
        else:
            logs.remove(partner)
    return logs, rest, -sum(row.credits for row in rest) - sum(log.credits for log in logs)
