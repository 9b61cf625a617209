"""What notes the code that runs: in programs of a small target, each a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.stack.roles import trace
from harness.store import arcs

SHAPES = """
import asyncio, contextlib

def generated(n):
    for i in range(n):
        if i % 2:
            yield i
        else:
            yield -i

def delegated(n):
    x = yield from generated(n)
    return x

def raising(x):
    if x:
        raise ValueError(x)

def with_another(x):
    with contextlib.suppress(ValueError):
        if x:
            return 1
        int("a")
    return 2

def tried(x):
    try:
        int(x)
    except ValueError:
        return 1
    except TypeError:
        return 2
    else:
        y = 1
    finally:
        z = 2
    return y

async def awaited(n):
    for i in range(n):
        await asyncio.sleep(0)
        if i == 1:
            break
    else:
        return 3
    return 4

def gathered(n):
    return [i for i in range(n) if i], {k: v for k, v in zip("ab", "cd")}, (lambda: 1)()

def main():
    list(generated(3)); next(generated(1)); list(delegated(2))
    half = generated(5); next(half); half.close()
    for x in (0, 1):
        with contextlib.suppress(ValueError):
            raising(x)
        with_another(x)
    for x in ("1", "x", None):
        tried(x)
    asyncio.run(awaited(3)); asyncio.run(awaited(1))
    gathered(3)
"""


class Target:
    """A folder with the modules of a small target; `run` is one program of it, whose cells `running` names."""

    def __init__(self, folder: Path) -> None:
        self.root, self.folder = folder / "target", folder
        self.root.mkdir()
        self.trace = trace.install(SimpleNamespace(traced=True, root=self.root), folder)  # type: ignore[arg-type]

    def module(self, name: str, source: str) -> None:
        (self.root / f"{name}.py").write_text(textwrap.dedent(source))

    def begin(self, program: str) -> subprocess.Popen[str]:
        env = trace.environment(self.trace, {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"})
        words = [sys.executable, "-c", textwrap.dedent(program)]
        return subprocess.Popen(
            words,
            cwd=self.root,
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, program: str) -> str:
        out, err = self.begin(program).communicate(timeout=60)
        assert err == ""
        return out

    def seen(self) -> arcs.Arcs:
        assert self.trace.folder is not None
        return arcs.noted(self.trace.folder / trace.ARCS, self.trace.cells)


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(tmp_path)


ONE = """
def one(x):
    if x:
        return 1
    return 2
"""


def test_arcs_are_those_of_coverage_but_for_what_leaves_by_an_exception(target: Target):
    """Claim: branches, generators, what is awaited and what is left early: line by line as coverage.py's own tracer has them."""
    target.module("shapes", SHAPES)
    target.run("import shapes; shapes.main()")
    program = """
        import json, shapes
        from coverage import Coverage
        coverage = Coverage(data_file=None, branch=True, include=[shapes.__file__], config_file=False)
        coverage.start(); shapes.main(); coverage.stop()
        print(json.dumps(coverage.get_data().arcs(shapes.__file__)))
    """
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(target.root)}
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], env=env, capture_output=True, text=True, check=True
    )
    theirs = {(since, to) for since, to in json.loads(told.stdout)}
    ours = target.seen()[""]["shapes.py"]
    assert theirs - ours == {(17, -15)}  # `raise`
    functions = [number for number, line in enumerate(SHAPES.splitlines(), 1) if "def " in line]
    at_import = {arc for arc in ours - theirs if {*map(abs, arc)} <= {1, 2, *functions}}
    assert ours - theirs == at_import


def test_what_a_killed_process_ran_is_noted(target: Target):
    """Claim: SIGKILL and os._exit lose nothing."""
    target.module("work", ONE)
    target.run("import os, work; work.one(0); os._exit(0)")
    process = target.begin("import os, signal, work; work.one(1); os.kill(os.getpid(), signal.SIGKILL)")
    process.communicate(timeout=60)
    assert process.returncode == -9
    assert {(3, 4), (3, 5)} <= target.seen()[""]["work.py"]


