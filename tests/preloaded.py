"""Programs of the tests that need not import the harness anew: each is forked from a process that has imported it.

A start of `harness` costs most of a CPU second, nearly all of it for imports, and the tests start hundreds. `Program` is a
`subprocess.Popen` whose child is forked where Popen would fork and exec: a child of whoever asked, with a process id,
pipes, a working folder, words and an environment (in /proc, too), signals and an exit code of its own. What is imported before the
fork is what the modules of all verbs import, and nothing of a target: no scenarios, no Django. It has one thread.

Not for what is shown of a start itself (which modules are imported, what an interpreter reads), nor for ordinary users.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests import forks

ROOT = Path(__file__).resolve().parents[1]
SERVE = "import tests.preloader as p; request = p.serve(int(p.sys.argv[1])); exec(p.begin(request), vars(p.fresh()))"


class Program(subprocess.Popen[str]):
    """Program([sys.executable, "-c", code, *words], ...): as Popen, without a `preexec_fn`: signals are the usual ones."""

    def _execute_child(self, args: Sequence[str], _exe: Any, preexec: Any, _close: Any, passed: Any, cwd: Any, env: Mapping[str, str] | None,
                       _startup: Any, _flags: Any, _shell: Any, p2cread: int, p2cwrite: int, c2pread: int, c2pwrite: int,
                       errread: int, errwrite: int, _restore: Any, _gid: Any, _gids: Any, _uid: Any, _umask: Any, new_session: bool,
                       *_: Any) -> None:  # fmt: skip
        """What Popen calls once its pipes are made."""
        assert args[0] == sys.executable, "another program: subprocess.Popen"
        assert preexec is None, "somebody else's program: subprocess.Popen"
        wanted = {
            "shown": [*args],
            "cwd": os.fspath(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
            "new_session": bool(new_session),
            "numbers": [0, 1, 2, *passed],
            **self._wanted(args),
        }
        ours = [given if given != -1 else number for number, given in enumerate((p2cread, c2pwrite, errwrite))]
        self.pid = self._fork(wanted, [*ours, *passed])
        self._child_created = True
        for end, kept in ((p2cread, p2cwrite), (c2pwrite, c2pread), (errwrite, errread)):
            if end not in (-1, getattr(self, "_devnull", None)) and kept != -1:
                os.close(end)
        if getattr(self, "_devnull", None) is not None:
            os.close(self._devnull)

    def _wanted(self, args: Sequence[str]) -> dict[str, Any]:
        assert args[1] == "-c", "another program: subprocess.Popen"
        return {"code": args[2], "words": ["-c", *args[3:]]}

    def _fork(self, wanted: dict[str, Any], streams: Sequence[int]) -> int:
        return forks.ask(_control(), wanted, streams)


def run(command: Sequence[str], *, timeout: float | None = None, input: str | None = None, **options: Any) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """As subprocess.run with captured text."""
    stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
    with Program(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options) as process:
        try:
            out, err = process.communicate(input, timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


_served: dict[int, socket.socket] = {}
"""process id of who asks -> the way to its own server, which ends with it."""


def _control() -> socket.socket:
    if (asking := os.getpid()) not in _served:
        ours, theirs = socket.socketpair()
        env = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        own = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "ROOM": forks.ROOM}
        number = theirs.fileno()
        command = [sys.executable, "-c", SERVE, str(number), forks.ROOM]
        subprocess.Popen(command, env={**env, **own}, cwd=ROOT, pass_fds=[number])
        theirs.close()
        _served[asking] = ours
    return _served[asking]
