"""What came of a way, as its cell shows it: what it charged, what it called, and why it charged nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from harness.backend.guess import seen
from harness.core.history import CellHistory
from harness.core.scenario import inside
from harness.jobs.adopt.init import says
from harness.jobs.adopt.init.values import Tried


def of_cell(tried: Tried, cell: CellHistory, seconds: float) -> Tried:
    fell = sum((opening - closing for opening, closing in cell.accounts.values()), 0)
    status = cell.http[-1].status if cell.http else 0
    refused = [call for call in cell.calls if call.disposition in ("unmatched", "invalid")]
    why = _why(tried, cell, status, bool(refused))
    less, noted = seen.numbers_of(cell.transactions)
    return replace(
        tried,
        fell=less,
        wrote=noted,
        status=status,
        charged=str(fell) if fell > 0 and cell.settled else "",
        moved=fell > 0 and sum(row.credits for row in cell.ledger) == -fell,
        used=fell > 0 and sum(row.credits for row in cell.usage) == fell,
        calls=tuple(dict.fromkeys(call.provider for call in cell.calls)),
        hosts=tuple(cell.undeclared),
        refused=tuple(_prompt(call.request) for call in refused),
        shown=any(
            says.speaks("\n".join(inside(call.request, str)), json.dumps(call.request, default=str))
            for call in cell.calls
        ),
        why=why,
        seconds=seconds,
    )


def _why(tried: Tried, cell: CellHistory, status: int, refused: bool) -> str:
    if not cell.settled:
        return f"it did not come to rest: {cell.settle_reason}"
    if cell.undeclared:
        return f"it looked for {', '.join(cell.undeclared)}, which is no provider"
    if refused:
        return "the simulator has no answer to its prompt"
    if status >= 400:
        return f"{status}: {json.dumps(cell.http[-1].response, default=str)[:400]}"
    failed = [task for task in cell.tasks if task.error]
    if failed:
        return f"the task {failed[0].name} failed: {failed[0].error}"[:160]
    logged = [line.message for line in cell.logs if line.level in ("ERROR", "CRITICAL")]
    return f"it cost nothing{': ' + logged[0][:120] if logged else ''}"


def _prompt(request: Any) -> str:
    return json.dumps(request, default=str, ensure_ascii=False)[:400]
