"""What `harness fuzz` says of a state that broke a rule, and how it is repeated."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from harness.jobs.contracts.fuzz.report import document, print_asked, print_end, print_search
from harness.jobs.contracts.fuzz.values import Asked, Fuzzed, Kept, Search

SEARCH = Search(endpoint="", about=Path("x"), phase=5, seed=7, examples=60, case=None, state=None)
RIGHT = Fuzzed(
    phase=5, seed=7, problems=(), state=None, cases=10, calls=12, repeated=0, distinct=8, seconds=2.0, app_share=0.5,
    known={}, digest="ab",
)  # fmt: skip
WRONG = Fuzzed(
    phase=5, seed=7, problems=("two defaults",), state=None, cases=10, calls=12, repeated=0, distinct=8, seconds=2.0,
    app_share=0.5, known={}, digest="ab",
)  # fmt: skip


def printed(show, *values: object) -> str:
    out = io.StringIO()
    show(Console(file=out, width=100), *values)
    return out.getvalue()


def test_a_kept_state_is_what_is_repeated():
    """Claim: with a state in a file the file is played again, without one the whole search is."""
    kept = Kept(file=Path("runs/1/fuzz-state.json"), told="no model")
    assert printed(print_search, SEARCH, WRONG, kept).endswith(
        "FAIL two defaults\n  the smallest state that shows it: no model\n"
        "  repeat: harness fuzz --phase 5 --case runs/1/fuzz-state.json\n"
    )
    assert printed(print_search, SEARCH, WRONG, None).endswith(
        "FAIL two defaults\n  repeat: harness fuzz --phase 5 --seed 7 --examples 60\n"
    )
    assert "repeat" not in printed(print_search, SEARCH, RIGHT, None)


def test_what_schemathesis_alone_finds_fails_the_whole():
    """Claim: its line names its own way of being repeated, and no generated state that was right makes up for it."""
    asked = Asked(way="http", told="schemathesis http: 1 tests, 1 failed", problems=("http: GET /m/: 500",))
    assert printed(print_asked, SEARCH, asked) == (
        "  schemathesis http: 1 tests, 1 failed\nFAIL http: GET /m/: 500\n"
        "  repeat: harness fuzz --phase 5 --seed 7 --examples 60 --http\n"
    )
    assert document(RIGHT, (asked,))["status"] == "fail"
    assert printed(print_end, SEARCH, Path("r"), RIGHT, (asked,)) == "kept in r\nFAIL fuzz, phase 5, seed 7\n"
    assert document(RIGHT, ())["status"] == "pass"
