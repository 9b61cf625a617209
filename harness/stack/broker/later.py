"""Tasks that only wait for their time (ETA, countdown, a retry's delay), so that nothing happens before a clock gets there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import redis

from harness.stack.broker.traffic import Traffic
from harness.stack.broker.when import moment

ASKING = ("celery.chord_unlock",)
"""Tasks of Celery itself that ask every second whether others have ended."""
_AGE = """
for position = 2, #ARGV do
    redis.call("SELECT", ARGV[position])
    for _, key in ipairs(redis.call("KEYS", "*")) do
        local left = redis.call("PTTL", key)
        if left > 0 then
            redis.call("PEXPIRE", key, math.max(left - tonumber(ARGV[1]), 1))
        end
    end
end
"""


def dues(traffic: Traffic, held: Callable[[], Collection[str]]) -> dict[str, float]:
    """id -> when it is due (seconds since the epoch) of every open task, if each of them waits in a worker for its time.

    `held` tells the tasks whose message is taken and not acknowledged. Empty where anything else is open or held.
    """
    found = {}
    for task_id in traffic.open:
        seen = traffic.tasks[task_id]
        when = moment(seen.eta)
        if when is None or seen.started or not seen.watched:
            return {}
        found[task_id] = when
    return found if found and set(held()) == set(found) else {}


def first(traffic: Traffic, dues: Mapping[str, float]) -> float:
    """The time to go to: the first at which anything but asking is due, if there is anything else."""
    work = [when for task_id, when in dues.items() if traffic.tasks[task_id].message.task not in ASKING]
    return min(work or dues.values(), default=0.0)


def age(client: redis.Redis, seconds: float) -> None:
    """Let every key of the server that will expire do so `seconds` sooner: a lock or a result does not outlive the time
    that the target believes has passed."""
    numbers = [name.removeprefix("db") for name in client.info("keyspace")]
    client.eval(_AGE, 0, round(seconds * 1000), *numbers)
