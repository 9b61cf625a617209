"""Who reads what a command says, and whether anybody does, changes nothing of its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.whole.workshop import MAIN

ROOT = Path(__file__).resolve().parents[2]
LONG = f"import rich.console; rich.console.Console().print('x\\n' * 100_000); print('y' * 100_000); {MAIN}"
"""More than a pipe holds, through both ways in which anything is said, and then a command."""


def run(code: str, *words: str, **streams) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, *words], cwd=ROOT, stderr=subprocess.PIPE, **streams)


@pytest.mark.parametrize("words", [("golden", "list"), ("verify", "--plan"), ("--help",)], ids=" ".join)
def test_a_reader_who_has_left_changes_nothing(words):
    """Claim: it was 1 or 3, with a traceback, behind `| head -1`."""
    code = f"from harness.cli import streams; streams.settle(); {LONG}"
    reads, writes = os.pipe()
    process = run(code, *words, stdout=writes)
    os.close(writes)
    os.close(reads)
    assert (process.communicate(timeout=120)[1], process.returncode) == (b"", 0)


def test_what_cannot_be_kept_is_no_pass():
    """Claim: a full disk is not a reader who has left: the verdict was not told."""
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        process = run(MAIN, "golden", "list", "--json", stdout=full)
        said = process.communicate(timeout=120)[1]
    assert process.returncode not in (0, 1)
    assert b"No space left on device" in said


def test_a_closed_stream_is_nobody_elses():
    """Claim: the first file that is opened is not what every program below writes its output to."""
    code = (
        "import os; from harness.cli import streams; streams.settle(); print('lost'); os._exit(os.open('/dev/zero', 0))"
    )
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -c "{code}" <&- >&- 2>&-', sys.executable], cwd=ROOT, check=False
    )
    assert done.returncode > 2


def test_a_terminal_that_lacks_a_sign_is_told_its_escape():
    """Claim: the encoding of a terminal is no reason for a traceback."""
    code = "from harness.cli import streams; streams.settle(); print('1 … 2')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "1 \\u2026 2\n")
