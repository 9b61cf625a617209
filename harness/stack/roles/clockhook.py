"""The start-up hook of the cell's clock: copied as sitecustomize.py into a folder on PYTHONPATH of the target's programs.

The file HARNESS_CLOCK says how many seconds the clock of the cell is ahead of the real one. A process moves its own clock
there by time-machine, from where it ticks on: for the length of each task, from a request on, from a call in the shell on,
and from the start where it does neither, as beat. While the file says 0 nothing is moved, and time-machine is not even imported. What a worker's main
process does with the broker stays in real time, but what waits there for its time is applied as soon as the clock of the
cell has passed it: the remote control command `harness_due`. Runs in the target's Python (3.8 and later).
"""

import contextlib
import datetime
import heapq
import importlib.machinery
import importlib.util
import os
import pathlib
import sys
import threading
import time
import types

NAME = "harness_clock"
"""Under this name other code of the harness finds this module in the target's process."""
FROM_THE_START = "HARNESS_CLOCK_FROM_THE_START"
"""The variable that says so of a program."""
APPLIED_BY = ("apply_eta_task", "_limit_post_eta")
"""Names of what Celery's consumer lets its timer call at a task's time."""
SLACK_S = 0.001

_lock = threading.RLock()
_at = {"file": None, "ahead": 0.0, "travel": None, "tasks": 0, "stays": False}


def install(file):
    """Follow `file` from now on: the modules that say when are watched for where they are not imported yet."""
    _at["file"] = pathlib.Path(file)
    # behind the target's own packages: it is there for them that lack it
    sys.path += [entry for entry in os.environ.get("HARNESS_CLOCK_PACKAGES", "").split(os.pathsep) if entry]
    sys.modules[NAME] = _itself()
    then = {"celery.signals": _on_celery, "celery.worker.control": _on_worker, "django.core.signals": _on_django}
    for name in [name for name in then if name in sys.modules]:
        then.pop(name)(sys.modules[name])
    sys.meta_path.insert(0, _Watch(then))
    started()


def started():
    """A program of the target begins, in a process of its own or in a fork that has its environment: what neither answers requests nor
    takes tasks goes by the clock of the cell from the first line on."""
    if os.environ.get(FROM_THE_START):
        follow()


def _itself():
    """This module, which no name leads to where another start-up hook has run it."""
    own = sys.modules.get(__name__)
    if own is None or vars(own) is not globals():
        own = types.ModuleType(NAME, __doc__)
        vars(own).update(globals())
    return own


def remove():
    """In a process that goes on: real time, and no file any more."""
    with _lock:
        _stop()
        _at.update(file=None, stays=False)
    sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, _Watch)]
    sys.modules.pop(NAME, None)


def follow(**_):
    """Be where the file says, and stay there until asked again."""
    with _lock:
        _at["stays"] = True
        _move()


def real():
    """The real time, wherever this process is."""
    if _at["travel"] is None:
        return time.time()
    import time_machine

    return time_machine.escape_hatch.time.time()


def _move():
    ahead = float(_at["file"].read_text()) if _at["file"] is not None else 0.0
    if ahead == _at["ahead"]:
        return
    _stop()
    if ahead:
        import time_machine

        travel = time_machine.travel(real() + ahead, tick=True)
        travel.start()
        time.time()  # whoever asks first starts it: until then it would stand still
        _at.update(ahead=ahead, travel=travel)
        transport = sys.modules.get("kombu.transport.redis")
        if transport is not None:
            # when a message counts as lost is a matter between worker and broker: pools of threads share one clock
            transport.time = real


def _stop():
    if _at["travel"] is not None:
        _at["travel"].stop()
    _at.update(ahead=0.0, travel=None)


def _task_begins(**_):
    with _lock:
        _at["tasks"] += 1
        _move()


def _task_ends(**_):
    with _lock:
        _at["tasks"] = max(_at["tasks"] - 1, 0)
        if not _at["tasks"] and not _at["stays"]:
            _stop()


def _due(state, ahead=0.0, **_):
    """Apply now what waits in this worker for a time that is at most `ahead` seconds from the real one."""
    timer = state.consumer.timer
    schedule = getattr(timer, "schedule", None)
    queue = getattr(schedule, "_queue", None)
    if not isinstance(queue, list):
        return {"ok": "the timer of this pool is another one"}
    with getattr(timer, "mutex", None) or contextlib.nullcontext():
        due = sorted((one for one in queue if _waits_for(one) <= ahead + SLACK_S), key=_waits_for)
        taken = {id(one) for one in due}
        queue[:] = [one for one in queue if id(one) not in taken]
        heapq.heapify(queue)
    for one in due:
        _task_begins()  # Celery looks at `expires` on the way to the pool
        try:
            schedule.apply_entry(one.entry)
        finally:
            _task_ends()
    return {"ok": len(due)}


def _waits_for(one):
    """Seconds of real time until an entry of the timer is due; endless for what is no task's time."""
    entry = one.entry
    if entry.canceled or getattr(entry.fun, "__name__", "") not in APPLIED_BY or not entry.args:
        return float("inf")
    eta = getattr(entry.args[0], "eta", None)
    if isinstance(eta, datetime.datetime) and eta.tzinfo is not None:
        return eta.timestamp() - real()
    return one.eta - time.monotonic()


def _on_celery(signals):
    signals.task_prerun.connect(_task_begins, weak=False)
    signals.task_postrun.connect(_task_ends, weak=False)


def _on_worker(control):
    control.control_command(name="harness_due", args=[("ahead", float)], visible=False)(_due)


def _on_django(signals):
    signals.request_started.connect(follow, weak=False)


class _Watch:
    """A finder that calls back once one of `then` was imported; what it finds is what Python would."""

    def __init__(self, then):
        self.then = then

    def find_spec(self, name, path=None, target=None):
        if name not in self.then:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        then, run = self.then.pop(name), spec.loader.exec_module

        def exec_module(module):
            run(module)
            then(module)

        spec.loader.exec_module = exec_module
        return spec


def _load_the_next_one():
    """Run the sitecustomize that this one hides, if there is one; it in turn must not find this one again."""
    here = pathlib.Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if pathlib.Path(entry).resolve() != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


if __name__ == "sitecustomize":
    _load_the_next_one()
    if "HARNESS_CLOCK" in os.environ:
        install(os.environ["HARNESS_CLOCK"])
