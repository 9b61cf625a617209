"""`python -m harness.stack.doors.terminal COMMAND...`: a command of the stack, at somebody's terminal far away.

Frames (wire.py) come in on standard input and go out on the file number in HARNESS_TERMINAL_FD, which every tier gives
to a process that it starts. Their connection says what they are about: INPUT, OUTPUT, ERRORS, SIZE ("rows columns"),
SIGNAL (a number). END of INPUT is its end; CLOSE, the last, carries the exit code. When standard input itself ends,
whoever sat there is gone, and so is the command.

With HARNESS_TERMINAL_SIZE the command gets a pseudo-terminal of that size, with Ctrl-C and all; else three pipes.
"""

from __future__ import annotations

import fcntl
import os
import pty
import selectors
import signal
import struct
import subprocess
import sys
import termios
from contextlib import suppress

from harness.stack.doors import wire

INPUT, OUTPUT, ERRORS, SIZE, SIGNAL = range(5)
_PIECE = 1 << 16


def main(words: list[str]) -> int:
    out = int(os.environ.pop("HARNESS_TERMINAL_FD"))
    size = os.environ.pop("HARNESS_TERMINAL_SIZE", "")
    os.set_inheritable(out, False)
    command = _at_terminal(words, size) if size else _at_pipes(words)
    return command.run(out)


class _Command:
    """A running command: where its input goes, and which file number says what."""

    def __init__(self, pid: int, sink: int, sources: dict[int, int], *, terminal: bool) -> None:
        self.pid = pid
        self.sink: int | None = sink
        self.sources = sources
        self.terminal = terminal
        self.waiting = bytearray()
        self.ended = False
        os.set_blocking(sink, False)

    def run(self, out: int) -> int:
        """Carry until the command has said all; returns its exit code."""
        frames = wire.Frames()
        with selectors.DefaultSelector() as selector:
            selector.register(0, selectors.EVENT_READ)
            for source in self.sources:
                selector.register(source, selectors.EVENT_READ)
            while self.sources:
                self._watch(selector)
                for key, events in selector.select():
                    if key.fd == 0:
                        data = os.read(0, _PIECE)
                        if not data:
                            self._signal(signal.SIGKILL)
                            return 1
                        for kind, about, payload in frames.feed(data):
                            self._heard(kind, about, payload)
                    elif key.fd in self.sources and events & selectors.EVENT_READ:
                        self._said(selector, key.fd, out)
                self._feed()
        status = os.waitpid(self.pid, 0)[1]
        code = os.waitstatus_to_exitcode(status)
        code = code if code >= 0 else 128 - code
        _write(out, wire.frame(wire.CLOSE, OUTPUT, str(code).encode()))
        return code

    def _said(self, selector: selectors.BaseSelector, source: int, out: int) -> None:
        try:
            data = os.read(source, _PIECE)
        except BlockingIOError:
            return
        except OSError:  # a pseudo-terminal that nobody holds any more
            data = b""
        if data:
            _write(out, wire.frame(wire.DATA, self.sources[source], data))
            return
        selector.unregister(source)
        del self.sources[source]
        if source == self.sink:
            self.sink = None

    def _heard(self, kind: int, about: int, payload: bytes) -> None:
        if about == INPUT and kind == wire.DATA:
            self.waiting += payload
        elif about == INPUT:
            self.ended = True
        elif about == SIZE and self.terminal and self.sink is not None:
            _resize(self.sink, payload.decode())
        elif about == SIGNAL:
            self._signal(int(payload))

    def _feed(self) -> None:
        if self.sink is None:
            return
        try:
            while self.waiting:
                del self.waiting[: os.write(self.sink, self.waiting)]
        except BlockingIOError:
            return
        except OSError:  # it reads no more
            self.waiting.clear()
            self.ended = True

    def _watch(self, selector: selectors.BaseSelector) -> None:
        """Look at the sink only while something waits for it; close it when nothing more will come."""
        if self.sink is None:
            return
        reads = selectors.EVENT_READ if self.sink in self.sources else 0
        wanted = reads | (selectors.EVENT_WRITE if self.waiting else 0)
        known = selector.get_map().get(self.sink)
        if known is not None and known.events != wanted:
            selector.unregister(self.sink)
        if wanted and (known is None or known.events != wanted):
            selector.register(self.sink, wanted)
        if self.ended and not self.waiting and not self.terminal:
            os.close(self.sink)
            self.sink = None

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


def _at_terminal(words: list[str], size: str) -> _Command:
    pid, master = pty.fork()
    if pid == 0:
        _resize(0, size)
        _become(words)
    return _Command(pid, master, {master: OUTPUT}, terminal=True)


def _at_pipes(words: list[str]) -> _Command:
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    ours = [os.dup(pipe.fileno()) for pipe in (process.stdin, process.stdout, process.stderr) if pipe is not None]
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    return _Command(process.pid, ours[0], {ours[1]: OUTPUT, ours[2]: ERRORS}, terminal=False)


def _become(words: list[str]) -> None:
    try:
        os.execvp(words[0], words)
    except OSError as error:
        print(f"{words[0]}: {error.strerror}", file=sys.stderr, flush=True)
        os._exit(127)


def _resize(terminal: int, size: str) -> None:
    rows, columns = map(int, size.split())
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _write(out: int, data: bytes) -> None:
    while data:
        data = data[os.write(out, data) :]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
