"""What `harness contracts` says of verdicts that are there."""

from __future__ import annotations

import io
import json

from rich.console import Console

from harness.core.verdict import Status, Verdict
from harness.jobs.contracts.judge.phase import Judged
from harness.jobs.contracts.report import print_locked, print_table, table_document
from harness.jobs.contracts.values import Locked


def verdict(kind: str, status: Status, *evidence: str) -> Verdict:
    return Verdict(checker=f"contract-{kind}", status=status, cell="", claim=f"phase 5: {kind}", evidence=evidence)


FOUND = {
    4: Judged(phase=4, verdicts=(verdict("api", Status.PASS, "3 endpoints"),), drift={}),
    5: Judged(
        phase=5,
        verdicts=(verdict("api", Status.PASS, "4 endpoints"), verdict("api-drift", Status.FAIL, "GET /m/ came")),
        drift={"api": ("+ GET /m/",), "schema": ()},
    ),
}


def printed(show, *values: object) -> str:
    out = io.StringIO()
    show(Console(file=out, width=100), *values)
    return out.getvalue()


def test_a_contract_that_holds_fails_with_its_drift():
    """Claim: the worse of the two is in the table, a contract without a verdict is unknown, and every drift is listed."""
    assert (FOUND[5].status("api"), FOUND[5].status("schema")) == (Status.FAIL, Status.UNKNOWN)
    text = printed(print_table, FOUND)
    assert text.splitlines()[0] == "phase             4        5"
    assert "api              ok  FAIL +1\n" in text
    assert "\nphase 5 since phase 4\n  api, 1 line\n    + GET /m/\n" in text
    assert text.endswith(
        "\nFAIL contract-api-drift  phase 5: api-drift\n    GET /m/ came\n\nFAIL contracts: 3 checks, 1 not passed\n"
    )
    document = json.loads(json.dumps(table_document(FOUND)))
    assert (document["status"], document["phases"]["5"]["drift"]["api"]) == ("fail", ["+ GET /m/"])


def test_of_a_first_schema_no_line_is_a_change():
    locked = Locked(file="phase_3.toml", tables=2, changed=("+ table a", "+ table b"), first=True)
    assert printed(print_locked, 3, locked) == "phase 3: 2 tables locked in phase_3.toml, 2 lines changed\n"
    again = Locked(file="phase_3.toml", tables=2, changed=("- table c with 1 columns",), first=False)
    assert printed(print_locked, 3, again).splitlines()[1] == "  - table c with 1 columns"
