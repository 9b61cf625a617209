"""A process of the target in a container of its own, held by the harness as if it were a subprocess.

Standard input is a pipe from the harness; one inherited file number may be a pipe to it (what `pass_fds` gives a
subprocess); everything it prints is its log.
"""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from harness.core.errors import HarnessError
from harness.stack.docker import container, describe, engine
from harness.stack.docker.container import Container


class Process:
    """What a caller of Popen expects: stdin, pid, returncode, poll, wait, send_signal, terminate, kill."""

    def __init__(self, one: Container, *, stdin: bool) -> None:
        self.container = one
        self.stdin: io.BufferedWriter | None = io.BufferedWriter(_Input(one)) if stdin else None
        self.pid = one.pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None and self.container.ended:
            self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, -n for signal n. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            one = self.container
            with one.changed:
                if not one.changed.wait_for(lambda: one.ended, timeout):
                    raise subprocess.TimeoutExpired(one.service.command, timeout or 0)
            with engine.speaking(one.api, f"waiting for {one.name}"):
                code = one.api.wait(one.id)["StatusCode"]
            self.returncode = code if code <= 128 else 128 - code
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with engine.speaking(self.container.api, f"signalling {self.container.name}"):
                self.container.api.kill(self.container.id, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class _Input(io.RawIOBase):
    """The container's standard input; closing it is its end."""

    def __init__(self, one: Container) -> None:
        self._socket = container.raw(one.stream)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._socket.sendall(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
        super().close()


def run(place: container.Place, service: describe.Service, command: Sequence[str], popen: Mapping[str, Any]) -> Process:
    """Start `command` as `service`. Of Popen's arguments: stdin (PIPE or DEVNULL) and pass_fds (one number)."""
    unknown = set(popen) - {"stdin", "pass_fds"}
    if unknown or len(popen.get("pass_fds", ())) > 1:
        raise HarnessError(
            f"the docker tier cannot start {service.name} with {', '.join(sorted(unknown)) or 'several pipes'}",
            hint="stdin and one number in pass_fds are carried into a container",
            code="docker-spawn",
        )
    stdin = popen.get("stdin") == subprocess.PIPE
    words, output = tuple(command), None
    for number in popen.get("pass_fds", ()):
        words = (describe.PYTHON, "-m", f"{describe.INSIDE}.pipe", str(number), "--", *words)
        output = _to(os.dup(number))
    one = container.create(place, replace(service, command=words, stdin=stdin))
    container.start(one, output=output)
    return Process(one, stdin=stdin)


def _to(number: int) -> Callable[[bytes], None]:
    """Write to an own copy of a file number; no data is its end."""

    def write(data: bytes) -> None:
        if not data:
            os.close(number)
            return
        with suppress(OSError):  # the reader is gone, and so is its interest
            while data:
                data = data[os.write(number, data) :]

    return write
