"""Zygotes of the tests' programs that are forked instead of started: what a start gives them, they have."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import preloaded, zygotes
from tests.looking import eventually

SEEN = """
import json, os, sys
def kind(number):
    try:
        return os.readlink(f"/proc/self/fd/{number}").partition(":")[0]
    except OSError:
        return "the listing"
print(json.dumps({
    "words": sys.argv[:1], "count": len(sys.argv), "name": __name__, "folder": os.getcwd(), "environment": dict(os.environ), "path": sys.path,
    "shown": [word for word in open("/proc/self/environ").read().split(chr(0)) if word][:6],
    "shown words": open("/proc/self/cmdline").read().split(chr(0))[:2],
    "compiled": sys.pycache_prefix, "session": os.getsid(0) == os.getpid(), "open": sorted(map(kind, os.listdir("/proc/self/fd"))),
    "modules": sorted(name for name in sys.modules if name.partition(".")[0] in {"celery", "django", "gunicorn", "harness", "tests", "harness_tests_forks"}),
}), flush=True)
"""
PROGRAM = """
import json, sys
from pathlib import Path
from harness.stack.isolation import linux
from harness.stack.roles import zygote
FIRST
folder, seen = Path(sys.argv[1]), sys.argv[2]
env = {"LANG": "C.UTF-8", "TZ": "UTC", "PYTHONUNBUFFERED": "1", "PYTHONPYCACHEPREFIX": sys.argv[3], "HERE": "x", **json.loads(sys.argv[4])}
made = zygote.start(sys.executable, env, root=folder, log=folder / "log", preexec_fn=linux.die_with_parent)
print(made.process.pid, type(made.process.popen).__name__, flush=True)
(folder / "manage.py").write_text(seen + "execute_from_command_line = None")
made.load([sys.executable, "manage.py"], folder / "modules.json")
made._loaded()
print(made.why, flush=True)
sys.stdin.read()
"""


def program(folder: Path, *, first: str = "", **env: str) -> preloaded.Program:
    folder.mkdir()
    # a management that is asked for nothing: manage.py is read, and says what it sees
    words = [str(folder), SEEN, str(folder / "compiled"), json.dumps(env)]
    pipes: dict[str, Any] = {"stdin": -1, "stdout": -1, "text": True}
    return preloaded.Program([sys.executable, "-c", PROGRAM.replace("FIRST", first), *words], **pipes)


def told(process: preloaded.Program) -> tuple[int, str]:
    assert process.stdout is not None
    pid, kind = process.stdout.readline().split()
    assert process.stdout.readline() == "\n"
    return int(pid), kind


def seen(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "log").read_text().splitlines()[0])
    return json.loads(json.dumps(found).replace(str(folder), "FOLDER"))


def test_a_forked_zygote_sees_what_a_started_one_does(tmp_path: Path):
    """Claim: words, environment (in /proc, too), folder, path, session, kinds of open files, and of the installed packages the same
    modules: nothing of the harness or its tests."""
    kinds = []
    for name, first in (("forked", ""), ("started", zygotes.ANEW)):
        with program(tmp_path / name, first=first) as process:
            kinds.append(told(process)[1])
    assert kinds == ["Forked", "Popen"]
    assert seen(tmp_path / "forked") == seen(tmp_path / "started")
    assert "celery.apps.worker" in seen(tmp_path / "forked")["modules"]


@pytest.mark.parametrize(
    "env", [{"PYTHONHASHSEED": "7"}, {"TZ": "Asia/Tokyo"}, {"LC_ALL": "C"}, {"PYTHONPATH": "/there"}], ids=str
)
def test_what_an_interpreter_reads_as_it_starts_is_read(tmp_path: Path, env: dict[str, str]):
    with program(tmp_path / "made", **env) as process:
        assert told(process)[1] == "Popen"


def test_it_ends_with_its_program(tmp_path: Path):
    """Claim: also where the program is killed, which no process that serves hears of."""
    with program(tmp_path / "made") as process:
        pid, _ = told(process)
        process.kill()
    eventually(lambda: not Path(f"/proc/{pid}").exists(), "the zygote goes on")


def test_a_process_that_serves_leaves_no_descriptors_to_a_child():
    """Claim: a child has the descriptors that were asked for, and no others."""
    with preloaded.Program(
        [sys.executable, "-c", "import os; print(sorted(map(int, os.listdir('/proc/self/fd')))[:-1])"],
        stdout=-1,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read() == "[0, 1, 2]\n"
