"""One container: created from its description, its output followed from before it starts, its end explained."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.core.errors import StackError, last_lines
from harness.stack.docker import engine, naming
from harness.stack.docker.describe import DNS_OPTIONS, NOBODY, Service, workdir

if TYPE_CHECKING:
    from docker import APIClient

READY_TIMEOUT_S = 60.0
_LAST_OUTPUT_S = 5.0
_HEARD_BYTES = 1 << 18
"""Of a container's output, what is kept to find its ready line and its last words."""
_PIDS_WORDS = ("resource temporarily unavailable", "can't start new thread")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a run's containers live: image, network, volumes (short name to real name), labels."""

    api: APIClient
    run: str
    image: str
    network: str
    volumes: Mapping[str, str]
    labels: Mapping[str, str]
    logs: Path


@dataclass(slots=True, kw_only=True)
class Container:
    """`heard` is what it printed (its beginning and its newest part); `changed` is notified of output and of the end."""

    service: Service
    id: str
    api: APIClient
    log: Path
    stream: Any
    """The attached connection: standard input, output and error."""
    pid: int = 0
    """On the engine's machine, of the container's first process; 0 before it runs."""
    heard: bytearray = field(default_factory=bytearray)
    ended: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def name(self) -> str:
        return self.service.name


def create(place: Place, service: Service) -> Container:
    """Create, not start: nothing privileged, no capability, a read-only file system, limits."""
    api = place.api
    mounts = [
        {"Type": "volume", "Source": place.volumes[short], "Target": path, "ReadOnly": read_only}
        for short, (path, read_only) in service.volumes.items()
    ]
    with engine.speaking(api, f"creating the container of {service.name}"):
        host = api.create_host_config(
            network_mode=place.network,
            read_only=True,
            tmpfs=dict(service.tmpfs),
            mounts=mounts,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            mem_limit=service.memory_bytes,
            memswap_limit=service.memory_bytes,
            pids_limit=service.pids,
            sysctls=dict(service.sysctls) or None,
            # an embedded resolver passes unknown names on to this address, where nobody answers
            dns=[NOBODY],
            dns_opt=list(DNS_OPTIONS),
            init=True,
            log_config={"Type": "none"},
        )
        ends = api.create_endpoint_config(aliases=list(service.aliases))
        made = api.create_container(
            place.image,
            list(service.command),
            name=f"{naming.PREFIX}{place.run}-{service.name}",
            hostname=service.name,
            environment=dict(service.env),
            labels=dict(place.labels),
            working_dir=workdir(),
            stdin_open=service.stdin,
            host_config=host,
            networking_config=None if place.network == "none" else api.create_networking_config({place.network: ends}),
        )
        # input closes for good with the connection that was attached first
        stream = api.attach_socket(
            made["Id"], params={"stdin": int(service.stdin), "stdout": 1, "stderr": 1, "stream": 1}
        )
    return Container(service=service, id=made["Id"], api=api, log=place.logs / f"{service.role}.log", stream=stream)


def start(one: Container, *, output: Callable[[bytes], None] | None = None) -> Container:
    """Start; what it says goes to its log (what it prints to standard output to `output`, when given)."""
    one.log.touch()
    threading.Thread(target=_follow, args=(one, output), name=f"log-{one.name}", daemon=True).start()
    with engine.speaking(one.api, f"starting the container of {one.name}"):
        one.api.start(one.id)
    return one


def launch(place: Place, service: Service) -> Container:
    return start(create(place, service))


def remove(one: Container) -> None:
    """Kill and remove; returns once all of its output is in its log."""
    with engine.speaking(one.api, f"removing the container of {one.name}"):
        one.api.remove_container(one.id, force=True, v=True)
    with one.changed:
        one.changed.wait_for(lambda: one.ended, _LAST_OUTPUT_S)


def raw(stream: Any) -> Any:
    """The socket below what the SDK hands out."""
    return getattr(stream, "_sock", stream)


