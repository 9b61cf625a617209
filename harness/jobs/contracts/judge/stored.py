"""A stored run: what the backend really answered and really sent, against the contracts of the run's phase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core.history import RunHistory
from harness.core.verdict import Verdict
from harness.jobs.contracts.judge import api_drift, celery_contract
from harness.jobs.contracts.judge.celery_contract import Contract
from harness.judge.result import breaks, cannot_tell, holds, verdict_of


def judge(run: RunHistory, api: Mapping[str, Any], celery: Contract) -> tuple[Verdict, ...]:
    """`api` is contracts/api/openapi.yaml, `celery` the contract of the run's phase."""
    answers = [(e.method, e.path, e.status, e.response) for cell in run.cells for e in cell.http if e.method != "CALL"]
    messages = {(t.name, len(t.args), frozenset(t.kwargs)) for cell in run.cells for t in cell.tasks}
    unknown = celery_contract.undeclared(messages, celery)
    if not messages:
        sent = cannot_tell("the run sent no task message")
    else:
        sent = breaks(unknown) if unknown else holds(f"{len(messages)} forms of messages were sent")
    said = f"phase {run.phase}: what was answered is what the contract says"
    told = f"phase {run.phase}: what was sent is in contracts/celery.toml"
    return (
        verdict_of("contract-answers", said, "", api_drift.answers(api, answers, run.phase)),
        verdict_of("contract-messages", told, "", sent),
    )
