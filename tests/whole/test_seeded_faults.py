"""One thing is changed in a copy of the backend: verify must refuse it, and say what it means in credits or where."""

from __future__ import annotations

from itertools import chain

import pytest

from tests.whole import workshop
from tests.whole.seeded import FAULTS, Fault
from tests.whole.workshop import Workshop

pytestmark = pytest.mark.stack

AT_A_GLANCE = 3
"""Lines of evidence of one checker that a tired reader reads."""


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, cache, warm) -> Workshop:
    """The backend as it is, which passes every cell that the faults are looked for in: without this they prove nothing."""
    made = workshop.set_up(tmp_path_factory.mktemp("pristine"), cache)
    cells = sorted({fault.cell for fault in FAULTS})
    told = made.harness("verify", *chain.from_iterable(("--only", cell) for cell in cells))
    assert told.code == 0, told.out + told.err
    assert f"{len(cells)} passed, 0 failed, 0 unknown" in told.out
    return made


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_seeded_fault_is_refused_and_explained(fault: Fault, pristine: Workshop, shop):
    """Claim: exit code 1, the cell is named, the checkers that should see it do, and what it means is said at a glance."""
    broken = shop()
    broken.edit(f"backend/{fault.file}", fault.old, fault.new)
    if "/migrations/" not in fault.file:
        broken.borrow_database(pristine)
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
