"""A small project whose last run drove two scenarios, of which both came to another price than is locked."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.core.history import CellHistory
from harness.verb.accepting import CI
from tests.jobs.golden.test_verb import RATES, SCENARIO, TOML
from tests.judge.ledgers import lawful_text
from tests.store.streams import told, write_run
from tests.watched import WATCHED

NAMES = ("writer/generate_content", "writer/other")
CHEAP, DEARER, DEAREST = (lawful_text(((820, tokens),)) for tokens in (1310, 1710, 2310))
"""22, 26 and 32 credits."""


def set_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project in `folder`, which is where the test is now; its goldens are of the cheap run."""
    (folder / "golden_cases/writer").mkdir(parents=True)
    for below in ("golden_cases", "golden_cases/writer"):
        (folder / below / "__init__.py").write_text("")
    for name in NAMES:
        (folder / "golden_cases" / f"{name}.py").write_text(SCENARIO.replace(NAMES[0], name))
    (folder / "harness.toml").write_text(TOML)
    (folder / "rates.toml").write_text(RATES)
    monkeypatch.chdir(folder)
    for name in CI:
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in sys.modules if name.split(".")[0] == "golden_cases"]:
        monkeypatch.delitem(sys.modules, name)
    drive(folder, CHEAP, CHEAP)
    return folder


def drive(folder: Path, *cells: CellHistory) -> None:
    """The last run is one of these, a cell for each scenario, on both of its paths."""
    where = folder / "runs/latest"
    where.mkdir(parents=True, exist_ok=True)
    (where / "history.ndjson").unlink(missing_ok=True)
    every = [
        told(replace(cell, scenario=name, path=path, cell=f"{name}@{path}"))
        for name, cell in zip(NAMES, cells, strict=True)
        for path in ("manual", "automation")
    ]
    write_run(where / "history.ndjson", every, tables=WATCHED)
