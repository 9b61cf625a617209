"""What a history says of the tap: what did not come to rest, and how the clock went ahead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from harness.stack.broker.traffic import Traffic


def still_open(traffic: Traffic, timeout_s: float, at_least: int, left: int) -> str:
    """Why it did not settle; `left` counts the messages that are queued or unacknowledged."""
    if traffic.open:
        seen = [traffic.tasks[task_id] for task_id in traffic.open]
        names = sorted({one.message.task for one in seen})
        now = datetime.now(UTC).isoformat()
        later = sorted(one.eta for one in seen if one.eta > now)
        due = f"; the first of {len(later)} is due at {later[0]}" if later else ""
        return f"after {timeout_s:g} s still open: {len(seen)} task(s): {', '.join(names)}{due}"
    if len(traffic.tasks) < at_least:
        return f"after {timeout_s:g} s only {len(traffic.tasks)} of {at_least} expected task messages were seen"
    return f"after {timeout_s:g} s {left} message(s) were still queued or unacknowledged"


def unserved(queues: Iterable[bytes], served: Iterable[str]) -> str:
    """Why it never will: messages lie in `queues`, and what workers wait for is `served`."""
    names = ", ".join(sorted(name.decode("utf-8", "backslashreplace") for name in queues))
    return (
        f"no worker of this stack serves the queue {names}; they serve {', '.join(served)}"
        f" ([roles.worker] queues = [...] names all that one shall serve)"
    )


def leaps(seen: Iterable[tuple[tuple[str, ...], float]]) -> tuple[str, ...]:
    """A line for each group of tasks that the clock went ahead for, in the order in which it first did."""
    seconds: dict[tuple[str, ...], list[float]] = {}
    for names, gone in seen:
        seconds.setdefault(names, []).append(gone)
    return tuple(
        f"the clock went {round(sum(gone))} s ahead{f' in {len(gone)} jumps' if len(gone) > 1 else ''} for {', '.join(names)}"
        for names, gone in seconds.items()
    )
