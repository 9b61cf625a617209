"""Law 4: one billable operation, one usage log, one deduction, with the same account, operation, units and credits."""

from __future__ import annotations

from collections import Counter

from harness.core.counts import count
from harness.core.history import Call, CellHistory, LedgerRow, UsageRow
from harness.judge.context import Context
from harness.judge.laws.provider import model_of
from harness.judge.result import Result, judged

DEDUCTION = "deduction"


def one_log_one_deduction(cell: CellHistory, context: Context) -> Result:
    """Law 4. It counts operations; whether each is charged with the provider's own numbers is law 5."""
    logs, deductions, delta = pair(cell)
    problems = _operations(cell, context)
    for row in deductions:
        near = next((log for log in logs if (log.account, log.operation) == (row.account, row.operation)), None)
        if near is None:
            problems.append(
                f"{row.operation or row.kind}: {count(-row.credits, 'credit')} deducted from {row.account} without a usage log"
            )
            continue
        logs.remove(near)
        problems.append(
            f"{row.operation}: {count(-row.credits, 'credit')} deducted for {row.units} unit(s), "
            f"the usage log says {near.credits} for {near.units}"
        )
    problems += [
        f"{log.operation}: a usage log of {count(log.credits, 'credit')} for {log.account} without a deduction"
        for log in logs
    ]
    n = len(cell.usage)
    return judged(problems, (), f"{n} operations, {n} usage logs, {n} deductions", credits_delta=delta or None)


def _operations(cell: CellHistory, context: Context) -> list[str]:
    """Operations that the provider fulfilled against usage logs: one text answer is one operation, and the images of
    one model are at least one. Successes that the scenario lists as unbilled are no billable operations."""
    problems = []
    text = [call for call in cell.calls if call.success and call.usage is not None and not call.images]
    routes = {call.route for call in text}
    free = sum(allowed.count for allowed in context.scenario.unbilled if allowed.match in routes)
    logged = sum(1 for log in cell.usage if log.tokens_in or log.tokens_out)
    if len(text) - free != logged:
        problems.append(f"{len(text) - free} billable text operations fulfilled, {logged} usage logs of text")
    drawn: Counter[str] = Counter()
    for call in cell.calls:
        if call.success and call.images:
            drawn[model_of(call)] += call.images
            drawn[model_of(call)] -= _free_image(call, context)
    models = {log.model for log in cell.usage if not (log.tokens_in or log.tokens_out)}
    problems += [
        f"{n} billable images drawn by {model}, no usage log of it"
        for model, n in sorted(drawn.items())
        if n > 0 and model not in models
    ]
    return problems


def _free_image(call: Call, context: Context) -> int:
    """All images of a route that is listed as unbilled: law 5 counts them one by one."""
    return call.images if any(allowed.match == call.route for allowed in context.scenario.unbilled) else 0


def deductions_of(cell: CellHistory) -> list[LedgerRow]:
    """Transactions that charge for work: deductions by type, and any other negative amount that names an operation."""
    return [row for row in cell.ledger if row.kind == DEDUCTION or (row.credits < 0 and row.operation)]


def pair(cell: CellHistory) -> tuple[list[UsageRow], list[LedgerRow], int]:
    """Usage logs and deductions that have no exact partner, and how many credits were deducted beyond the logs."""
    logs, rest = list(cell.usage), []
    for row in deductions_of(cell):
        key = (row.account, row.operation, row.units, -row.credits)
        partner = next((log for log in logs if (log.account, log.operation, log.units, log.credits) == key), None)
        if partner is None:
            rest.append(row)
        else:
            logs.remove(partner)
    return logs, rest, -sum(row.credits for row in rest) - sum(log.credits for log in logs)
