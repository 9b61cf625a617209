"""Runs that did the same have the same canonical history, and a stored run is judged the same way again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.backend import description
from harness.judge.golden import canonical
from harness.run.judged import as_driven
from harness.store import history
from tests.whole import workshop
from tests.whole.workshop import Workshop

pytestmark = pytest.mark.stack

CELLS = (
    "planner/cluster_keywords",
    "writer/images_half_failing@manual",
    "writer/content_low_balance@manual",
    "linker/generate_links",
    "automation/multiple_schedules",
)
GOLDEN = "scenarios/planner/cluster_keywords.golden.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """The same cells driven twice: on two kinds of island where the machine has both, and with roles that were forked, then cold."""

    place: Workshop
    runs: tuple[Path, Path]


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory, cache, warm) -> Twice:
    place = workshop.set_up(tmp_path_factory.mktemp("twice"), cache, backend=False, copies=("scenarios",))
    words = [word for cell in CELLS for word in ("--only", cell)]
    for name, isolation in (("one", "auto"), ("two", "hook")):
        if name == "two":
            place.edit("harness.toml", "[harness]\n", "[harness]\nzygote = false\n")
        told = place.harness("verify", *words, "--isolation", isolation, "--runs", name)
        assert told.code == 0, told.out + told.err
    return Twice(place=place, runs=tuple((place.folder / name / "latest").resolve() for name in ("one", "two")))


def judged(run: Path) -> list[dict]:
    return json.loads((run / "verdict.json").read_text())["verdicts"]


@pytest.mark.slow
def test_two_runs_have_the_same_canonical_history(twice):
    """Claim: byte for byte, on whichever island, roles forked or cold; the histories themselves differ, in times and uuids at least."""
    ledger = as_driven(description.load(twice.place.config), twice.runs[0]).ledger
    files = [run / "history.ndjson" for run in twice.runs]
    one, two = (canonical.canonical_bytes(history.events(file), ledger) for file in files)
    assert one.decode().splitlines() == two.decode().splitlines()
    assert one == two
    assert one.count(b'"operation_type"') > 0
    assert files[0].read_bytes() != files[1].read_bytes()


def test_a_stored_run_is_judged_the_same_again(twice):
    """Claim: `check` boots nothing and comes to the same verdicts, the known-wrong ones among them, with exit code 0."""
    run = twice.runs[0]
    before = judged(run)
    assert any(verdict["finding"] for verdict in before)
    told = twice.place.harness("check", str(run))
    assert told.code == 0, told.out + told.err
    assert "PASS, with 1 finding known to be wrong" in told.out
    assert judged(run) == before


def test_a_changed_golden_fails_a_stored_run(twice):
    """Claim: the golden of now is what counts; the difference is told in credits; with the old golden it passes again."""
    place, run = twice.place, twice.runs[1]
    kept = (place.folder / GOLDEN).read_text()
    place.edit(GOLDEN, "closing = 495", "closing = 496")
    told = place.harness("check", str(run))
    assert told.code == 1, told.out + told.err
    for path in ("manual", "automation", "scheduled"):
        golden = told.failures(f"planner/cluster_keywords@{path}")["golden"]
        assert golden[0] == "5 credits charged where the golden has 4 (+1)"
    (place.folder / GOLDEN).write_text(kept)
    assert place.harness("check", str(run)).code == 0


ANOTHER = """
import harness
from harness.judge import checks
from harness.judge.golden import canonical
from harness.judge.result import breaks
harness.__version__ = "0.9.0"
checks.CELL_CHECKERS["law-8"] = ("refunds are told", lambda cell, context: breaks(["no refund is told"]))
real = canonical.canonical_hash
canonical.canonical_hash = lambda *read: real(*read)[::-1]
"""
"""A harness with another version, another law and another canonical form."""


def test_what_only_the_harness_changed_is_told_from_what_the_target_did(twice):
    """Claim: a run of before is judged by the harness of now, and what that says otherwise is the harness's; it is left as it is."""
    place, (older, run) = twice.place, twice.runs
    before = (older / "verdict.json").read_bytes()
    told = place.harness("check", str(run), "--with", str(older))
    assert told.code == 0, told.out + told.err
    assert (
        "judged otherwise than then, though nothing was driven: none\n  wrong in this run and not in that one: none\n"
        in told.out
    )
    told = place.harness("check", str(run), "--with", str(older), first=ANOTHER)
    assert told.code == 1, told.out + told.err
    block = told.out[told.out.index(f"with {older.name}, driven by harness 0.1.0 ") :]
    assert "this is 0.9.0 " in block
    assert "its canonical form is another, of the same history: only the harness changed it" in block
    assert (
        "    the harness alone: the history, the goldens and the surfaces are those of then\n      law-8: pass -> fail in "
        in block
    )
    assert "wrong in this run and not in that one: none\n" in block
    assert (older / "verdict.json").read_bytes() == before


def test_a_run_of_an_older_form_is_not_blamed_on_the_target(twice, tmp_path):
    """Claim: a history that this harness does not read is said to be one, and what it was judged to be then is what counts."""
    place, (first, run) = twice.place, twice.runs
    lines = (first / "history.ndjson").read_text().splitlines(keepends=True)
    (tmp_path / "history.ndjson").write_text("".join([lines[0].replace('"format":3', '"format":2', 1), *lines[1:]]))
    (tmp_path / "verdict.json").write_bytes((first / "verdict.json").read_bytes())
    told = place.harness("check", str(run), "--with", str(tmp_path))
    assert told.code == 0, told.out + told.err
    assert (
        "its history is of format 2, and this harness reads 3: it is held against what it was judged to be then"
        in told.out
    )
    assert "wrong in this run and not in that one: none\n" in told.out


def test_the_first_verdict_stays_when_a_run_is_judged_again(twice):
    """Claim: what a run was judged to be when it was driven is not lost to a later look with other goldens."""
    place, run = twice.place, twice.runs[1]
    first = (
        judged(run)
        if not (run / "verdict.first.json").exists()
        else json.loads((run / "verdict.first.json").read_text())["verdicts"]
    )
    kept = (place.folder / GOLDEN).read_text()
    place.edit(GOLDEN, "closing = 495", "closing = 496")
    try:
        told = place.harness("check", str(run), "--with", str(twice.runs[0]))
    finally:
        (place.folder / GOLDEN).write_text(kept)
    assert told.code == 1, told.out + told.err
    assert "what is locked since, and not the harness (its golden or its surface" in told.out
    assert json.loads((run / "verdict.first.json").read_text())["verdicts"] == first
    assert place.harness("check", str(run)).code == 0


@pytest.mark.parametrize(
    ("kind", "checker"),
    [("row", "golden"), ("call", "golden"), ("balance", "settle"), ("cell.end", "settle"), ("cell.start", "complete")],
)
def test_a_stored_run_that_lost_an_event_does_not_pass(twice, tmp_path, kind, checker):
    """Claim: whichever kind of event is taken out of a history, judging it does not say pass."""
    lines = (twice.runs[0] / "history.ndjson").read_text().splitlines(keepends=True)
    wanted = f'{{"kind":"{kind}"'
    last = max(n for n, line in enumerate(lines) if line.startswith(wanted) and "cluster_keywords@manual" in line)
    (tmp_path / "history.ndjson").write_text("".join(lines[:last] + lines[last + 1 :]))
    told = twice.place.harness("check", str(tmp_path))
    assert told.code == 1, told.out + told.err
    assert f"  {checker}: " in told.out
    assert "PASS" not in told.out
