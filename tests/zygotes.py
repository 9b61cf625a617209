"""Zygotes of the tests' programs that need not import Celery, Django and gunicorn anew.

A zygote that `harness verify` begins early has, until its island is there, imported what harness/stack/roles/forker/further.py lists, and
nothing of the target: for half a CPU second, in each of two hundred programs. Here it is forked from a process that has done so
(`serve`), with the command line, environment, folder and descriptors that it would be started with. What is started anew: zygotes of another
interpreter, those with variables that an interpreter reads as it starts, those that begin inside an island, and all of a program that says
`ANEW`: the hash seed is that of the process that serves.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.stack.isolation import linux
from harness.stack.roles import zygote
from harness.stack.roles.child import Child
from harness.stack.roles.forker import further
from tests import forks, preloaded

ANEW = "from harness.stack.roles import zygote; zygote.start = getattr(zygote.start, 'anew', zygote.start)"
"""For a program that is to start its zygotes."""
READ_AT_START = {"LANG": "C.UTF-8", "TZ": "UTC", "PYTHONUNBUFFERED": "1"}
"""What a stack's own environment says to an interpreter, beside where compiled Python is kept."""
READ_BY_PREFIX = ("PYTHON", "LC_")
SERVE = """
import gc, importlib.util, signal, socket, sys
gc.disable()
where, folder, file, names = sys.argv[1:5]
spec = importlib.util.spec_from_file_location("harness_tests_forks", file)
forks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(forks)
forks.prctl(forks.DIE_WITH_PARENT, signal.SIGKILL)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how one ended
for name in names.split():
    importlib.import_module(name)
gc.freeze()
with socket.socket(socket.AF_UNIX) as server:
    server.bind(chr(0) + where)
    server.listen(64)
    print("ready", flush=True)
    while True:
        control, _ = server.accept()
        with control:
            request = forks.forked(control, server, own=True)
        if request is not None:
            break
forks.begin(request)
sys.pycache_prefix = request["env"].get("PYTHONPYCACHEPREFIX")
file = sys.argv[0]
main = sys.modules["__main__"] = type(sys)("__main__")
main.__file__ = file
with open(file, "rb") as source:
    code = compile(source.read(), file, "exec")
exec(code, vars(main))
"""


def serve() -> str:
    """Start the process that serves, for as long as this thread lives; where it listens."""
    where = f"harness-tests-{os.getpid()}-{secrets.token_hex(8)}"
    names = " ".join(further.LIBRARIES)
    words = [where, os.fspath(preloaded.ROOT), os.fspath(Path(forks.__file__)), names, forks.ROOM]
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    env = {**kept, **READ_AT_START, "ROOM": forks.ROOM}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    with process.stdout as told:
        assert told.readline() == b"ready\n", "the process that zygotes are forked from did not come up"
    return where


def fork_from(where: str) -> None:
    """In this program, what fits is forked from the process that listens there."""
    anew = zygote.start

    def start(python: str, env: Mapping[str, str], *, root: Path, log: Path, **popen: Any) -> zygote.Zygote:
        read = {name: value for name, value in env.items() if name in READ_AT_START or name.startswith(READ_BY_PREFIX)}
        read.pop("PYTHONPYCACHEPREFIX", None)
        if python != sys.executable or read != READ_AT_START or popen != {"preexec_fn": linux.die_with_parent}:
            return anew(python, env, root=root, log=log, **popen)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words = [os.fspath(Path(zygote.forker.__file__).with_name("__main__.py")), str(theirs.fileno())]
        wanted = {
            "shown": [python, *words],
            "words": words,
            "env": dict(env),
            "cwd": os.fspath(root),
            "new_session": True,
        }
        with (
            theirs,
            log.open("ab") as out,
            Path(os.devnull).open() as nothing,
            socket.socket(socket.AF_UNIX) as control,
        ):
            control.connect(chr(0) + where)
            streams = [nothing.fileno(), out.fileno(), out.fileno(), theirs.fileno()]
            pid = forks.ask(control, {**wanted, "numbers": [0, 1, 2, theirs.fileno()]}, streams)
        # it is no child of this process, and ends when the other end of `ours` is closed
        known = Child(name="zygote", popen=zygote.Forked(pid, lambda: None, None), log=log, log_start=0)
        return zygote.Zygote(known, ours, env, python)

    start.anew = anew  # type: ignore[attr-defined]
    zygote.start = start
