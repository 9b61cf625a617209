"""What `.ci/run` is made of: steps beside each other, told in order, and nothing of them left, however it ends."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MADE = "import os, pathlib; from beside import Step, main; main([{steps}], slots={slots}, spared=lambda: {spared}, last=lambda: {last})"
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """start(*steps, slots=2): the program, begun in a folder of its own; ended with the test if it was not."""
    begun: list[subprocess.Popen[str]] = []

    def run(*steps: str, slots: int = 2, spared: str = "None", last: str = "None") -> subprocess.Popen[str]:
        code = MADE.format(steps=", ".join(f"Step({step})" for step in steps), slots=slots, spared=spared, last=last)
        env = {**os.environ, "PYTHONPATH": str(ROOT / ".ci"), "MARK": str(tmp_path)}
        begun.append(
            subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True)
        )
        return begun[-1]

    yield run
    for process in begun:
        process.kill()
        process.wait()


def script(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return f'command="sh {name}"'


def blocks(out: str) -> list[str]:
    """The headings, in order, without times."""
    return [re.sub(r", [\d.]+ s\)", ")", line) for line in out.splitlines() if re.match(r"== .*\)$", line)]


def left(mark: Path) -> list[str]:
    """Command lines of processes that were begun below a program of `start`."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"MARK={mark}".encode() in environment.read_bytes().split(b"\0"):
                found.append(environment.with_name("cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def test_what_steps_say_is_whole_and_in_order(start: Start, tmp_path: Path) -> None:
    """Claim: the second step ends first, as the first waits for it, and is told second; its lines stand together."""
    os.mkfifo(tmp_path / "gate")
    first = script(tmp_path, "first", "echo one; read line < gate; echo $line")
    second = script(tmp_path, "second", "echo two; echo open > gate; echo three >&2")
    process = start(first, second)
    out = process.communicate()[0]
    assert process.returncode == 0
    assert blocks(out) == ["== sh first (passed)", "== sh second (passed)"]
    assert "one\nopen\n" in out
    assert "two\nthree\n" in out
    assert "2 steps, 0 failed" in out


def test_a_failure_is_told_and_the_others_run_to_their_end(start: Start, tmp_path: Path) -> None:
    """Claim: exit code 1, and each step has its line at the end."""
    process = start(script(tmp_path, "bad", "exit 3"), script(tmp_path, "good", "exit 0"), slots=1)
    out = process.communicate()[0]
    assert process.returncode == 1
    assert re.search(r"s  FAILED    sh bad\n.*s  passed    sh good\n", out)


def test_what_is_kept_apart_runs_one_after_the_other_and_others_beside_it(start: Start, tmp_path: Path) -> None:
    """Claim: whichever of the two says it; a third one takes the free place."""
    os.mkfifo(tmp_path / "gate")
    first = script(tmp_path, "first", "mkdir alone; read line < gate; rmdir alone")
    second = script(tmp_path, "second", "mkdir alone && rmdir alone")
    third = script(tmp_path, "third", "echo open > gate")
    for one, other in ((first, f'{second}, apart="sh first"'), (f'{first}, apart="sh second"', second)):
        process = start(one, other, third)
        out = process.communicate()[0]
        assert process.returncode == 0, out
        assert blocks(out) == ["== sh first (passed)", "== sh second (passed)", "== sh third (passed)"]


def test_what_failed_is_said_again_at_the_very_end(start: Start, tmp_path: Path) -> None:
    """Claim: whoever has the end of a long log alone sees what failed, and its last lines; nothing of what passed."""
    bad = script(tmp_path, "bad", "for n in $(seq 100); do echo bad $n; done; exit 3")
    out = start(bad, script(tmp_path, "good", "echo good"), slots=1).communicate()[0]
    end = out[out.index("== the end of sh bad (FAILED)") :].splitlines()[1:]
    assert end == [f"bad {n}" for n in range(61, 101)]


@pytest.mark.parametrize(
    ("code", "ran"),
    [(0, ["== sh engine (passed)", "== sh with (passed)", "== sh maybe (passed)"]),
     (1, ["== sh engine (absent)", "== sh with (not run)", "== sh without (passed)"])],
)  # fmt: skip
def test_what_comes_after_an_engine_has_what_it_gave_or_does_without(
    code: int, ran: list[str], start: Start, tmp_path: Path
) -> None:
    """Claim: its variable is seen by those after it; where there is none, nothing fails, and the other command runs."""
    engine = script(tmp_path, "engine", f"echo export HOST=there; exit {code}") + ", optional=True, gives=True"
    after = 'after="sh engine"'
    script(tmp_path, "without", 'test -z "$HOST"')
    process = start(
        engine, f'{script(tmp_path, "with", "test $HOST = there")}, {after}, instead=""',
        f'{script(tmp_path, "maybe", "test $HOST = there")}, {after}, instead="sh without"',
    )  # fmt: skip
    out = process.communicate()[0]
    assert (process.returncode, blocks(out)) == (0, ran)


def test_orphans_in_sessions_of_their_own_are_ended(start: Start, tmp_path: Path) -> None:
    """Claim: a step that passes and leaves something running leaves nothing of it behind; what is spared is ended by `last`."""
    orphan = script(tmp_path, "orphan", "setsid sleep 1000 & setsid sleep 2000 & echo $! > spared; exit 0")
    spared, last = "int(pathlib.Path('spared').read_text())", "os.kill(int(pathlib.Path('spared').read_text()), 9)"
    process = start(orphan, spared=spared, last=f"(print('alive', os.path.exists('/proc/' + pathlib.Path('spared').read_text().strip())), {last})")  # fmt: skip
    out = process.communicate()[0]
    assert process.returncode == 0
    assert "alive True" in out
    assert left(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("whom", ["parent", "child"])
def test_whoever_is_killed_nothing_is_left(number: signal.Signals, whom: str, start: Start, tmp_path: Path) -> None:
    """Claim: a step, what it started, and what ignores SIGTERM in a session of its own end with either process of the program."""
    os.mkfifo(tmp_path / "ready")
    step = script(tmp_path, "step", "setsid sleep 1000 & echo begun; echo $PPID > ready; sleep 2000")
    process = start(step)
    child = int((tmp_path / "ready").read_text())
    os.kill(process.pid if whom == "parent" else child, number)
    out = process.communicate()[0]
    assert process.returncode in (1, 128 + number, -number)
    assert left(tmp_path) == []
    if number != signal.SIGKILL:
        assert f"sh step, as far as it came\nbegun\n\n\n== stopped by {number.name}" in out


def test_ci_runs_what_the_readme_says_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: the README's two commands come first, the tests before verify, which drives every world, and no step is missing."""
    monkeypatch.syspath_prepend(str(ROOT / ".ci"))
    made: dict[str, object] = {"__name__": "steps", "__file__": str(ROOT / ".ci/steps.py")}
    exec(compile((ROOT / ".ci/steps.py").read_text(), ".ci/steps.py", "exec"), made)
    commands = [step.command for step in made["STEPS"]]  # type: ignore[attr-defined]
    readme = re.findall(r"^    (\./dev \w+)", (ROOT / "README.md").read_text(), re.MULTILINE)[:2]
    assert {command.partition(" --")[0] for command in commands[:2]} == set(readme)
    assert commands[0] == "./dev tests"
    assert commands[1].endswith(" --vary all --own")
    assert {"./dev lint", "./dev slow", "./dev migration", "./dev targets", "./dev tiers --require docker"} <= set(
        commands
    )


@pytest.mark.parametrize("by", [[], ["sh"], ["bash"]], ids=("itself", "sh", "bash"))
def test_ci_begins_whatever_shell_calls_it(tmp_path: Path, by: list[str]) -> None:
    """Claim: as a program and as an argument of a shell, from any folder, it is the steps that run, with their exit code."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", tmp_path / ".ci/run")
    (tmp_path / ".ci/steps.py").write_text("print('these are the steps')\nraise SystemExit(7)\n")
    for run, cwd in ((".ci/run", tmp_path), (str(tmp_path / ".ci/run"), Path("/"))):
        done = subprocess.run([*by, run], cwd=cwd, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr, done.returncode) == ("these are the steps\n", "", 7)
