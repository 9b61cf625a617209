"""Programs that are forked instead of started: all that a start gives them, they have."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import preloaded, signals

SEEN = """
import json, os, signal, sys, threading
print(json.dumps({
    "words": sys.argv, "name": __name__, "parent": os.getppid(), "folder": os.getcwd(), "environment": dict(os.environ),
    "shown words": [word for word in open("/proc/self/cmdline").read().split(chr(0)) if word],
    "shown": [word for word in open("/proc/self/environ").read().split(chr(0)) if word], "session": os.getsid(0) == os.getpid(),
    "interrupted": signal.getsignal(signal.SIGINT) is signal.default_int_handler, "hung up": signal.getsignal(signal.SIGHUP) == signal.SIG_DFL,
    "piped": signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN, "children": signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL,
    "threads": threading.active_count(), "open": sorted(map(int, os.listdir("/proc/self/fd")))[:4], "read": sys.stdin.read(),
}))
sys.exit(7)
"""
HARNESS = ("harness.jobs.verify.run", "harness.stack.processes.boot", "psycopg")
TARGETS = ("django", "scenarios", "igny8_core", "gunicorn")


def code(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def plain(command: list[str], **options) -> subprocess.CompletedProcess[str]:
    """A program that is started, with the usual signals: what nohup or a shell ignores would stay ignored in it."""
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
        preexec_fn=signals.usual,
        **options,
    )


def test_a_forked_program_sees_what_a_started_one_does(tmp_path: Path):
    """Claim: words and environment (in /proc, too), folder, signals, streams, session and exit code are those of a start."""
    asked = {
        "env": {"HERE": "ä b", "PATH": os.environ["PATH"], "LC_CTYPE": "C.UTF-8"},
        "cwd": tmp_path,
        "input": "piped",
    }
    forked = preloaded.run([*code(SEEN), "a", "b c"], start_new_session=True, **asked)
    started = plain([*code(SEEN), "a", "b c"], **asked)
    assert forked.returncode == started.returncode == 7
    assert json.loads(forked.stdout) == json.loads(started.stdout)
    assert json.loads(forked.stdout)["parent"] == os.getpid()


def test_nothing_of_one_program_is_left_for_the_next():
    preloaded.run(
        code("import os, sys; os.environ['LEFT'] = sys.left = 'x'; import harness.cli as c; c.COMMANDS.clear()")
    )
    said = preloaded.run(code("import os, sys, harness.cli as c; print('LEFT' in os.environ, hasattr(sys, 'left'), len(c.COMMANDS) > 9)"))  # fmt: skip
    assert said.stdout == "False False True\n"


def test_the_harness_is_there_and_nothing_of_a_target():
    """Claim: what a verb looks at for the first time, it finds as a started one does."""
    asked = code(f"import sys; print([n for n in {HARNESS + TARGETS!r} if n in sys.modules])")
    assert preloaded.run(asked).stdout == f"{list(HARNESS)}\n"


def test_an_error_ends_a_forked_program_as_a_started_one():
    asked = code("import atexit; atexit.register(print, 'at the end'); print('begun'); 1 / 0")
    forked, started = preloaded.run(asked), plain(asked)
    assert (forked.returncode, forked.stdout) == (started.returncode, started.stdout) == (1, "begun\nat the end\n")
    assert forked.stderr.splitlines()[-1] == started.stderr.splitlines()[-1] == "ZeroDivisionError: division by zero"


def test_a_signal_is_its_own():
    with preloaded.Program(
        code("import time; print('here', flush=True); time.sleep(60)"), stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "here\n"
        program.send_signal(signal.SIGTERM)
        assert program.wait(30) == -signal.SIGTERM


def test_a_program_that_does_not_end_is_killed():
    with pytest.raises(subprocess.TimeoutExpired):
        preloaded.run(code("import time; time.sleep(60)"), timeout=0.2)


def test_an_orphan_of_a_program_is_not_a_child_of_who_asked():
    """Claim: only the program itself becomes one; what it leaves is init's, as after a start."""
    leave = "import os, sys\nif child := os.fork():\n    print(child, flush=True)\nelse:\n    sys.stdin.read(1); os._exit(0)"
    read, write = os.pipe()
    with preloaded.Program(code(leave), stdin=read, stdout=subprocess.PIPE, text=True) as program:
        os.close(read)
        assert program.stdout is not None
        orphan = int(program.stdout.readline())
        assert program.wait(30) == 0
        parent = Path(f"/proc/{orphan}/stat").read_text().rpartition(")")[2].split()[1]
        assert int(parent) != os.getpid()
        os.close(write)


def test_another_program_is_not_forked():
    with pytest.raises(AssertionError, match=r"subprocess\.Popen"):
        preloaded.Program(["true"])
