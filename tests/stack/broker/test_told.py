"""What a history says of the tap, word for word."""

from __future__ import annotations

from harness.stack.broker import told


def test_a_line_for_each_task_that_the_clock_went_ahead_for():
    """Claim: once for each, however often it was; what was due together stands together."""
    seen = [(("a.retry",), 59.7), (("a.poll", "b.poll"), 1.0), (("a.retry",), 120.0)]
    assert told.leaps(seen) == (
        "the clock went 180 s ahead in 2 jumps for a.retry",
        "the clock went 1 s ahead for a.poll, b.poll",
    )


def test_every_queue_that_nobody_serves_is_named_beside_those_that_somebody_does():
    """Claim: in the order of their names, whatever bytes a name has."""
    assert told.unserved([b"mail", b"a\xff"], ["celery", "slow"]) == (
        "no worker of this stack serves the queue a\\xff, mail; they serve celery, slow"
        " ([roles.worker] queues = [...] names all that one shall serve)"
    )


def test_nothing_is_told_of_a_clock_that_stood():
    assert told.leaps([]) == ()
