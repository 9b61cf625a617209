"""A Valkey of a test, and workers that are nothing but their words."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.jobs.worker.desk import Answer
from harness.stack.broker import valkey
from harness.store.history import Pen


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The URL of a Valkey on loopback that keeps nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = valkey.start(valkey.find(), folder, port=port, log=folder / "valkey.log", env=dict(os.environ))
    try:
        valkey.await_ready(server, folder)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.popen.kill()
        server.popen.wait()


def history_of(cell: str) -> bytes:
    """A whole history of a cell in which nothing happened."""
    scenario, _, path = cell.partition("@")
    pen, names = Pen(), {"scenario": scenario, "path": path}
    return "".join(
        (
            pen.line("cell.start", {**names, "title": "x"}),
            pen.line("note", {"text": "nothing"}),
            pen.line("cell.end", {"events": {"note": 1}, **names, "settled": True, "reason": "", "seconds": {"drive": 0.1}}),
        )
    ).encode()  # fmt: skip


def told(
    cell: str, *, attempt: int = 1, worker: str = "one", kind: str = "cell", body: bytes | None = None, **about
) -> Answer:
    """What a worker says of `cell`; a whole history of it where nothing else is given."""
    whole = history_of(cell) if body is None else body
    return Answer(
        kind=kind, cell=cell, attempt=attempt, worker=worker, about=about or {"isolation": "namespace", "boot_s": 1.0}, body=whole
    )  # fmt: skip
