"""The plugin in the hands of a backend team: what passes, what fails and with which words, and that it keeps out of the way."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from harness.core.phase import LAST
from tests.sampled import sampled

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(__file__).with_name("samples")
pytestmark = pytest.mark.stack

SAID = {
    "test_a_mischarge": (
        "planner/cluster_keywords@manual is not as locked",
        "golden: the outcome is the locked one (+2 credits)",
        "7 credits charged where the golden has 5 (+2)",
    ),
    "test_a_balance_without_a_transaction": (
        "law-1: balance = opening + sum of amounts",
        "account: the balance is 40, its 0 transactions say 50 (-10 credits unexplained)",
    ),
    "test_a_charge_off_the_rate_card": ("clustering: 9 credits charged, the rate card says 7 (+2)",),
    "test_a_deduction_beyond_its_log": (
        "law-4: clustering: 9 credits deducted for 1 unit(s), and no usage log says so",
        "law-4: clustering: a usage log of 7 credits for 1 unit(s), and no deduction says so",
    ),
    "test_a_deduction_made_twice": ("law-4: clustering: 7 credits deducted for 1 unit(s), and no usage log says so",),
    "test_a_test_that_ends_the_process": ("LeftEarly: os._exit(0) would have ended",),
    "test_a_task_that_fails": ("igny8_core.ai.tasks.run_ai_task ended in FAILURE: ",),
    "test_a_task_that_nobody_ran": ("sent and never applied: igny8_core.ai.tasks.run_ai_task",),
    "test_a_first_tape_that_was_not_played": ("recorded but never asked for: openai/planner/cluster_keywords #0",),
    "test_a_cell_that_no_folder_holds": ("no/where@manual: nothing was judged, so nothing is shown",),
    "test_a_call_that_nobody_recorded": (
        "openai POST /v1/chat/completions call 1: no recording matches this request",
        "recorded but never asked for: openai/planner/cluster_keywords #0",
    ),
    "test_a_recording_that_nobody_asked_for": ("recorded but never asked for: openai/planner/cluster_keywords #0",),
    "test_drive_in_a_transaction": (
        "drive() resets and commits, so it cannot stand in a test with a database transaction",
    ),
    "test_a_name_of_several_cells": ("'planner/cluster_keywords' is 3 cells",),
    "test_a_ledger_of_nobody": ("ledger(987654): there is no such account in igny8_accounts",),
}


APART = (
    "anyio",
    "faker",
    "hypothesispytest",
    "platformdirs",
    "schemathesis",
    "time_machine",
    "valkey",
    "xdist",
    "xdist.looponfail",
)
"""Plugins that have no part in what is shown, and take three CPU seconds of every start; one run has them all."""
ALONE = [word for name in APART for word in ("-p", f"no:{name}")]


def run(
    folder: Path,
    *words: str,
    config: str | None = None,
    others: bool = False,
    env: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.CompletedProcess[str]:
    ini = folder / "pytest.ini"
    own = f"harness_config = {config or ROOT / 'harness.toml'}\n"
    ini.write_text(
        f"[pytest]\nDJANGO_SETTINGS_MODULE = igny8_core.settings\npython_files = sample_*.py test_*.py\n{own}"
    )
    command = [sys.executable, "-m", "pytest", "-c", str(ini), "-p", "no:cacheprovider", "-p", "no:randomly"]
    command += [*([] if others else ALONE), *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=240, env={**os.environ, **env}
    )


@pytest.fixture(scope="module")
def bad(tmp_path_factory) -> str:
    return run(tmp_path_factory.mktemp("bad"), str(SAMPLES / "sample_bad.py")).stdout


def test_what_should_pass_passes(tmp_path):
    """Claim: cells, a ledger in the test's own transaction, tasks, schedule and the closed network, in one session."""
    done = run(tmp_path, str(SAMPLES / "sample_good.py"), "-v", others=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "harness: igny8-reference at phase 0" in done.stdout
    assert done.stdout.count("PASSED") == 10
    assert "test_cells_are_as_locked[writer/images_worker_killed@manual] PASSED" in done.stdout


@pytest.mark.parametrize("name", SAID)
def test_what_should_fail_says_why(bad, name):
    """Claim: each mistake fails its own test and no other, in the report's own words."""
    told = re.search(rf"^_+ (?:ERROR at teardown of )?{name} _+$(.*?)^(?:_{{3,}} |=+ )", bad, re.MULTILINE | re.DOTALL)
    assert told, bad
    for words in SAID[name]:
        assert words in told[1]


def test_every_bad_sample_is_accounted_for(bad):
    """Claim: nothing passes among what must not. Wrong tapes and tasks left behind fail when their tests are torn down."""
    assert "10 failed, 5 passed, 5 errors" in bad


@pytest.mark.slow
@pytest.mark.parametrize("phase", sampled((0, LAST), (LAST,)))
def test_the_backends_own_suite_runs_on_the_harness(tmp_path, phase):
    """Claim: Django test cases, transactions, migrations and Celery's own eager mode work as with Django's runner."""
    from harness.backend.at_phase import at_phase
    from harness.backend.description import load

    root = at_phase(load(ROOT / "harness.toml"), phase).root
    done = run(
        tmp_path, "-q", "--rootdir", str(root), "--harness-phase", str(phase), str(root / "igny8_core" / "tests")
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert re.search(r"^\d\d passed", done.stdout, re.MULTILINE), done.stdout


KEYS = """
import os

def test_keys():
    assert "real" not in repr(dict(os.environ))
    assert os.environ["OPENAI_API_KEY"].startswith("sk-replay")
    assert os.environ["COVERAGE_ANYTHING"] == "kept"
"""


def test_what_a_developers_shell_holds_is_not_the_targets(tmp_path):
    """Claim: no key of it is in the target's environment, what tools are told is; the header says what is not held in one process."""
    (tmp_path / "test_keys.py").write_text(KEYS)
    held = {"OPENAI_API_KEY": "sk-real", "DEPLOY_TOKEN": "real", "SSH_AUTH_SOCK": "/real", "COVERAGE_ANYTHING": "kept"}
    done = run(tmp_path, str(tmp_path / "test_keys.py"), env=held)
    assert done.returncode == 0, done.stdout + done.stderr
    said = next(line for line in done.stdout.splitlines() if line.startswith("harness: not held: "))
    assert "files that only this user may read" in said
    assert "networks, for what is not Python" in said


def test_a_broken_description_is_a_usage_error(tmp_path):
    """Claim: pytest stops with the harness's message, hint and code before any test."""
    done = run(tmp_path, config="nowhere/harness.toml")
    assert done.returncode == 4
    assert "no harness.toml at" in done.stderr
    assert "code: config-missing" in done.stderr


def test_a_pattern_that_fits_no_cell_is_a_usage_error(tmp_path):
    """Claim: a mark that leaves no cell would be a test that asserts nothing."""
    file = tmp_path / "test_none.py"
    file.write_text("import pytest\n\n@pytest.mark.cells('writer/nothing')\ndef test(cell, drive): drive(cell)\n")
    done = run(tmp_path, str(file))
    assert done.returncode != 0
    assert "nothing is called 'writer/nothing'" in done.stdout + done.stderr


def test_without_a_description_it_is_not_there(tmp_path):
    """Claim: a project that names no harness.toml has no fixture of ours, no header and no blocked network."""
    (tmp_path / "test_plain.py").write_text("def test(): pass\n\ndef test_cell(cell): pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:django", *ALONE, "--rootdir", str(tmp_path), "."],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert "harness:" not in done.stdout
    assert "fixture 'cell' not found" in done.stdout
    assert "1 passed, 1 error" in done.stdout


def test_a_breakpoint_in_a_task_stops_at_the_terminal(tmp_path):
    """Claim: run_tasks() applies tasks in pytest's own thread, so its debugger has the terminal."""
    (tmp_path / "test_stops.py").write_text(
        "import pytest\n\n"
        "@pytest.mark.django_db\n"
        "def test_stops(run_tasks, monkeypatch):\n"
        "    from igny8_core.ai import tasks\n"
        "    monkeypatch.setattr(tasks, 'Account', None)\n"
        "    monkeypatch.setattr(tasks, 'RunResult', lambda name: breakpoint())\n"
        "    tasks.process_image_generation_queue.delay([], 1)\n"
        "    run_tasks()\n"
    )
    (tmp_path / "pytest.ini").write_text(
        f"[pytest]\nDJANGO_SETTINGS_MODULE = igny8_core.settings\nharness_config = {ROOT / 'harness.toml'}\n"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execv(sys.executable, [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no", *ALONE])
    told = b""
    try:
        while b"(Pdb) " not in told:
            told += os.read(terminal, 4096)
        os.write(terminal, b"p 6 * 7\nq\n")
        with contextlib.suppress(OSError):  # how a terminal's end is read
            while piece := os.read(terminal, 4096):
                told += piece
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
    assert "\r\n42\r\n" in told.decode()


def test_a_killed_pytest_leaves_nothing(tmp_path):
    """Claim: kill -9 in the middle of a test, and database, broker, fake and folder are gone once the guard has ended."""
    (tmp_path / "test_hangs.py").write_text(
        "import os, signal\n\n"
        "def test_hangs(harness_session, django_db_setup):\n"
        "    folder = harness_session.island.run_dir\n"
        "    own = [p for p in os.listdir('/proc') if p.isdigit() and str(folder).encode() in environ(p)]\n"
        f"    open({str(tmp_path / 'told')!r}, 'w').write(' '.join([str(folder), *own]))\n"
        f"    os.mkfifo({str(tmp_path / 'pipe')!r}); open({str(tmp_path / 'pipe')!r}).read()\n\n"
        "def environ(p):\n"
        "    try: return open(f'/proc/{p}/environ', 'rb').read() + open(f'/proc/{p}/cmdline', 'rb').read()"
        " + os.readlink(f'/proc/{p}/cwd').encode()\n"
        "    except OSError: return b''\n"
    )
    ini = tmp_path / "pytest.ini"
    ini.write_text(
        f"[pytest]\nDJANGO_SETTINGS_MODULE = igny8_core.settings\nharness_config = {ROOT / 'harness.toml'}\n"
    )
    command = [sys.executable, "-m", "pytest", "-c", str(ini), "-p", "no:cacheprovider", *ALONE, "-s", str(tmp_path)]
    program = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    end = os.pidfd_open(program.pid)
    try:
        while not (tmp_path / "pipe").exists():
            assert not select.select([end], [], [], 0.02)[0], program.communicate()[0].decode()
        folder, *pids = (tmp_path / "told").read_text().split()
        ends = [os.pidfd_open(int(pid)) for pid in pids if Path("/proc", pid).exists()]
        assert len(ends) >= 4, "database, broker, fake and guard at least"
    finally:
        program.send_signal(signal.SIGKILL)
        program.communicate()
    for one in (*ends, end):
        assert select.select([one], [], [], 30)[0], "still running"
        os.close(one)
    assert not Path(folder).exists()
