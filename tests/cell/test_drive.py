"""The steps of a scenario become requests, task messages, calls and waits, in order; what the target answers is data."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cell import drive
from harness.cell.after.rest import Rest, Unrest
from harness.core.errors import HarnessError
from harness.core.scenario import (
    AwaitBlocked,
    AwaitCall,
    Do,
    HoldRow,
    KillRole,
    LetRowGo,
    Path,
    Ref,
    ReleaseCalls,
    Scenario,
    Settle,
    StartRole,
)  # fmt: skip
from tests.cell.surface import CALLERS, GIVEN, IDS, REFS, Config, Fake, Session, beat, cluster, resume


def scenario(*when: Any, paths: tuple[Path, ...] = tuple(Path)) -> Scenario:
    return Scenario(id="planner/x", title="x", given=GIVEN, when=when, paths=paths)


def drove(surface: Fake, path: Path, *when: Any, answers: list = ()) -> tuple[drive.Driven, Session]:
    session = Session(list(answers))
    surface.session = session
    return drive.drive(Config, scenario(*when), path, REFS, CALLERS, surface), session


def test_a_request_carries_the_token_the_keys_and_what_was_expected():
    """One exchange, and one wait behind the last step."""
    surface = Fake()
    driven, session = drove(surface, Path.MANUAL, cluster(**IDS, expect=202), answers=[(202, {"a": 1})])
    assert session.sent == [("POST", "http://target/cluster/7/", {"ids": [11]}, "Bearer token")]
    (exchange,) = driven.http
    assert (exchange.status, exchange.expected, exchange.response, exchange.path) == (202, 202, {"a": 1}, "/cluster/7/")
    assert [step for step in surface.asked if step[0] == "settle"] == [("settle", 3.0, 0)]
    assert driven.settled


def test_a_schedule_is_a_row_and_a_task_message_that_must_be_seen():
    """The wait asks for at least as many tasks as were published: an unseen message is never "at rest"."""
    surface = Fake()
    do = cluster(**IDS)
    drove(surface, Path.SCHEDULED, do)
    assert surface.asked[:2] == [("send", "check", [7], {"ids": [11]}), ("settle", 3.0, 1)]
    (row,) = drive.action_rows(scenario(do), Path.SCHEDULED)
    assert (row.kind, row.name, row.values) == ("schedule", "due", {"account_id": Ref("account"), "stages": [1]})
    assert drive.action_rows(scenario(do), Path.MANUAL) == ()


def test_a_later_step_may_use_what_an_earlier_answer_brought():
    """$answer_run_id is data.run_id of the last answer that had it."""
    answers = [(202, {"data": {"run_id": "r-1"}}), (200, {"data": {}})]
    _, session = drove(Fake(), Path.MANUAL, cluster(**IDS), resume(), answers=answers)
    assert session.sent[1][1] == "http://target/resume/r-1/"


def test_a_step_of_another_path_is_not_done():
    """And asks for no way to do it."""
    surface = Fake()
    drove(surface, Path.DIRECT, cluster(**IDS), resume(paths=(Path.MANUAL,)))
    assert [words[0] for words in surface.asked] == ["call", "settle", "let_row_go"]


def test_faults_are_held_released_and_killed_in_order():
    """The worker is killed while its call is held; the call is let go before the worker starts again."""
    surface = Fake()
    drove(surface, Path.DIRECT, AwaitCall(nth=2), KillRole(role="worker"), ReleaseCalls(), Settle())
    assert surface.asked == [
        ("wait_held", 2), ("kill", "worker"), "abandon", ("release",), ("start", "worker"), ("release",),
        ("settle", 3.0, 0), ("settle", 3.0, 0), ("let_row_go",),
    ]  # fmt: skip


@pytest.mark.parametrize("step", [AwaitCall(nth=1), AwaitBlocked(count=1)])
def test_a_step_that_waits_for_what_is_due_later_brings_it_about(step):
    """Claim: between two looks the clock goes ahead, where nothing else is open; then what was waited for is there."""

    class Later(Fake):
        def advance(self) -> None:
            self.asked.append("advance")
            self.holds = True

    surface = Later(holds=False)
    driven, _ = drove(surface, Path.DIRECT, step)
    assert driven.settled
    assert [words for words in surface.asked if words == "advance" or words[0] in ("wait_held", "await_blocked")][
        1
    ] == "advance"


def test_a_held_row_and_started_roles_are_let_go_even_when_a_step_breaks():
    """Nothing of one cell lives on in the next."""
    surface = Fake()
    with pytest.raises(HarnessError):
        drove(surface, Path.DIRECT, StartRole(role="second"), HoldRow(name="site"), Do(operation="unknown"))
    assert surface.asked == [("start", "second"), ("hold_row", "site", 7), ("let_row_go",), ("stop", "second")]


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (AwaitCall(nth=1), "provider call 1 never reached its hold"),
        (AwaitBlocked(count=2), "fewer than 2 transactions"),
    ],
)
def test_a_wait_that_was_for_nothing_leaves_the_cell_unsettled(step, reason):
    """The scenario did not happen, so nothing that follows can pass."""
    driven, _ = drove(Fake(holds=False), Path.DIRECT, step, LetRowGo())
    assert not driven.settled
    assert reason in driven.settle_reason


def test_work_that_does_not_come_to_rest_is_said():
    """With the broker's own reason."""
    driven, _ = drove(Fake(unsettled="1 task is running"), Path.DIRECT, cluster(**IDS))
    assert (driven.settled, driven.settle_reason) == (False, "1 task is running")


def test_a_started_role_counts_as_a_task_to_come_and_may_be_prepared_by_a_call():
    """The real beat: it sends one message, and is stopped when the cell ends."""
    surface = Fake()
    drove(surface, Path.SCHEDULED, beat())
    assert surface.asked == [
        ("call", "prepare(7)"),
        ("start", "beat"),
        ("settle", 3.0, 1),
        ("let_row_go",),
        ("stop", "beat"),
    ]


def test_what_was_sent_before_does_not_stand_in_for_what_a_started_role_sends():
    """Claim: with three messages there already, beat's is the fourth that is waited for."""
    surface = Fake(seen=3)
    drove(surface, Path.SCHEDULED, beat())
    assert ("settle", 3.0, 4) in surface.asked


def test_what_goes_on_behind_the_messages_is_waited_for_and_then_the_messages_again():
    """Claim: what was waited for may have sent something; what did not end makes the cell unsettled, with code and hint."""
    surface = Fake(rests=[Rest(waited=True, notes=("slept",)), Rest(waited=True), Rest()])
    driven = drive.Driven()
    drive.settle(Config(), surface, driven, 1)
    assert [kind for kind, *_ in surface.asked] == ["settle", "settle", "settle"]
    assert (driven.settled, driven.notes) == (True, ["slept"])
    surface = Fake(rests=[Rest(unrest=Unrest("a lock is held", "left-open", "commit"))])
    drive.settle(Config(), surface, driven, 1)
    assert (driven.settled, driven.settle_reason, driven.settle_code, driven.settle_hint) == (
        False, "a lock is held", "left-open", "commit",
    )  # fmt: skip
