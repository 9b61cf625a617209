"""What a role finds on its path, and as whom it runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from harness.backend.python import interpreter
from harness.backend.python.interpreter import Interpreter
from harness.stack.roles import environment

APART = Interpreter(executable="/venv/bin/python", version="3.12.1", prefix="/venv", said_by="venv", packages={})


def test_programs_of_the_harness_do_not_stand_in_for_the_targets(tmp_path, monkeypatch):
    """Claim: the target's come first; the harness's own celery is not found where the target has none."""
    own = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([own, "/usr/bin"]))
    assert environment.base(tmp_path, tmp_path, APART)["PATH"] == "/venv/bin:/usr/bin"
    assert environment.base(tmp_path, tmp_path, interpreter.own())["PATH"] == f"{own}:{own}:/usr/bin"


@pytest.mark.parametrize(("user", "forced"), [(0, "1"), (1000, None)])
def test_a_worker_may_run_as_root(tmp_path, monkeypatch, user, forced):
    """Claim: Celery refuses root where messages may be pickled; an ordinary user needs no word for it."""
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert environment.base(tmp_path, tmp_path, APART).get("C_FORCE_ROOT") == forced
