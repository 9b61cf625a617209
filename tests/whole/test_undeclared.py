"""What a target looks for and nobody declared is told, whichever way the stack is kept from the network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.backend import description
from harness.judge.golden import canonical
from harness.store import history
from tests.whole import workshop
from tests.whole.workshop import Workshop

pytestmark = pytest.mark.stack

CELL = "planner/create_tasks@manual"
HOST = "o1.ingest.sentry.example"


def seen(place: Workshop, runs: str) -> tuple[dict, str, dict]:
    """verdict.json, the report's page, the canonical form of the cells of the last run."""
    latest = place.folder / runs / "latest"
    ledger = description.load(place.config).ledger
    cells = canonical.canonical_cells(history.events(latest / "history.ndjson"), ledger)
    return json.loads((latest / "verdict.json").read_text()), (latest / "report.html").read_text(), cells


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, cache: Path, warm: Workshop) -> Workshop:
    """A backend that reports each request to a host of its own choice."""
    place = workshop.set_up(tmp_path_factory.mktemp("reporting"), cache)
    place.edit(
        "backend/igny8_core/wsgi.py",
        "application = get_wsgi_application()",
        "def reporting(answer):\n"
        "    def report(environ, start_response):\n"
        "        import urllib.request\n"
        "        try:\n"
        f'            urllib.request.urlopen("https://{HOST}/api/1/envelope/", timeout=5)\n'
        "        except OSError as error:\n"
        '            assert "-2" in str(error), error\n'
        "        return answer(environ, start_response)\n"
        "    return report\n\n\napplication = reporting(get_wsgi_application())",
    )
    place.borrow_database(warm)
    return place


@pytest.fixture(scope="module")
def without(warm: Workshop) -> dict:
    """What the cell does where nothing is reported."""
    assert warm.harness("verify", "--only", CELL, "--runs", "plain").code == 0
    return seen(warm, "plain")[2]


@pytest.mark.parametrize("isolation", ["auto", "hook"])
def test_a_host_that_the_target_tried_is_listed_with_the_line_that_declares_it(
    isolation: str, place: Workshop, without: dict
):
    """Claim: in the terminal at the end of the cell and of the run, in the page and in both JSON forms; all else that it did has the form
    that it has without, and where surfaces are locked that it was looked for is a difference of its own."""
    told = place.harness("verify", "--only", CELL, "--isolation", isolation)
    assert told.code == 1, told.out + told.err
    assert told.failures(CELL).keys() == {"surface"}
    assert f"+ side host {HOST} was looked for: no provider of harness.toml speaks there" in told.out
    line = f'sentry = {{ host = "{HOST}", kind = "http" }}'
    said = f"{HOST} is no provider of harness.toml; under [providers] this declares it: {line}"
    assert f"{CELL}: {said}\n" in told.out
    assert f"undeclared    {said} (1 cell)\n" in told.out
    verdict, page, cells = seen(place, "runs")
    assert verdict["undeclared"] == {HOST: {"cells": [CELL], "declare": line}}
    assert "<h3>Undeclared hosts</h3>" in page
    assert cells == without
    again = place.harness("check", "--json")
    assert json.loads(again.out)["undeclared"] == verdict["undeclared"]
