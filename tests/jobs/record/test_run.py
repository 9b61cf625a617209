"""Which scenarios own which cassettes."""

from __future__ import annotations

import pytest

from harness.core.errors import HarnessError
from harness.core.scenario import Given, Path, Scenario
from harness.jobs.record import run as job


def scenario(name: str, *tape: str) -> Scenario:
    return Scenario(id=name, title=name, given=Given(rows=()), when=(), paths=(Path.MANUAL,), tape=tape)


FOUND = {
    one.id: one
    for one in (
        scenario("automation/full", "openai/automation/full", "wordpress/automation/full", "openai/writer/content"),
        scenario("writer/content", "openai/writer/content"),
        scenario("writer/failing", "openai/writer/content"),
        scenario("writer/none"),
    )
}


def test_a_scenario_owns_the_cassettes_that_bear_its_id():
    """What it only plays belongs to somebody else, and is never recorded for it."""
    assert job.owned(FOUND["automation/full"]) == ("openai/automation/full", "wordpress/automation/full")
    assert list(job.owners(FOUND)) == ["automation/full", "writer/content"]
    assert list(job.owners(FOUND, ["writer/content"])) == ["writer/content"]


@pytest.mark.parametrize("name", ["writer/failing", "writer/none", "writer/contents"])
def test_a_scenario_that_owns_none_is_an_error(name):
    """Named, with the nearest that owns one."""
    with pytest.raises(HarnessError) as caught:
        job.owners(FOUND, [name])
    assert caught.value.code == "record-none"
    assert name in str(caught.value)
