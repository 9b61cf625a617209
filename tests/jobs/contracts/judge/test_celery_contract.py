"""The Celery contract: tasks as they are, and messages across a deployment and a rollback."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.verdict import Status
from harness.jobs.contracts.judge.celery_contract import (
    Contract,
    Form,
    Task,
    check,
    drift,
    refused,
    signature,
    undeclared,
)

DRAW = Task(
    name="draw", parameters=("ids: list[int]", "account: int", "content: int | None = None"), queue="celery",
    acks_late=False, reject_on_worker_lost=False, max_retries=3, retry_delay_s=180.0, retries_on=(), time_limit_s=None,
    soft_time_limit_s=None, serializer="json", ignore_result=False,
)  # fmt: skip
FORMS = (Form(task="draw", args=2), Form(task="draw", args=2, kwargs=("content",)))
CONTRACT = Contract(tasks=(DRAW,), forms=FORMS, schedule={"draw": "hourly"})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"parameters": ("ids: list[int]", "account: int")}, "draw: parameters is (ids: list[int], account: int), contracted"),
        ({"queue": "images"}, "draw: queue is 'images', contracted 'celery'"),
        ({"acks_late": True}, "draw: acks_late is True, contracted False"),
        ({"max_retries": 0}, "draw: max_retries is 0, contracted 3"),
        ({"time_limit_s": 60}, "draw: time_limit_s is 60, contracted None"),
        ({"retries_on": ("builtins.OSError",)}, "draw: retries_on is (builtins.OSError), contracted ()"),
    ],
)  # fmt: skip
def test_a_task_that_is_not_as_contracted_fails(changed: dict, message: str):
    """Claim: signature, queue, acks, retries and limits each count."""
    found = check(CONTRACT, {"draw": replace(DRAW, **changed)}, {"draw": "hourly"})
    assert found.status is Status.FAIL
    assert any(line.startswith(message) for line in found.evidence), found.evidence


def test_tasks_that_are_missing_or_new_and_another_schedule_fail():
    assert "draw: the target has no such task" in check(CONTRACT, {"paint": replace(DRAW, name="paint")}, {}).evidence
    found = check(CONTRACT, {"draw": DRAW, "paint": replace(DRAW, name="paint")}, {"draw": "daily"})
    assert found.evidence == (
        "paint: a task that the contract does not have",
        "beat sends draw daily, contracted hourly",
    )


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        (("ids", "account", "content=None", "run=None"), None),
        (("ids", "account", "**rest"), None),
        (("*args", "**rest"), None),
        (("ids", "account"), "got an unexpected keyword argument 'content'"),
        (("ids", "account", "owner", "content=None"), "missing a required argument: 'owner'"),
        (("ids", "*", "account", "content=None"), "too many positional arguments"),
    ],
)
def test_a_message_is_accepted_when_it_binds(parameters: tuple[str, ...], why: str | None):
    """Claim: what a worker would refuse is refused, with the reason, and nothing else is."""
    reasons = [reason for _, reason in refused(FORMS, {"draw": replace(DRAW, parameters=parameters)})]
    assert not reasons if why is None else any(why in reason for reason in reasons)


def test_drift_looks_both_ways():
    """Claim: an optional argument may be added, but what sends it is refused by the phase before."""
    newer = replace(DRAW, parameters=(*DRAW.parameters, "run: str | None = None"))
    sends = Form(task="draw", args=2, kwargs=("content", "run"))
    assert drift({"draw": DRAW}, {"draw": newer}, FORMS, FORMS).status is Status.PASS
    found = drift({"draw": DRAW}, {"draw": newer}, FORMS, (*FORMS, sends))
    assert found.evidence[0].startswith(
        "sent after, refused before (a rollback loses it): draw(…, …, content=…, run=…)"
    )
    gone = drift({"draw": DRAW}, {}, FORMS, FORMS)
    assert gone.evidence[0] == "sent before, refused after: draw(…, …): there is no such task"


def test_another_queue_or_serializer_strands_messages():
    found = drift({"draw": DRAW}, {"draw": replace(DRAW, queue="images")}, FORMS, FORMS)
    assert found.status is Status.FAIL
    assert "what one phase queues, the other does not read" in found.evidence[0]


def test_messages_that_nobody_declared_are_told():
    """Claim: what was really sent is held to the contract's forms."""
    sent = {("draw", 2, frozenset()), ("draw", 1, frozenset({"account"}))}
    assert undeclared(sent, CONTRACT) == ("sent, but not in the contract: draw(…, account=…)",)


def test_nothing_compared_is_not_a_pass():
    assert check(CONTRACT, {}, {}).status is Status.UNKNOWN
    assert check(Contract(tasks=(), forms=(), schedule={}), {"draw": DRAW}, {}).status is Status.UNKNOWN
    assert drift({}, {}, (), ()).status is Status.UNKNOWN


def test_what_is_no_parameter_is_refused():
    with pytest.raises(ValueError, match="is no parameter"):
        signature(("__import__('os')",))
