"""The start-up hook of the simulated week: copied as sitecustomize.py into a folder on PYTHONPATH of the task roles.

Before each task it reads the simulated time from the file HARNESS_CLOCK and moves the clock of its own process there,
from where it ticks on. Only the processes that run tasks are moved: what a worker's main process does with the broker
stays in real time. The target itself is not touched. Runs in the target's Python, where it needs time-machine.
"""

import importlib.machinery
import importlib.util
import os
import pathlib
import sys


def _install(clock):
    # behind the target's own packages: it is there for them that lack it
    sys.path += [entry for entry in os.environ.get("HARNESS_CLOCK_PACKAGES", "").split(os.pathsep) if entry]
    try:
        import time_machine
    except ImportError:
        print("harness: the simulated week needs time-machine in the target's Python", file=sys.stderr, flush=True)
        os._exit(3)
    from datetime import datetime

    from celery.signals import task_prerun

    now = {"text": "", "travel": None}

    def move(**_):
        text = clock.read_text().strip()
        if text != now["text"]:
            if now["travel"] is not None:
                now["travel"].stop()
            now["text"], now["travel"] = text, time_machine.travel(datetime.fromisoformat(text), tick=True)
            now["travel"].start()

    task_prerun.connect(move, weak=False)


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
        _install(pathlib.Path(os.environ["HARNESS_CLOCK"]))
