"""The clock of a cell in a process of its own: where it goes, and what of the process stays as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.core.config import Role
from harness.stack.roles import clock, clockhook

ASKED = """
import datetime, sys, time
before = time.time()
hook = sys.modules["harness_clock"]
hook.follow()
now = datetime.datetime.now()
utc = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
print(time.tzname[0], round((now - utc).total_seconds() / 60), round((time.time() - before) / 86400))
"""


LATER = """
import sys, time
hook = sys.modules["harness_clock"]
hook.follow()
begun = time.perf_counter()
while time.perf_counter() - begun < 0.2:
    pass  # nobody asks what time it is
print(min(abs(time.time() - hook.real() - 30 * 86400) for _ in range(5)))
"""


def run(folder: Path, program: str, **env: str) -> str:
    """What `program` prints where the clock of the cell is thirty days ahead."""
    shutil.copyfile(str(clockhook.__file__), folder / "sitecustomize.py")
    (folder / "ahead").write_text(str(30 * 86400))
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "HARNESS_CLOCK": str(folder / "ahead")}
    done = subprocess.run(
        [sys.executable, "-c", program], env={**base, **env}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("zone", "told"), [("Asia/Tokyo", "JST 540 30"), ("Asia/Kolkata", "IST 330 30"), ("UTC", "UTC 0 30")]
)
def test_a_clock_that_goes_ahead_leaves_the_zone_of_the_process(tmp_path, zone, told):
    """Claim: a worker whose machine stands elsewhere says its own local time after the clock was moved, too."""
    assert run(tmp_path, ASKED, TZ=zone) == told


def test_a_moved_clock_ticks_before_anybody_has_asked_it(tmp_path):
    """Claim: two programs that went there at different moments agree: what a fifth of a second later is asked says so."""
    assert float(run(tmp_path, LATER)) < 0.1


@pytest.mark.parametrize(("env", "days"), [({}, "0"), ({clockhook.FROM_THE_START: "1"}, "30")])
def test_a_program_that_neither_serves_nor_takes_tasks_is_there_from_its_first_line(tmp_path, env, days):
    """Claim: what beat or a daemon works out as it begins is of the cell's day."""
    now = "import sys, time; print(round((time.time() - sys.modules['harness_clock'].real()) / 86400))"
    assert run(tmp_path, now, **env) == days


@pytest.mark.parametrize(
    ("role", "always"),
    [
        (Role(name="beat", command=("celery", "-A", "shop", "beat"), ready="line:beat: Starting", like="beat"), True),
        (Role(name="clock", command=("python", "manage.py", "run_jobs"), ready="spawn"), True),
        (Role(name="web", command=("gunicorn", "shop.wsgi"), ready="http:/"), False),
        (Role(name="worker", command=("celery", "worker"), ready="celery", like="worker"), False),
        (Role(name="slow", command=("celery", "-A", "shop", "worker", "-Q", "slow"), ready="spawn"), False),
    ],
    ids=lambda value: value.name if isinstance(value, Role) else str(value),
)
def test_which_roles_go_by_it_all_the_time(role: Role, always: bool, tmp_path):
    """Claim: a worker's main process stays in the broker's time, whoever described it; where no clock can be moved nobody is told to."""
    moved = clock.Clock(file=tmp_path / "ahead")
    assert bool(clock.of_role(moved, role)) is always
    assert clock.of_role(clock.REAL, role) == {}
