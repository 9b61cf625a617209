"""A real Valkey, and real Celery workers on it, for the tests of the tap."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celery import Celery

from harness.stack.broker import valkey
from harness.stack.roles import child, clock
from harness.stack.roles.clock import Clock

YARD = '''
import json, os, time
from celery import Celery, chord, shared_task
from celery.exceptions import Ignore, Reject
from kombu import Queue

app = Celery("yard")
options = json.loads(os.environ["YARD"])
queues = options.pop("queues", None)
if queues:
    options["task_queues"] = [Queue(name) for name in queues]
app.conf.update(options)


@app.task(name="yard.add")
def add(*numbers):
    return sum(number if isinstance(number, (int, float)) else sum(number) for number in numbers)


@app.task(name="yard.quiet", ignore_result=True)
def quiet():
    return {"credits_used": 3}


@app.task(name="yard.fail")
def fail():
    raise ValueError("no such site")


@app.task(name="yard.ignore", bind=True)
def ignore(self):
    raise Ignore()


@app.task(name="yard.reject", acks_late=True)
def reject():
    raise Reject("not mine", requeue=False)


@app.task(name="yard.early_reject")
def early_reject():
    raise Reject("not mine", requeue=False)


@app.task(name="yard.chord")
def start_chord():
    chord([add.s(1, 2), add.s(3, 4)])(add.s())
    return "begun"


@app.task(name="yard.again", bind=True, max_retries=2)
def again(self):
    if self.request.retries < 2:
        raise self.retry(countdown=0.1)
    return self.request.retries


@app.task(name="yard.held", acks_late=True, bind=True)
def held(self, gate, done):
    """Blocks the first time, until its worker is killed; notes each time that it gets to its end."""
    if not self.request.delivery_info.get("redelivered"):
        open(gate, "w").close()
        while True:
            time.sleep(60)
    with open(done, "a") as file:
        file.write("x")
    return "done"


@app.task(name="yard.clock")
def clock(*_):
    return time.time()


@app.task(name="yard.tomorrow", bind=True, max_retries=3)
def tomorrow(self, seconds, seen=()):
    """Puts itself off until it has seen the time four times, `seconds` apart; then says them."""
    seen = [*seen, time.time()]
    if self.request.retries < 3:
        raise self.retry(args=(seconds, seen), countdown=seconds)
    return seen


@app.task(name="yard.late", bind=True, autoretry_for=(OSError,), retry_backoff=300, retry_jitter=False, max_retries=2)
def late(self):
    if self.request.retries < 2:
        raise OSError("not yet")
    return time.time()


@app.task(name="yard.parts")
def parts():
    chord([clock.s().set(countdown=1800), clock.s().set(countdown=3600)])(gathered.s())
    return "begun"


@app.task(name="yard.gathered")
def gathered(times):
    return times


@app.task(name="yard.lost", bind=True)
def lost(self, gate, done):
    open(gate, "w").close()
    while True:
        time.sleep(60)
'''


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A Valkey of one's own; its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = valkey.start(valkey.find(), folder, port=port, log=folder / "valkey.log", env=dict(os.environ))
    valkey.await_ready(process, folder)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        child.kill(process)


def sender(url: str, options: Mapping[str, Any]) -> Celery:
    """The app of the yard as its web process would have it."""
    made = Celery("yard", broker=url, set_as_current=False)
    made.conf.update({name: value for name, value in options.items() if name != "queues"})
    return made


def start(
    folder: Path, url: str, options: Mapping[str, Any], *, pool: str = "prefork", hands: Clock = clock.REAL
) -> child.Child:
    """A worker of the yard, ready to take tasks; its tasks see the clock `hands`."""
    (folder / "yard.py").write_text(YARD)
    settings = {"broker_url": url, "broker_connection_retry_on_startup": False, **options}
    words = [sys.executable, "-m", "celery", "-A", "yard", "worker", "-E", "--concurrency", "1", "--loglevel", "INFO"]
    words += ["--pool", pool, "--without-mingle", "--without-gossip", "--without-heartbeat"]
    # its pool has a temporary folder, which a worker that is killed leaves
    env = {
        **os.environ,
        "YARD": json.dumps(settings),
        "C_FORCE_ROOT": "1",
        "PYTHONPATH": os.fspath(folder),
        "TMPDIR": os.fspath(folder),
    }
    env = clock.environment(hands, env)
    process = child.spawn("worker", words, log=folder / "worker.log", env=env, cwd=folder)
    child.wait_until(process, lambda: "ready." in process.output(), what="'ready.' in its log", timeout_s=60)
    return process
