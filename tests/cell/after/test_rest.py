"""A cell has come to rest when nothing goes on that it began: by what the kernel, the providers and the database say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from harness.cell.after import rest
from harness.cell.after.rest import Resting, Target
from harness.stack.processes.family import Family
from harness.stack.roles.threads import SLEEPS, WAITS, WORKS, Thread

WEB = 10


class Kernel:
    """Each look sees the next of `looks`, and the last one again and again."""

    def __init__(self, *looks: tuple[Thread, ...]) -> None:
        self.looks = list(looks)
        self.strays: list[dict[int, str]] = [{}]
        self.open_calls = 0
        self.open: dict[str, Any] = {}

    def threads(self, family: Any) -> Iterator[Thread]:
        return iter(self.looks.pop(0) if len(self.looks) > 1 else self.looks[0])

    def family(self) -> Family:
        strays = self.strays.pop(0) if len(self.strays) > 1 else self.strays[0]
        return Family(of={"web": (WEB, 11)}, strays=strays)


def thread(tid: int, state: str, pid: int = 11, began: int = 1) -> Thread:
    return Thread(role="web", pid=pid, tid=tid, began=began, state=state)


MAIN = thread(WEB, SLEEPS, pid=WEB)
IDLE = thread(11, WAITS)


@pytest.fixture
def resting(monkeypatch: pytest.MonkeyPatch) -> Any:
    """resting(look, ...): a cell that has begun with the first look, on a clock that goes on with each sleep."""
    now = [0.0]
    monkeypatch.setattr(rest.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(rest.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))

    def made(*looks: tuple[Thread, ...], **facts: Any) -> tuple[Resting, Kernel]:
        kernel = Kernel(*looks)
        monkeypatch.setattr(rest.threads, "of", kernel.threads)
        target = Target(kernel.family, lambda timeout_s: kernel.open_calls, lambda: kernel.open, kernel.open.clear)
        one = Resting(target)
        one.begin("orders/one@manual")
        for name, value in facts.items():
            setattr(kernel, name, value)
        return one, kernel

    return made


def test_a_cell_at_rest_is_looked_at_once(resting):
    """Claim: a program's own loop, a pool that waits, and a thread that slept before are at rest."""
    slept = thread(12, SLEEPS)
    one, _ = resting((MAIN, IDLE, slept), (MAIN, IDLE, slept, thread(13, WAITS)))
    assert one.wait(20) == rest.Rest()


@pytest.mark.parametrize("state", [SLEEPS, WORKS])
def test_a_thread_that_began_in_the_cell_is_waited_for(resting, state):
    """Claim: until it ends, or waits for somebody."""
    busy = (MAIN, IDLE, thread(12, state))
    for end in ((MAIN, IDLE), (MAIN, IDLE, thread(12, WAITS))):
        one, _ = resting((MAIN, IDLE), busy, busy, end)
        assert one.wait(20) == rest.Rest(waited=True)


def test_an_old_thread_that_sleeps_only_now_is_waited_for(resting):
    """Claim: a pool that was there before has got something to do; whoever is at work has just answered."""
    one, _ = resting((MAIN, IDLE), (MAIN, thread(11, SLEEPS)), (MAIN, IDLE))
    assert one.wait(20).waited
    one, _ = resting((MAIN, IDLE), (MAIN, thread(11, WORKS)))
    assert one.wait(20) == rest.Rest()


def test_a_later_thread_of_the_same_number_is_another_one(resting):
    """Claim: numbers come again, beginnings do not."""
    one, _ = resting((MAIN, thread(12, SLEEPS)), (MAIN, thread(12, SLEEPS, began=2)), (MAIN,))
    assert one.wait(20).waited


def test_a_thread_that_works_for_ever_is_unrest(resting):
    """Claim: after the time-out, with the role that it is of."""
    one, _ = resting((MAIN,), (MAIN, thread(12, WORKS)))
    unrest = one.wait(20).unrest
    assert unrest.code == "left-running"
    assert unrest.reason == (
        "after 20 s something goes on that no task message tells of: a thread of web that is at work"
    )


def test_a_thread_that_only_sleeps_is_told_of_and_then_followed(resting):
    """Claim: it may be a library's; the cell that began it is known when it ends."""
    one, kernel = resting((MAIN,), (MAIN, thread(12, SLEEPS)))
    found = one.wait(20)
    assert found.unrest is None
    assert found.notes == ("not waited for any longer than 5 s: a thread of web that is asleep",)
    one.begin("orders/two@manual")
    assert one.wait(20) == rest.Rest()
    assert one.ended() == []
    kernel.looks = [(MAIN,)]
    assert one.ended() == [("web", "orders/one@manual")]
    assert one.ended() == []


def test_a_process_that_only_sleeps_is_unrest(resting, monkeypatch):
    """Claim: no library keeps one."""
    monkeypatch.setattr(rest.threads, "words", lambda pid: "sleep 1000")
    one, _ = resting((MAIN,), (MAIN, thread(12, SLEEPS, pid=12)))
    assert "the process sleep 1000 (begun by web)" in one.wait(20).unrest.reason


def test_a_role_that_was_started_is_as_it_is_at_rest(resting):
    """Claim: what it sleeps for is its own affair."""
    one, _ = resting((MAIN,), (MAIN, thread(12, SLEEPS)))
    one.know()
    assert one.wait(20) == rest.Rest()


def test_a_process_that_is_nobodys_is_unrest_unless_it_ends(resting):
    """Claim: also where it does nothing; one that was there before is not the cell's."""
    one, _ = resting((MAIN,), strays=[{12: "daemon"}, {12: "daemon"}, {}])
    assert one.wait(20).unrest is None
    one, _ = resting((MAIN,), strays=[{12: "daemon"}])
    unrest = one.wait(20).unrest
    assert (unrest.code, "outlives the work that began it: daemon" in unrest.reason) == ("left-running", True)
    one.begin("orders/two@manual")
    assert one.wait(20).unrest is None


def test_a_call_and_a_transaction_that_stay_open_are_unrest(resting):
    """Claim: each by its name."""
    one, _ = resting((MAIN,), open_calls=2)
    assert "2 call(s) of providers" in one.wait(20).unrest.reason
    one, _ = resting((MAIN,), open={"a transaction, idle 1": "INSERT INTO orders"})
    unrest = one.wait(20).unrest
    assert unrest.code == "left-open"
    assert unrest.reason == "the work is over and left open a transaction, idle 1: INSERT INTO orders"


def test_what_a_cell_left_is_ended_where_its_stack_goes_on(resting, monkeypatch):
    """Claim: what is open, and processes that are nobody's; not those that were there when it began."""
    ended: list[set[int]] = []
    monkeypatch.setattr(rest, "end", lambda pids: ended.append(set(pids)))
    one, kernel = resting((MAIN,), strays=[{12: "there"}, {12: "there", 13: "daemon"}])
    one.begin("orders/two@manual")
    kernel.open["a transaction 1"] = "SELECT"
    one.end_left()
    assert (ended, kernel.open) == ([{13}], {})
