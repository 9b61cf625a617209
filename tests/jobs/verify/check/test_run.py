"""An older run that is not as it was driven is refused before anything is said of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.jobs.verify.check import run as job
from harness.store import history
from harness.store import runs as store
from tests.judge.ledgers import lawful_text
from tests.store.streams import told, write_run


def stored(folder: Path, name: str, cells: int = 1) -> Path:
    """A run with its verdict, in `folder`."""
    run = folder / name
    run.mkdir()
    write_run(run / store.HISTORY, [told(lawful_text())] * cells)
    store.write_verdict(run, (), {"history_sha256": history.sealed(run / store.HISTORY)})
    return run


def refused(older: Path, run: Path) -> tuple[str, str]:
    with pytest.raises(HarnessError) as seen:
        job._untouched(older, run)
    return seen.value.code, seen.value.message


def test_an_older_run_that_is_as_it_was_driven_is_taken(tmp_path: Path):
    job._untouched(stored(tmp_path, "older"), stored(tmp_path, "run"))


def test_a_history_that_is_cut_off_or_empty_or_another_s_is_refused(tmp_path: Path):
    """Claim: each by its own words; "the harness alone" was said of all of them."""
    run, cut, empty, swapped = (stored(tmp_path, name) for name in ("run", "cut", "empty", "swapped"))
    text = (cut / store.HISTORY).read_bytes()
    (cut / store.HISTORY).write_bytes(text[:-40])
    (empty / store.HISTORY).write_bytes(b"")
    shutil.copy(stored(tmp_path, "two", cells=2) / store.HISTORY, swapped / store.HISTORY)
    assert refused(cut, run) == ("history-other", "the history of cut is cut off")
    assert refused(empty, run) == ("history-other", "the history of empty is cut off")
    said = "the history of swapped is not the one that its verdict was made of"
    assert refused(swapped, run) == ("history-other", said)


def test_a_run_is_not_held_against_itself(tmp_path: Path):
    run = stored(tmp_path, "run")
    assert refused(run, run)[0] == "check-itself"