def test_forks_and_threads_are_followed(target: Target):
    target.module("work", ONE)
    target.run("""
        import os, threading, work
        if not os.fork():
            work.one(0)
            os._exit(0)
        os.wait()
        thread = threading.Thread(target=work.one, args=(1,))
        thread.start(); thread.join()
    """)
    assert {(3, 4), (3, 5)} <= target.seen()[""]["work.py"]


def test_each_cell_has_what_ran_in_it(target: Target):
    """Claim: the same process tells two cells apart, and what runs while none does is nobody's; what both ran, both have."""
    target.module("work", ONE)
    process = target.begin("""
        import sys, work
        for line in sys.stdin:
            work.one(int(line))
            print("done", flush=True)
    """)
    assert process.stdin is not None
    assert process.stdout is not None
    for cell, given in (("a@manual", 1), ("b@manual", 0), ("", 0), ("a@manual", 1)):
        trace.running(target.trace, cell)
        process.stdin.write(f"{given}\n")
        process.stdin.flush()
        process.stdout.readline()
    process.communicate(timeout=60)
    seen = target.seen()
    assert ((3, 4) in seen["a@manual"]["work.py"], (3, 5) in seen["a@manual"]["work.py"]) == (True, False)
    assert ((3, 4) in seen["b@manual"]["work.py"], (3, 5) in seen["b@manual"]["work.py"]) == (False, True)
    assert (-2, 3) in seen["a@manual"]["work.py"] & seen["b@manual"]["work.py"]
    assert (3, 4) not in seen[""]["work.py"]


def test_a_run_that_boots_again_goes_on_where_it_was(target: Target):
    """Claim: what ran on the first stack stays, and a cell of the second has a number of its own."""
    target.module("work", ONE)
    trace.running(target.trace, "a@manual")
    target.run("import work; work.one(1)")
    target.trace = trace.install(SimpleNamespace(traced=True, root=target.root), target.folder)  # type: ignore[arg-type]
    target.run("import work; work.one(0)")
    trace.running(target.trace, "b@manual")
    target.run("import work; work.one(0)")
    found = {cell: {(3, 4), (3, 5)} & files["work.py"] for cell, files in target.seen().items()}
    assert found == {"a@manual": {(3, 4)}, "": {(3, 5)}, "b@manual": {(3, 5)}}


def test_what_closes_all_files_neither_loses_arcs_nor_gets_them(target: Target):
    """Claim: a daemon may close what it finds and open its own under the number: that file stays as it is."""
    target.module("work", ONE)
    target.run("""
        import os, work
        os.closerange(3, 4096)
        own = os.open("own", os.O_CREAT | os.O_RDWR)
        for number in range(3, 900):
            os.dup2(own, number)
        work.one(1)
    """)
    assert (3, 4) in target.seen()[""]["work.py"]
    assert (target.root / "own").read_text() == ""


def test_what_is_elsewhere_is_not_followed(target: Target):
    """Claim: no library, nothing that is installed below the root, no code without a file."""
    installed = target.root / "lib" / "site-packages"
    installed.mkdir(parents=True)
    (installed / "bought.py").write_text(ONE)
    target.run("""
        import sys, json
        sys.path.insert(0, "lib/site-packages")
        import bought
        bought.one(1); json.dumps({})
        exec("def made():\\n    return 1\\nmade()")
    """)
    assert target.seen() == {}


def test_the_hook_that_it_hides_runs_too(target: Target):
    folder = target.folder / "next"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("print('the next one')\n")
    env = trace.environment(target.trace, {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)})
    told = subprocess.run([sys.executable, "-c", "print('hello')"], env=env, capture_output=True, text=True, check=True)
    assert (told.stdout, told.stderr) == ("the next one\nhello\n", "")


def test_nothing_is_there_where_nobody_asks(tmp_path: Path):
    """Claim: off, no file is made, the environment is as it was, and a cell that begins writes nothing."""
    off = trace.install(SimpleNamespace(traced=False, root=tmp_path), tmp_path)  # type: ignore[arg-type]
    assert trace.environment(off, {"PATH": "x"}) == {"PATH": "x"}
    trace.running(off, "a@manual")
    assert (off, list(tmp_path.iterdir())) == (trace.OFF, [])
