"""A command at a terminal far away: the frames that go in and come out, and its end."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.stack.doors import terminal, wire
from tests import signals

PYTHON = (sys.executable, "-c")


class Line:
    """The near end: `send` a frame, `until` an output holds a text, `end` for the exit code and all that was said."""

    def __init__(self, process: subprocess.Popen[bytes], said: int) -> None:
        self.process = process
        self.said = said
        self.frames = wire.Frames()
        self.heard = {terminal.OUTPUT: b"", terminal.ERRORS: b""}
        self.code: int | None = None

    def send(self, kind: int, about: int, payload: bytes = b"") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(wire.frame(kind, about, payload))
        self.process.stdin.flush()

    def more(self) -> bool:
        data = os.read(self.said, 1 << 16)
        for kind, about, payload in self.frames.feed(data):
            if kind == wire.CLOSE:
                self.code = int(payload)
            else:
                self.heard[about] += payload
        return bool(data)

    def until(self, text: bytes) -> None:
        while text not in self.heard[terminal.OUTPUT]:
            assert self.more(), f"it ended without {text!r}: {self.heard}"

    def end(self) -> tuple[int | None, bytes, bytes]:
        while self.more():
            pass
        return self.code, self.heard[terminal.OUTPUT], self.heard[terminal.ERRORS]


@contextmanager
def running(*command: str, size: str = "") -> Iterator[Line]:
    reader, writer = os.pipe()
    env = {**os.environ, "HARNESS_TERMINAL_FD": str(writer), "HARNESS_TERMINAL_SIZE": size}
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.stack.doors.terminal", *command],
        stdin=subprocess.PIPE,
        pass_fds=(writer,),
        env=env,
        preexec_fn=signals.usual,
    )
    os.close(writer)
    try:
        yield Line(process, reader)
    finally:
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()
        os.close(reader)


def test_output_errors_input_and_exit_code_are_the_commands():
    """Claim: a megabyte of input arrives whole although its answer is not read meanwhile; errors come apart."""
    code = (
        "import sys; data = sys.stdin.read(); print(len(data), data[-3:]); print('aside', file=sys.stderr); sys.exit(5)"
    )
    with running(*PYTHON, code) as line:
        for _ in range(20):
            line.send(wire.DATA, terminal.INPUT, b"x" * 50_000)
        line.send(wire.DATA, terminal.INPUT, b"end")
        line.send(wire.END, terminal.INPUT)
        assert line.end() == (5, b"1000003 end\n", b"aside\n")


def test_a_command_that_reads_nothing_does_not_hinder():
    """Claim: input that nobody wants is dropped, and the exit code still comes."""
    code = (
        "import os, signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]); "
        "os.close(0); print('on', flush=True); signal.sigwait([signal.SIGTERM])"
    )
    with running(*PYTHON, code) as line:
        line.until(b"on")
        line.send(wire.DATA, terminal.INPUT, b"x" * 500_000)
        line.send(wire.DATA, terminal.SIGNAL, str(int(signal.SIGTERM)).encode())
        assert line.end() == (0, b"on\n", b"")


@pytest.mark.parametrize("size", ["", "24 80"])
def test_a_signal_is_the_commands(size):
    """Claim: it gets the signal, with and without a terminal, and its death is its exit code."""
    with running(*PYTHON, "import time; print('here', flush=True); time.sleep(600)", size=size) as line:
        line.until(b"here")
        line.send(wire.DATA, terminal.SIGNAL, str(int(signal.SIGTERM)).encode())
        assert line.end()[0] == 128 + signal.SIGTERM


def test_a_terminal_has_a_size_that_changes_and_a_key_that_interrupts():
    """Claim: rows and columns are those of the other end, then and later; byte 3 interrupts the program."""
    code = (
        "import os, signal, time\n"
        "def told(*_): print(tuple(os.get_terminal_size()), os.isatty(0), flush=True)\n"
        "signal.signal(signal.SIGWINCH, told)\n"
        "try: told(); time.sleep(600)\n"
        "except KeyboardInterrupt: print('interrupted')"
    )
    with running(*PYTHON, code, size="33 77") as line:
        line.until(b"(77, 33) True")
        line.send(wire.DATA, terminal.SIZE, b"44 99")
        line.until(b"(99, 44) True")
        line.send(wire.DATA, terminal.INPUT, b"\x03")
        code, said, _ = line.end()
        assert code == 0
        assert said.endswith(b"interrupted\r\n")


@pytest.mark.parametrize("size", ["", "24 80"])
def test_a_command_whose_terminal_is_gone_is_killed(size):
    """Claim: the end of the line is the end of the command, whatever it is doing."""
    code = "import os, signal, time; signal.signal(signal.SIGHUP, signal.SIG_IGN); print(os.getpid(), flush=True); time.sleep(600)"
    with running(*PYTHON, code, size=size) as line:
        line.until(b"\n")
        pidfd = os.pidfd_open(int(line.heard[terminal.OUTPUT]))
        assert line.process.stdin is not None
        line.process.stdin.close()
        assert line.process.wait(60) == 1
        gone = select.poll()
        gone.register(pidfd, select.POLLIN)
        assert gone.poll(60_000), "it lives on"
        os.close(pidfd)
        assert line.end()[0] is None


def test_a_command_that_does_not_exist_says_so():
    """Claim: at a terminal it is the shell's own 127."""
    with running("no-such-program", size="24 80") as line:
        code, said, _ = line.end()
    assert (code, said) == (127, b"no-such-program: No such file or directory\r\n")


def test_behind_the_pipe_of_a_container_it_is_the_same():
    """Claim: where the file number is a container's standard output, as in the docker tier, the frames come out there."""
    pipe = [sys.executable, "-m", "harness.stack.docker.inside.pipe", "9", "--"]
    words = [
        *pipe,
        sys.executable,
        "-m",
        "harness.stack.doors.terminal",
        *PYTHON,
        "print(input()); raise SystemExit(4)",
    ]
    said = b"".join(
        (wire.frame(wire.DATA, terminal.INPUT, b"said\n"), wire.frame(wire.END, terminal.INPUT)),
    )
    # its input stays open until it has answered, as a container's does
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "HARNESS_TERMINAL_FD": "9"}
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(said)
        process.stdin.flush()
        frames = list(wire.Frames().feed(process.stdout.read()))
    assert frames.pop() == (wire.CLOSE, terminal.OUTPUT, b"4")
    assert {frame[:2] for frame in frames} == {(wire.DATA, terminal.OUTPUT)}
    assert b"".join(payload for _, _, payload in frames) == b"said\n"
