"""A backend that goes on behind its answers. Every /do/WHAT/ writes one row, answers 200, and does what WHAT says."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from django.core.signals import request_finished
from django.db import connection
from django.dispatch import receiver
from django.http import JsonResponse, StreamingHttpResponse

from late import tasks
from late.models import Thing

POOL = ThreadPoolExecutor(1)
KEPT = []
ASKED = threading.local()


def do(request, what):
    Thing.objects.create(said=what)
    ASKED.what = what
    return globals()[what]() or JsonResponse({"did": what})


def write(said):
    Thing.objects.create(said=said)
    connection.close()


def later(seconds, act, *words):
    def run():
        time.sleep(seconds)
        act(*words)

    return run


def began(seconds, act, *words):
    threading.Thread(target=later(seconds, act, *words), daemon=True).start()


def calm(): ...


def thread():
    began(0.5, write, "by a thread")


def slow_thread():
    began(3.0, write, "by a slow thread")


def pool():
    POOL.submit(later(0.3, write, "by a pool"))


def finished(): ...


@receiver(request_finished)
def behind(**_):
    if getattr(ASKED, "what", "") == "finished":
        ASKED.what = ""
        time.sleep(0.3)
        Thing.objects.create(said="when the request was over")


def message():
    began(0.3, tasks.plain.delay, "by a late message")


def call():
    def ask():
        with socket.create_connection(("api.openai.com", 80), timeout=5) as line:
            line.sendall(b"GET /v1/models HTTP/1.1\r\nHost: api.openai.com\r\nConnection: close\r\n\r\n")
            line.recv(1000)

    began(0.3, ask)


def handled():
    tasks.handled.delay()


def resident():
    began(7.0, time.sleep, 0)


def busy():
    def turn():
        while True:
            sum(range(1000))

    threading.Thread(target=turn, daemon=True).start()


def daemon():
    code = (
        "import time, late.wsgi; from late.models import Thing\n"
        "while True: Thing.objects.create(said='by a daemon'); time.sleep(0.2)"
    )
    subprocess.run(
        ["/bin/sh", "-c", '"$0" -c "$1" >/dev/null 2>&1 &', sys.executable, code], start_new_session=True, check=True
    )


def child():
    KEPT.append(subprocess.Popen(["/bin/sleep", "1000"]))


def kept_open():
    return psycopg.connect(
        host=os.environ["DB_HOST"], port=os.environ["DB_PORT"], dbname=os.environ["DB_NAME"], user=os.environ["DB_USER"]
    )


def idle_transaction():
    KEPT.append(kept_open())
    KEPT[-1].execute("INSERT INTO late_thing (said) VALUES ('never committed')")


def locked():
    KEPT.append(kept_open())
    KEPT[-1].execute("LOCK TABLE late_thing IN ACCESS EXCLUSIVE MODE")


def never():
    threading.Event().wait()


def drips():
    def say():
        while True:
            yield b"."
            time.sleep(0.1)

    return StreamingHttpResponse(say())


def stop_web():
    os.kill(os.getpid(), signal.SIGSTOP)


def stop_worker():
    tasks.stopped.delay()


def stop(program):
    """Nobody behind the wall can: who drives this hears of it by the log, stops it, and says so by a file."""
    print(f"stop {program}, please", file=sys.stderr, flush=True)
    while not Path(f"{program}.stopped").exists():
        time.sleep(0.01)


def stop_postgres():
    stop("postgres")


def stop_valkey():
    stop("valkey-server")


def kill_web():
    os.kill(os.getppid(), signal.SIGKILL)


def alter():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE late_thing ADD COLUMN more int")
