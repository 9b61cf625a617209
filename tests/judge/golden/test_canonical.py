"""Two runs that did the same have the same canonical bytes; two that did not, have not."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import replace

import pytest

from harness.core.history import HttpExchange, LogLine, RowChange, TaskRun
from harness.judge.golden.canonical import canonical_bytes, canonical_hash
from tests.judge.ledgers import TARGET, image_call, lawful_images, lawful_text
from tests.store.streams import events_of, told

LEDGER = TARGET.ledger
ONE, TWO = "0b2a7c1e-5d3f-4a6b-8c9d-0e1f2a3b4c5d", "9a1b7c1e-0d3f-4b6b-9c9d-0e1f2a3b4c5e"


def cell_with_all():
    """A cell that has every kind of event, two tasks that are named by an answer, and rows that name rows."""
    cell = lawful_text(((10, 5), (400, 800)))
    answers = tuple(
        HttpExchange(method="POST", path="/x/", status=202, request={"ids": [1]}, response={"data": {"task_id": uuid}})
        for uuid in (ONE, TWO)
    )
    tasks = tuple(TaskRun(id=uuid, name="run_ai_task", args=("generate_content", {"ids": [n]}, 1)) for n, uuid in enumerate((ONE, TWO)))  # fmt: skip
    rows = (
        RowChange(kind="task", op="insert", id=41, before=None, after={"id": 41, "account_id": 1, "status": "queued", "title": "a"}),
        RowChange(kind="content", op="insert", id=7, before=None, after={"id": 7, "account_id": 1, "status": "draft", "task_id": 41, "at": "2026-11-22T12:00:00+00:00"}),
        RowChange(kind="task", op="update", id=9, before={"id": 9, "status": "queued", "at": None}, after={"id": 9, "status": "completed", "at": "2026-11-22T12:00:00+00:00"}),
    )  # fmt: skip
    unplayed = ({"cassette": "openai/x", "index": 1, "request": "POST"},)
    return told(replace(cell, http=answers, tasks=tasks, rows=rows, unplayed=unplayed))


def canonical(events):
    return canonical_bytes(events, LEDGER)


def test_the_canonical_form_is_lines_of_json(tmp_path):
    """And its hash is the hash of its bytes."""
    events = events_of(cell_with_all(), tmp=tmp_path / "h")
    lines = canonical(events).decode().splitlines()
    assert [json.loads(line)["is"] for line in lines][:3] == ["run", "cell", "seeded"]
    assert len(canonical_hash(events, LEDGER)) == 64


def test_times_seconds_logs_and_versions_do_not_matter(tmp_path):
    """What is not the target's doing is left out."""
    cell = cell_with_all()
    later = replace(cell, seconds={"drive": 9.0}, logs=(LogLine(role="worker", level="WARNING", logger="x", message="slow"),))  # fmt: skip
    events = events_of(later, tmp=tmp_path / "b")
    for event in events:
        event["t"] += 5
    events[0] |= {"versions": {"python": "3.13"}, "seed": 7, "isolation": "hook", "tier": "docker"}
    assert canonical(events) == canonical(events_of(cell, tmp=tmp_path / "a"))


def test_an_error_that_is_logged_matters_and_its_line_numbers_do_not(tmp_path):
    """Claim: an ERROR, or a traceback, that comes or goes is another history; times, ids of tasks and lines of code are not."""
    cell = cell_with_all()

    def logged(n, name, **more):
        trace = f'\nTraceback (most recent call last):\n  File "/x.py", line {n}, in pay\nValueError'
        message = f"2026-01-0{n} 10:00:00 task[6f1c2f0e-6e0b-4c53-9c1f-0d4f2a2a4a1{n}] failed in 0.0{n}s at 0x7f00aa11bb2{n}{trace}"
        line = LogLine(**{"role": "worker", "level": "ERROR", "logger": "x", "message": message, "exception": "ValueError", "where": "x.py pay", **more})  # fmt: skip
        return canonical(events_of(replace(cell, logs=(line,)), tmp=tmp_path / name))

    assert logged(1, "a") == logged(2, "b")
    without = canonical(events_of(cell, tmp=tmp_path / "c"))
    for n, other in enumerate(
        ({"level": "CRITICAL"}, {"where": "x.py refund"}, {"exception": "KeyError"}, {"role": "web"})
    ):
        assert logged(1, f"d{n}", **other) not in (logged(1, f"e{n}"), without)
    assert logged(1, "f", level="WARNING", exception="", message="slow") == without


