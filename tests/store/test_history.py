"""A history is written once, read back as it was, and readable wherever a run was killed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.core.fold import CUT_OFF, folded
from harness.core.fold.postings import column
from harness.core.history import LogLine
from harness.store.history import HistoryWriter, events, read, run_of
from tests.judge.ledgers import TARGET, image_call, lawful_images, lawful_text
from tests.store.streams import told, write_run

LEDGER = TARGET.ledger


@pytest.mark.parametrize("cell", [lawful_text(((10, 5), (400, 800))), lawful_images(4)], ids=["text", "images"])
def test_what_was_told_is_read_back(tmp_path, cell):
    """Ledger and usage rows come out of the row changes by the columns that harness.toml names."""
    cell = told(cell)
    run = read(write_run(tmp_path / "h.ndjson", [cell]), LEDGER)
    assert run.cells == (cell,)
    assert (run.phase, run.planned) == (0, (cell.cell,))
    assert run.end["cells"] == 1


def test_what_moves_on_an_account_that_came_bears_the_name_that_its_balance_has():
    """Claim: the balance tells the key; without one the account is unknown, and called by its key."""
    row = {"kind": "row", "table_kind": "transaction", "op": "insert", "id": 1, "before": None, "after": {"account_id": 7, "type": "grant", "amount": 5, "balance_after": 5}}  # fmt: skip
    balance = {"kind": "balance", "account": "account+1", "opening": 0, "closing": 5}
    start = {"kind": "cell.start", "scenario": "api/register", "path": "manual"}
    for came, name in (({"born": "7"}, "account+1"), ({}, "account#7")):
        cell = folded(start, [row, {**balance, **came}], LEDGER)
        assert [moved.account for moved in cell.ledger] == [name]
        assert (cell.accounts, dict(cell.born)) == ({"account+1": (0, 5)}, {"7": "account+1"} if came else {})


def test_every_event_says_when_and_in_which_cell(tmp_path):
    """`t` grows; events outside of cells have no cell."""
    told_events = list(events(write_run(tmp_path / "h.ndjson")))
    assert [event["t"] for event in told_events] == sorted(event["t"] for event in told_events)
    assert {event["kind"] for event in told_events if "cell" not in event} >= {"run.start", "run.end"}
    assert all("cell" in event for event in told_events if event["kind"] in ("row", "call", "cell.start", "cell.end"))


def test_a_history_is_never_overwritten(tmp_path):
    """Append-only: a second writer on the same file is refused."""
    write_run(tmp_path / "h.ndjson")
    with pytest.raises(FileExistsError):
        HistoryWriter(tmp_path / "h.ndjson")


def test_every_prefix_of_a_history_is_readable_and_never_complete(tmp_path):
    """A run killed at any byte leaves a history that can be read, whose open cell is not settled."""
    whole = write_run(tmp_path / "h.ndjson", [told(lawful_text()), told(lawful_images(2))]).read_bytes()
    cut = tmp_path / "cut.ndjson"
    for size in range(0, len(whole) - 1, 97):
        cut.write_bytes(whole[:size])
        run = read(cut, LEDGER)
        assert run.end is None
        for cell in run.cells[:-1]:
            assert cell.settled
        if run.cells and whole[:size].count(b"cell.end") < len(run.cells):
            assert (run.cells[-1].settled, run.cells[-1].settle_reason) == (False, CUT_OFF)


def test_a_line_that_was_changed_is_named(tmp_path):
    """Only the last line may be torn."""
    path = write_run(tmp_path / "h.ndjson")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:2], "{broken\n", *lines[3:]]))
    with pytest.raises(HarnessError, match=r"h\.ndjson line 3 is not an event") as error:
        read(path, LEDGER)
    assert error.value.code == "history-syntax"


def test_a_missing_history_and_a_foreign_format_have_one_line_each(tmp_path):
    """With what to do."""
    with pytest.raises(HarnessError, match="no history at") as missing:
        read(tmp_path / "none.ndjson", LEDGER)
    assert missing.value.code == "history-missing"
    for number in (1, 9, None):
        (tmp_path / "h.ndjson").write_text(json.dumps({"kind": "run.start", "format": number}) + "\n")
        with pytest.raises(HarnessError, match=f"has format {number}; this harness reads format 3") as foreign:
            read(tmp_path / "h.ndjson", LEDGER)
        assert foreign.value.code == "history-format"
        assert "drive the run again with this harness" in foreign.value.hint


def test_logs_and_odd_text_survive(tmp_path):
    """Line breaks, quotes and every language inside of events stay inside of one line."""
    line = LogLine(role="worker", level="WARNING", logger="a", message='one\ntwo "three" café \u2028 \x00')
    from dataclasses import replace

    cell = replace(told(lawful_text()), logs=(line,))
    assert read(write_run(tmp_path / "h.ndjson", [cell]), LEDGER).cells[0].logs == (line,)


def test_columns_reach_into_json():
    """ "metadata.units" is a key of a JSON column; what is missing on the way is None."""
    assert column({"metadata": {"units": 4}}, "metadata.units") == 4
    assert column({"metadata": None}, "metadata.units") is None
    assert column({}, "metadata.units") is None


def test_an_account_that_nobody_seeded_keeps_its_id(tmp_path):
    """Money of an unknown account is shown, not dropped."""
    from dataclasses import replace

    cell = told(lawful_images(2))
    rows = tuple(replace(row, after={**row.after, "account_id": 99}) for row in cell.rows)
    run = read(write_run(tmp_path / "h.ndjson", [replace(cell, rows=rows)]), LEDGER)
    assert {row.account for row in run.cells[0].ledger} == {"account#99"}


def test_writing_is_quick(tmp_path):
    """Ten thousand calls go to the file as lines; none is kept in memory until the end."""
    with HistoryWriter(tmp_path / "h.ndjson") as writer:
        from dataclasses import asdict

        call = asdict(image_call(1))
        for _ in range(10_000):
            writer.tell("call", call)
    assert sum(1 for _ in events(tmp_path / "h.ndjson")) == 10_000


def test_an_account_whose_closing_balance_was_not_observed_leaves_its_cell_open(tmp_path):
    """A law can only look at accounts that it is told of: one that was seeded and never read again is no pass."""
    path = write_run(tmp_path / "h.ndjson", [told(lawful_text())])
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if '"kind":"balance"' not in line or '"bystander"' not in line))
    (cell,) = read(path, LEDGER).cells
    assert (cell.settled, cell.settle_reason) == (False, "the closing balance was not observed: bystander")


def test_a_history_that_lost_an_event_is_not_settled(tmp_path: Path) -> None:
    """cell.end says how many events of each kind there were: one that is missing must not pass as one that never was."""
    whole = [
        {"kind": "cell.start", "scenario": "a/b", "path": "manual", "title": ""},
        {"kind": "seeded", "cell": "a/b@manual", "refs": {}, "accounts": {}},
        {"kind": "http", "cell": "a/b@manual", "method": "POST", "path": "/", "status": 500, "request": None, "response": None},
        {"kind": "cell.end", "cell": "a/b@manual", "settled": True, "reason": "", "events": {"seeded": 1, "http": 1}},
    ]  # fmt: skip
    assert run_of(whole, LEDGER).cells[0].settled
    lost = run_of([event for event in whole if event["kind"] != "http"], LEDGER).cells[0]
    assert not lost.settled
    assert lost.settle_reason == "the history does not hold what was observed: http 0 of 1"


def test_half_a_surrogate_pair_of_a_target_is_written_and_read_back(tmp_path):
    """It is no UTF-8, and JSON has an escape for it: the run goes on, and the value is the one that was sent."""
    cell = lawful_text()
    cell = told(replace(cell, calls=(replace(cell.calls[0], request={"text": "half \ud83d, whole \U0001f600"}),)))
    assert read(write_run(tmp_path / "h.ndjson", [cell]), LEDGER).cells == (cell,)


def test_what_came_late_is_of_the_cell_that_it_names(tmp_path):
    """Claim: wherever it is told, in the next cell or behind the last, and of no other."""
    one = lawful_text()
    two = replace(one, cell=one.cell.replace("@manual", "@scheduled"), path="scheduled")
    stream = list(events(write_run(tmp_path / "h.ndjson", [told(one), told(two)])))
    at = next(n for n, event in enumerate(stream) if event["kind"] == "cell.start" and n > 2)
    late = {"kind": "late", "t": 1.0, "of": one.cell, "code": "late-work", "lines": ["a row"], "hint": "end it"}
    inside = {**late, "cell": two.cell}
    for place, event in ((at + 1, inside), (len(stream) - 1, late)):
        run = run_of([*stream[:place], event, *stream[place:]], LEDGER)
        assert [[came.lines for came in cell.late] for cell in run.cells] == [[("a row",)], []]
