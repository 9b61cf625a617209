"""The stack of a worker: one island that stays up from cell to cell, behind a socket.

The worker talks to Redis outside; an island has no way out. So the worker forks a keeper before anything else, and is
connected to it by a socket that an island inherits:

worker -- Celery, leases                                   (harness.jobs.worker.run)
  `- keeper     waits for a cell; dies with the worker, and everything below with it
       `- island    boots the stack, drives cell after cell, until another one is needed or something breaks

Frames, each a JSON object and a body: down goes a job {job, run, cell, phase, code}; up come, with the job's number,
"cell" with the cell's history, "stale" (the stack is of another phase or of older code, or the cell before broke it: send the job again), "refused"
(our code is not the job's) or "error"; after every one but "cell" the island ends, which the keeper says with "down".
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.backend import scenarios
from harness.backend.at_phase import at_phase
from harness.backend.description import load
from harness.cell.live import Live, boot
from harness.cell.run import run_cell
from harness.core.config import Config
from harness.core.errors import HarnessError, StackError
from harness.core.scenario import Cell
from harness.run import plan as plans
from harness.run.fingerprint import differing, fingerprint
from harness.stack.broker.tap import Broker
from harness.stack.isolation import island, linux
from harness.stack.isolation.island import Island
from harness.stack.isolation.supervise import run_as_child, signals_held
from harness.store import goldens, learnt
from harness.store.history import Pen
from harness.verb.target import ready

Frame = tuple[dict[str, Any], bytes]
IDLE_S = 30.0
"""How often the broker's tap is read while no job comes: what it saw would pile up in the broker."""
_HEAD = struct.Struct(">II")


@dataclass(slots=True, kw_only=True)
class Keeper:
    """The worker's end: its process and the socket."""

    pid: int
    socket: socket.socket
    job: int = 0
    """The number of the job that is waited for: what comes late for another one is dropped."""

    def drive(self, job: Mapping[str, Any], every_s: float, tick: Callable[[], None]) -> Frame | None:
        """Have one cell driven; `tick`, which must not raise, is called every `every_s` meanwhile. The frame is "cell",
        "refused" or "error"; None when the stack was killed with the cell in it."""
        while True:
            self.job += 1
            send(self.socket, {**job, "job": self.job})
            frame = self._next(every_s, tick)
            if frame[0]["kind"] == "cell":
                return frame
            if frame[0]["kind"] == "down":
                return None
            while self._next(every_s, tick)[0]["kind"] != "down":
                pass
            if frame[0]["kind"] != "stale":
                return frame

    def close(self) -> None:
        """End the stack and wait until it is gone."""
        self.socket.close()
        os.waitpid(self.pid, 0)

    def _next(self, every_s: float, tick: Callable[[], None]) -> Frame:
        while True:
            while not select.select([self.socket], [], [], every_s)[0]:
                tick()
            frame = receive(self.socket)
            if frame is None:
                raise KeeperGone
            if frame[0].pop("job", self.job) == self.job:
                return frame


class KeeperGone(Exception):
    """The keeper was killed: this worker can drive nothing any more."""


def keep(config_path: Path, isolation: str) -> Keeper:
    """Fork the keeper. Call before the process has threads."""
    ours, theirs = socket.socketpair()
    worker = os.getpid()

    def main() -> int:
        ours.close()
        linux.die_with_parent()
        # own session: a terminal's Ctrl-C is for the worker, which lets the cell come to its end
        os.setsid()
        if os.getppid() != worker:
            return 1
        with suppress(BrokenPipeError, ConnectionResetError):  # the worker ended meanwhile
            while (job := receive(theirs)) is not None:
                send(theirs, {"kind": "down", "code": _island(config_path, isolation, Line(theirs, job[0]))})
        return 0

    with signals_held():
        pid = run_as_child(main, relays=False)
    theirs.close()
    return Keeper(pid=pid, socket=ours)


def described(config_path: Path, phase: int) -> Config:
    """The target at `phase`: as harness.toml has it where that is its own phase."""
    config = load(config_path)
    return config if phase == config.phase else at_phase(config, phase)