def _follow(one: Container, output: Callable[[bytes], None] | None) -> None:
    sock = raw(one.stream)
    buffer = bytearray()
    # many copies of a role share one log: whole lines are appended, so that they do not cut each other
    rest = b""
    with one.log.open("ab", buffering=0) as log, suppress(OSError, ValueError):
        while piece := sock.recv(1 << 16):
            buffer += piece
            while len(buffer) >= 8 and len(buffer) >= (end := 8 + int.from_bytes(buffer[4:8], "big")):
                kind, text = buffer[0], bytes(buffer[8:end])
                del buffer[:end]
                if kind == 1 and output is not None:
                    output(text)
                    continue
                whole, newline, rest_of = (rest + text).rpartition(b"\n")
                rest = rest_of
                log.write(whole + newline)
                hear(one, text)
        if rest:
            log.write(rest + b"\n")
    if output is not None:
        output(b"")
    with one.changed:
        one.ended = True
        one.changed.notify_all()


def hear(one: Container, text: bytes) -> None:
    with one.changed:
        one.heard += text
        if len(one.heard) > _HEARD_BYTES:
            del one.heard[_HEARD_BYTES // 2 : len(one.heard) - _HEARD_BYTES // 2]
        one.changed.notify_all()


def await_line(one: Container, text: str, *, at_end: bool = False, timeout_s: float = READY_TIMEOUT_S) -> None:
    """Wait for a line with `text`. Raises StackError role-died, role-not-ready, docker-gone."""

    def said() -> bool:
        lines = one.heard.decode("utf-8", "replace").splitlines()
        return any(line.rstrip().endswith(text.rstrip()) if at_end else text in line for line in lines)

    with one.changed:
        one.changed.wait_for(lambda: said() or one.ended, timeout_s)
        if said():
            return
    if one.ended:
        raise died(one)
    raise not_ready(one, f"line with {text.strip()!r} in its log", timeout_s)


def await_true(one: Container, condition: Callable[[], bool], *, what: str, timeout_s: float = READY_TIMEOUT_S) -> None:
    """Look at `condition` until it holds; the container's end is noticed at once."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        with one.changed:
            ended = one.changed.wait_for(lambda: one.ended, 0.01)
        if ended:
            raise died(one)
        if time.monotonic() > deadline:
            raise not_ready(one, what, timeout_s)


def not_ready(one: Container, what: str, timeout_s: float) -> StackError:
    return StackError(
        f"{one.name} is not ready after {timeout_s:g} s: no {what}",
        hint=f"its last words: {last_words(one)}",
        code="role-not-ready",
    )


def died(one: Container) -> StackError:
    """Why the container ended: the engine is gone, a limit was reached, its port was taken, or its own exit code."""
    from docker.errors import NotFound

    try:
        with engine.speaking(one.api, f"asking why {one.name} ended"):
            state = one.api.inspect_container(one.id)["State"]
    except StackError as error:
        if not isinstance(error.__cause__, NotFound):
            return error
        return StackError(
            f"the container of {one.name} was removed by somebody else",
            hint="leave the containers of a run alone until it ends",
            code="role-died",
        )
    words, code = last_words(one), state["ExitCode"]
    if state["Running"]:
        return StackError(
            f"the engine closed the output of {one.name}", hint=f"its last words: {words}", code="docker-gone"
        )
    if state.get("OOMKilled"):
        limit = one.service.memory_bytes // (1024 * 1024)
        return StackError(
            f"{one.name} was ended by its memory limit of {limit} MiB",
            hint=f"its last words: {words}",
            code="role-died",
        )
    if "no space left on device" in words.lower():
        return engine.failed(one.api, f"running {one.name}", words)
    if any(text in words.lower() for text in ("address already in use", "connection in use", "address in use")):
        return StackError(f"{one.name} found its port taken", hint=f"its last words: {words}", code="port-in-use")
    how = f"killed by signal {code - 128}" if code > 128 else f"exit code {code}"
    if any(text in words.lower() for text in _PIDS_WORDS):
        how += f", near its limit of {one.service.pids} processes and threads"
    return StackError(f"{one.name} ended ({how})", hint=f"its last words: {words}", code="role-died")


def last_words(one: Container, count: int = 3) -> str:
    return last_lines(one.heard.decode("utf-8", "replace"), count)


def pid(one: Container) -> int:
    """Of its first process, on the engine's machine, as it is now."""
    with engine.speaking(one.api, f"looking at {one.name}"):
        one.pid = one.api.inspect_container(one.id)["State"]["Pid"]
    return one.pid
