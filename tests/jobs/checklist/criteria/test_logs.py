"""Rotated files are one log; logs that are missing or torn are never a quiet week."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.jobs.checklist.criteria.logs import read_logs


def test_rotated_logs_are_one_log(tmp_path: Path):
    """web.log, web.log.1 and web.log.2.gz; other files are not read."""
    (tmp_path / "web.log").write_text("2026-01-20 12:00:00 INFO a\n")
    (tmp_path / "web.log.1").write_text("2026-01-13 12:00:00 ERROR b\n")
    with gzip.open(tmp_path / "web.log.2.gz", "wt") as packed:
        packed.write("2026-01-06 12:00:00 INFO c\n")
    (tmp_path / "notes.txt").write_text("2026-01-01 12:00:00 ERROR d\n")
    seen = read_logs(tmp_path, ())
    assert list(seen) == ["web"]
    assert (seen["web"].first.day, seen["web"].last.day, seen["web"].errors.total()) == (6, 20, 1)


def test_missing_logs_are_an_error_and_not_a_quiet_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An empty folder, a torn archive, no docker, and a container that does not exist."""
    with pytest.raises(HarnessError, match="no logs in"):
        read_logs(tmp_path, ())
    (tmp_path / "web.log.gz").write_bytes(gzip.compress(b"2026-01-20 12:00:00 INFO a\n")[:-9])
    with pytest.raises(HarnessError, match="cannot read"):
        read_logs(tmp_path, ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HarnessError, match="docker cannot be started"):
        read_logs(None, ("igny8_backend",))
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho 2026-01-20T12:00:00Z $2 $3\n[ $3 = igny8 ] || exit 1\n")
    docker.chmod(0o755)
    assert read_logs(None, ("igny8",))["igny8"].last.year == 2026
    with pytest.raises(HarnessError, match="docker logs gone failed: 2026-01-20T12:00:00Z --timestamps gone"):
        read_logs(None, ("gone",))