def renumbered(cell, seed):
    """The same work by other workers: other ids and uuids, tasks, calls and rows in another order."""
    shuffled = random.Random(seed)
    text = json.dumps
    swap = {ONE: TWO, TWO: ONE}

    def uuids(value):
        return json.loads(text(value).replace(ONE, "#one").replace(TWO, ONE).replace("#one", TWO))

    ids = {41: 141, 7: 207}
    rows = []
    for row in cell.rows:
        new = {key: ids.get(value, value) if key in ("id", "task_id") else value for key, value in (row.after or {}).items()}  # fmt: skip
        rows.append(replace(row, id=ids.get(row.id, row.id), after=new))
    shuffled.shuffle(rows)
    calls = list(cell.calls)
    shuffled.shuffle(calls)
    tasks = [replace(task, id=swap[task.id]) for task in reversed(cell.tasks)]
    http = tuple(replace(exchange, response=uuids(exchange.response)) for exchange in cell.http)
    return replace(cell, rows=tuple(rows), calls=tuple(replace(call, n=n) for n, call in enumerate(calls, 1)), tasks=tuple(tasks), http=http)  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_other_ids_and_another_order_of_parallel_work_do_not_matter(tmp_path, seed):
    """Byte for byte."""
    cell = cell_with_all()
    a, b = events_of(cell, tmp=tmp_path / "a"), events_of(renumbered(cell, seed), tmp=tmp_path / "b")
    assert canonical(a) == canonical(b)


@pytest.mark.parametrize("second", [(400, 800), (11, 4)], ids=["another price", "the same price"])
def test_charges_that_swapped_places_do_not_matter_but_a_broken_chain_does(tmp_path, second):
    """Balances are put in one order only while they chain; of two equal charges, by what each of them is for."""
    one, other = lawful_text(((10, 5), second)), lawful_text((second, (10, 5)))
    other = replace(other, calls=one.calls)
    a, b = events_of(told(one), tmp=tmp_path / "a"), events_of(told(other), tmp=tmp_path / "b")
    assert canonical(a) == canonical(b)
    broken = replace(one, ledger=(one.ledger[0], replace(one.ledger[1], balance=1)))
    assert canonical(a) != canonical(events_of(told(broken), tmp=tmp_path / "c"))


def test_uuids_keep_their_identity(tmp_path):
    """A task that answers to another request's id is another history."""
    cell = cell_with_all()
    crossed = replace(cell, http=(cell.http[0], cell.http[0]))
    a, b = events_of(cell, tmp=tmp_path / "a"), events_of(crossed, tmp=tmp_path / "b")
    assert canonical(a) != canonical(b)


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from leaves(item, (*path, n))
    else:
        yield path


def changed(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return {"changed": 1} if value is None else value + "x"


VOLATILE = {"t", "seconds", "tier", "seed", "n"}
"""Keys that the canonical form leaves out on purpose. `kind` and `cell` of an event are its address, not its content."""


@pytest.mark.parametrize("cell", [cell_with_all(), told(lawful_images(2))], ids=["text", "images"])
def test_no_other_change_is_hidden(tmp_path, cell):
    """Every single value of a history, changed alone, changes the canonical bytes, but for what is left out by name,
    and for ids of rows, which are names: there only the link between two rows counts."""
    # the journal's transactions are what surfaces hold (tests/judge/surface)
    events = [event for event in events_of(cell, tmp=tmp_path / "h") if event["kind"] != "tx"]
    before, hidden, tried = canonical(events), [], 0
    for n, event in enumerate(events):
        if event["kind"] == "run.end":
            continue
        for path in leaves(event):
            if VOLATILE & set(path) or path in (("kind",), ("cell",)):
                continue
            faulty = copy.deepcopy(events)
            at = faulty[n]
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = changed(at[path[-1]])
            tried += 1
            if canonical(faulty) == before:
                hidden.append((event["kind"], path))
    rows_ids = {("row", ("id",)), ("row", ("after", "id")), ("row", ("before", "id"))}
    seeded_ids = {(kind, path) for kind, path in hidden if kind == "seeded" and path[-1] == "id"}
    assert tried > 80
    assert set(hidden) - rows_ids - seeded_ids == set()


def test_a_call_more_or_less_is_seen(tmp_path):
    """Sorting hides no count."""
    cell = told(lawful_images(2))
    more = replace(cell, calls=(*cell.calls, image_call(3)))
    a, b = events_of(cell, tmp=tmp_path / "a"), events_of(more, tmp=tmp_path / "b")
    assert canonical(a) != canonical(b)


def test_a_run_that_was_cut_off_is_not_equal_to_a_whole_one(tmp_path):
    """Two truncated runs are not the proof of a whole one."""
    events = events_of(cell_with_all(), tmp=tmp_path / "h")
    assert canonical(events) != canonical(events[:-1])


def test_half_a_surrogate_pair_is_an_escape_in_the_canonical_form(tmp_path):
    """A target that sends one is told apart from one that does not, and nothing breaks."""
    cell = lawful_text()
    half = replace(cell, calls=(replace(cell.calls[0], request={"model": "gpt-5.1", "text": "half \ud83d"}),))
    made = canonical(events_of(told(half), tmp=tmp_path / "half"))
    assert b"half \\ud83d" in made
    assert [json.loads(line) for line in made.decode().splitlines()]
    assert made != canonical(events_of(told(cell), tmp=tmp_path / "whole"))
