"""A stack for hand work: it stands in the background, seeded, and answers on its control socket until it is told to end.

The process that was started forks the supervisor and waits for one line from it. The supervisor moves onto an island
like every run, so that whichever way it ends, nothing of the stack is left. The listening sockets were made before, in
the network of whoever typed the command: that is how the stack is reached from there.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.cell.live import boot
from harness.core.config import Config
from harness.core.errors import STACK_FAILED, HarnessError, StackError
from harness.core.scenario import Scenario
from harness.jobs.hand import place as places
from harness.jobs.hand.line import answer_of, error_of, gone, listen
from harness.jobs.hand.place import Place
from harness.jobs.hand.shell import give
from harness.jobs.hand.stand import DOORS, LOOPBACK, Stand
from harness.jobs.hand.values import Standing, standing_of
from harness.stack.doors import forward
from harness.stack.isolation import island, linux
from harness.stack.isolation.island import Island
from harness.stack.isolation.supervise import run_as_child, signals_held

IDLE_S = 30.0
"""How often the broker's tap is read while nobody asks: what it saw would pile up in the broker."""
REQUEST_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What `harness stack up` was asked for. `port` is the backend's (0: any free one)."""

    scenario: Scenario
    tape: bool
    tier: str
    isolation: str
    port: int = 0
    attached: bool = False


def up(config: Config, place: Place, wanted: Wanted) -> tuple[Standing, int]:
    """Bring the stack up and leave it standing; returns it and its supervisor's pid.

    An `attached` one goes down with this process. Raises stack-up, StackError port-in-use, stack-gone, and what a boot does.
    """
    lock = places.claim(place)
    doors: dict[str, socket.socket] = {}
    try:
        doors = _doors(wanted.port)
        doors["control"] = listen(place)
        heard, says = os.pipe()
        with signals_held():
            pid = run_as_child(lambda: _supervise(config, place, wanted, doors, lock, (heard, says)), relays=False)
        os.close(says)
    except BaseException:
        places.remove(place)
        raise
    finally:
        for door in doors.values():
            door.close()
        os.close(lock)
    try:
        with os.fdopen(heard, "rb") as pipe:
            line = pipe.readline()
        if not line:
            raise gone(place)
        return standing_of(answer_of(json.loads(line))["standing"]), pid
    except BaseException:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        raise


def _doors(port: int) -> dict[str, socket.socket]:
    """Listening sockets of 127.0.0.1. Raises StackError port-in-use."""
    doors = {}
    for name in DOORS:
        doors[name] = sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wanted = port if name == DOORS[0] else 0
        try:
            sock.bind((LOOPBACK, wanted))
            sock.listen(128)
        except OSError as error:
            for one in doors.values():
                one.close()
            raise StackError(
                f"port {wanted} of {LOOPBACK} cannot be opened: {error.strerror}",
                hint="stop what listens there, or choose another --port; without one any free port is taken",
                code="port-in-use",
            ) from None
    return doors


def _supervise(
    config: Config, place: Place, wanted: Wanted, doors: Mapping[str, socket.socket], lock: int, pipe: tuple[int, int]
) -> int:
    """The supervisor: in a session of its own, so that it outlives the terminal."""
    heard, says = pipe
    above = os.getppid()
    if wanted.attached:
        linux.die_with_parent()
        if os.getppid() != above:
            return STACK_FAILED
    os.setsid()
    os.close(heard)
    places.own(lock)
    _turn_away(place.words)

    waiting = os.fdopen(says, "wb")

    def tell(document: Mapping[str, Any]) -> None:
        # whoever waited for it may be gone; the stack stands all the same
        with suppress(OSError), waiting:
            waiting.write(json.dumps(document).encode() + b"\n")

    def inside(where: Island) -> int:
        try:
            return _stand(config, place, wanted, doors, where, lambda found: tell({"standing": found.document()}))
        except HarnessError as error:
            tell(error_of(error))
            return error.exit_code
        except Exception as error:
            tell(_broken(error))
            return STACK_FAILED

    try:
        if wanted.tier == "docker":
            return inside(Island(kind="docker", why="containers", run_dir=place.folder / "boot", hosts={}))
        return island.run(inside, hosts=config.provider_names, mode=wanted.isolation)
    except HarnessError as error:
        tell(error_of(error))
        return error.exit_code
    finally:
        places.remove(place)


def _stand(
    config: Config, place: Place, wanted: Wanted, doors: Mapping[str, socket.socket], where: Island, tell: Callable[[Standing], None],
) -> int:  # fmt: skip
    """Boot on the island, seed, `tell` what stands, and serve until SIGTERM."""
    begun = time.perf_counter()
    if where.run_dir.is_dir():
        (where.run_dir / "logs").symlink_to(place.logs)
    fake = {"mode": "replay" if wanted.tape else "simulate"}
    with boot(config, where, fake=fake, tier=wanted.tier, reachable=True) as live:
        if not (live.stack.run_dir / "logs").samefile(place.logs):
            place.logs.rmdir()
            place.logs.symlink_to(live.stack.run_dir / "logs")
        ports = {name: doors[name].getsockname()[1] for name in DOORS}
        stand = Stand(
            config=config, place=place, live=live, ports=ports, tape=wanted.tape, tier=wanted.tier, isolation=where.kind
        )
        with forward.carrying({doors[name]: way for name, way in stand.ways().items()}):
            stand.seed(wanted.scenario)
            stand.seconds = time.perf_counter() - begun
            tell(stand.standing())
            _serve(doors["control"], stand)
    return 0


def _serve(control: socket.socket, stand: Stand) -> None:
    """Answer one request after the other; SIGTERM ends it, as an exit."""
    while True:
        if not select.select([control], [], [], IDLE_S)[0]:
            with suppress(Exception):  # a broker that is gone: whoever asks next is told
                stand.live.broker.settle(0)
            continue
        connection, _ = control.accept()
        connection.settimeout(REQUEST_S)
        try:
            request = _line(connection)
            if request.get("op") == "shell":
                connection.settimeout(None)
                threading.Thread(target=give, args=(connection, stand.live, request), daemon=True).start()
                continue
            answer = stand.answer(request)
        except HarnessError as error:
            answer = error_of(error)
        except Exception as error:  # one request failed: the stack and whatever is in it must stay
            answer = _broken(error)
        with connection, suppress(OSError):
            connection.sendall(json.dumps(answer).encode() + b"\n")


def _line(connection: socket.socket) -> dict[str, Any]:
    """The request: one line, read no further, because what follows may be a shell's input."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            return {}
        line += byte
    found: dict[str, Any] = json.loads(line)
    return found


def _turn_away(words: Path) -> None:
    """Leave the terminal: nothing is read from it, and what is said is written down."""
    sys.stdout.flush()
    nothing = os.open(os.devnull, os.O_RDONLY)
    said = os.open(words, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for old, new in ((0, nothing), (1, said), (2, said)):
        os.dup2(new, old)
    os.close(nothing)
    os.close(said)


def _broken(error: Exception) -> dict[str, Any]:
    traceback.print_exception(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    return error_of(
        StackError(
            f"the harness itself broke: {type(error).__name__}: {error}",
            hint=f"please report it: {Path(last.filename).name}:{last.lineno} in {last.name}",
            code="internal",
        )
    )
