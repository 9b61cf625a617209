"""The clock of a cell in a process of its own: where it goes, and what of the process stays as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from harness.stack.roles import clockhook

ASKED = """
import datetime, sys, time
before = time.time()
hook = sys.modules["harness_clock"]
hook.follow()
now = datetime.datetime.now()
utc = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
print(time.tzname[0], round((now - utc).total_seconds() / 60), round((time.time() - before) / 86400))
"""


@pytest.mark.parametrize(
    ("zone", "told"), [("Asia/Tokyo", "JST 540 30"), ("Asia/Kolkata", "IST 330 30"), ("UTC", "UTC 0 30")]
)
def test_a_clock_that_goes_ahead_leaves_the_zone_of_the_process(tmp_path, zone, told):
    """Claim: a worker whose machine stands elsewhere says its own local time after the clock was moved, too."""
    shutil.copyfile(str(clockhook.__file__), tmp_path / "sitecustomize.py")
    (tmp_path / "ahead").write_text(str(30 * 86400))
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(tmp_path),
        "HARNESS_CLOCK": str(tmp_path / "ahead"),
        "TZ": zone,
    }
    done = subprocess.run([sys.executable, "-c", ASKED], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == told
