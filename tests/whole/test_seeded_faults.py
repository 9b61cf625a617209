"""One thing is changed in a copy of the backend: verify must refuse it, and say what it means in credits or where.

A sample in which every checker of the catalogue is seen is a test; what is left of the catalogue is a proof.
"""

from __future__ import annotations

from itertools import chain

import pytest

from harness.jobs.score import plant
from tests.whole import workshop
from tests.whole.seeded import FAULTS, MISTAKES, Fault
from tests.whole.workshop import Workshop

pytestmark = [pytest.mark.slow, pytest.mark.stack]

AT_A_GLANCE = 3
"""Lines of evidence of one checker that a tired reader reads."""


def sample(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Few faults by which every checker of all of them is seen, and one of them in a migration."""
    chosen: list[Fault] = [next(fault for fault in faults if fault.migrates)]
    while left := {one for fault in faults for one in fault.checkers} - {
        one for fault in chosen for one in fault.checkers
    }:
        chosen.append(max(faults, key=lambda fault: len(left & set(fault.checkers))))
    return tuple(chosen)


SAMPLE = sample(FAULTS)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, cache) -> Workshop:
    """The backend as it is, which passes every cell that the faults are looked for in: without this they prove nothing."""
    made = workshop.set_up(tmp_path_factory.mktemp("pristine"), cache)
    cells = sorted({fault.cell for fault in FAULTS})
    told = made.harness("verify", *chain.from_iterable(("--only", cell) for cell in cells))
    assert told.code == 0, told.out + told.err
    assert f"{len(cells)} passed, 0 failed, 0 unknown" in told.out
    return made


@pytest.mark.parametrize(
    "fault",
    [pytest.param(one, id=one.name, marks=() if one in SAMPLE else pytest.mark.proof) for one in FAULTS],
)
def test_a_seeded_fault_is_refused_and_explained(fault: Fault, pristine: Workshop, shop):
    """Claim: exit code 1, the cell is named, the checkers that should see it do, and what it means is said at a glance."""
    broken = shop()
    plant.apply(fault.entry, broken.folder)
    if not fault.migrates:
        broken.borrow(pristine)
    told = broken.harness("verify", "--only", fault.cell)
    assert told.code == 1, told.out + told.err
    assert "Traceback" not in told.err
    assert told.out.splitlines()[-1].startswith("FAIL: ")
    seen = told.failures(fault.cell)
    assert set(fault.checkers) <= set(seen), told.out
    glance = [line for evidence in seen.values() for line in evidence[:AT_A_GLANCE]]
    for text in fault.says:
        assert any(text in line for line in glance), f"not said at a glance: {text!r}\n{told.out}"
    assert f"  repeat: harness verify --only {fault.cell}" in told.block(fault.cell)


def test_every_seeded_fault_says_what_the_report_must_say():
    """Claim: each patch of mistakes/seeded is held to its words here, and each fault here is a patch there."""
    assert {fault.name for fault in FAULTS} == {file.stem for file in (MISTAKES / "seeded").glob("*.patch")}


def test_the_sample_sees_every_checker():
    """Claim: no checker of the catalogue is left to the proofs alone, and a fault without a sample of its own is not sampled."""
    assert {one for fault in SAMPLE for one in fault.checkers} == {one for fault in FAULTS for one in fault.checkers}
    assert len(SAMPLE) == len(set(SAMPLE)) < len(FAULTS)
    alone = tuple(fault for fault in FAULTS if "law-11" not in fault.checkers)
    assert "law-11" not in {one for fault in sample(alone) for one in fault.checkers}