def send(sock: socket.socket, head: Mapping[str, Any], body: bytes = b"") -> None:
    packed = json.dumps(head).encode()
    sock.sendall(_HEAD.pack(len(packed), len(body)) + packed + body)


def receive(sock: socket.socket) -> Frame | None:
    """The next frame; None when the other end is closed."""
    sizes = _exactly(sock, _HEAD.size)
    if sizes is None:
        return None
    head, body = _HEAD.unpack(sizes)
    packed = _exactly(sock, head + body)
    return None if packed is None else (json.loads(packed[:head]), packed[head:])


def _exactly(sock: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        try:
            part = sock.recv(min(size - len(parts), 1 << 20))
        except ConnectionResetError:
            return None
        if not part:
            return None
        parts += part
    return bytes(parts)


@dataclass(slots=True)
class Line:
    """The stack's end: the job in hand, and what is said of it."""

    socket: socket.socket
    job: dict[str, Any]

    def say(self, head: Mapping[str, Any], body: bytes = b"") -> None:
        send(self.socket, {**head, "job": self.job["job"]}, body)

    def next(self, broker: Broker) -> bool:
        """Wait for the next job, reading the tap of `broker` meanwhile; False when the worker has ended."""
        while not select.select([self.socket], [], [], IDLE_S)[0]:
            with suppress(Exception):  # a broker that is gone: the next cell tells
                broker.settle(0)
        frame = receive(self.socket)
        self.job = frame[0] if frame else self.job
        return frame is not None


def _island(config_path: Path, isolation: str, line: Line) -> int:
    """Run one island until it has to end; whatever breaks is told."""

    def inside(place: Island) -> int:
        try:
            return _serve(config, place, line)
        except Exception as error:
            line.say(*error_frame(error))
            return 1

    try:
        config = ready(described(config_path, line.job["phase"]), isolation=isolation)
        return island.run(inside, hosts=config.provider_names, mode=isolation)
    except HarnessError as error:
        line.say(*error_frame(error))
        return error.exit_code


def _serve(config: Config, place: Island, line: Line) -> int:
    code, run = fingerprint(config), line.job["run"]
    if unlike := differing(code, line.job["code"]):
        line.say({"kind": "refused", "unlike": unlike})
        return 0
    found = scenarios.load(config)
    known: dict[str, Any] = {
        "goldens": goldens.read_all(config.scenarios),
        "shown": learnt.read(config.scenarios),
    }
    with boot(config, place) as live:
        boot_s = live.stack.timings.get("boot", 0.0)
        while True:
            job = line.job
            if job["phase"] != config.phase or (job["run"] != run and fingerprint(config) != code):
                line.say({"kind": "stale"})
                return 0
            if unlike := differing(code, job["code"]):
                line.say({"kind": "refused", "unlike": unlike})
                return 0
            run = job["run"]
            (cell,) = plans.make(found, only=[job["cell"]], phase=config.phase, **known).cells
            body, sound = _drive(config, cell, live)
            line.say({"kind": "cell", "isolation": place.kind, "boot_s": boot_s}, body)
            boot_s = 0.0
            if not line.next(live.broker):
                return 0
            if not sound:
                line.say({"kind": "stale"})
                return 0


def _drive(config: Config, cell: Cell, live: Live) -> tuple[bytes, bool]:
    """The cell's lines, and whether another one can be driven on this stack."""
    pen, lines, ended = Pen(), list[str](), dict[str, Any]()

    def hear(kind: str, fields: Mapping[str, Any]) -> None:
        lines.append(pen.line(kind, fields))
        if kind == "cell.end":
            ended.update(fields)

    try:
        run_cell(config, cell, live, hear)
        live.stack.alive()
    except StackError:
        if not ended.get("broken"):
            raise
    return "".join(lines).encode(), bool(ended["settled"]) and not live.spoilt


def error_frame(error: Exception) -> Frame:
    """What of an error can be told to somebody else; one that nobody foresaw is the harness's own."""
    if not isinstance(error, HarnessError):
        import traceback

        traceback.print_exception(error)
        error = StackError(
            f"the harness itself broke: {type(error).__name__}: {error}",
            hint="nothing is shown to be right or wrong; the worker printed the traceback",
            code="internal",
        )
    return {"kind": "error", **error.document()}, b""
