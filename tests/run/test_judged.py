"""A stored history is judged from the file alone, by the law of now."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from harness.backend import scenarios
from harness.backend.description import load
from harness.cell import live
from harness.core.errors import HarnessError
from harness.core.fold.shapes import SHAPES
from harness.core.history import FORMAT, Call, Change, HttpExchange, LogLine, Read, TaskRun, Transaction
from harness.core.verdict import Status, worst
from harness.run import judged
from harness.store import parts
from harness.verb import told
from harness.verb.asked import Known
from tests.store.streams import write_run
from tests.watched import WATCHED

ROOT = Path(__file__).resolve().parents[2]
CELL = "planner/create_tasks@manual"


@pytest.fixture(scope="module")
def config():
    return load(ROOT / "harness.toml")


@pytest.fixture(scope="module")
def law(config):
    return judged.read_law(config, scenarios.load(config))


def write(folder: Path, *events: dict) -> Path:
    (folder / "history.ndjson").write_text("".join(json.dumps(event) + "\n" for event in events))
    return folder


def start(*cells: str, phase: int = 0) -> dict:
    return {"kind": "run.start", "t": 0, "format": FORMAT, "phase": phase, "cells": list(cells), "tables": WATCHED}


def test_a_run_of_another_format_is_refused_by_its_number_first(tmp_path, law):
    """Claim: whatever else an older harness did not write."""
    event = {"kind": "run.start", "t": 0, "format": 1, "phase": 0, "cells": []}
    with pytest.raises(HarnessError, match=r"has format 1; this harness reads format 3") as told:
        judged.judge_run(load(ROOT / "harness.toml"), law, write(tmp_path, event))
    assert told.value.code == "history-format"


def test_a_run_that_does_not_say_what_it_watched_is_refused(tmp_path, law):
    """Claim: nothing is judged that nobody looked at; the run of an older harness is driven again."""
    event = {name: value for name, value in start().items() if name != "tables"}
    with pytest.raises(HarnessError, match="does not say which tables were watched") as told:
        judged.judge_run(load(ROOT / "harness.toml"), law, write(tmp_path, event))
    assert told.value.code == "history-format"


def test_the_law_is_read_whole(law):
    """Every scenario with its golden, a rate card that prices something, and findings."""
    assert set(law.goldens) == set(law.scenarios)
    assert law.rates.rule("content_generation", 0)
    assert law.findings


def test_an_empty_run_is_never_a_pass(config, law, tmp_path):
    """Planned and not driven: fail. Nothing planned: no pass either."""
    for planned in ((CELL,), ()):
        result = judged.judge_run(config, law, write(tmp_path, start(*planned)))
        assert worst(result.verdicts) is not Status.PASS


def test_the_phase_is_the_runs_own(config, law, tmp_path):
    """A run at phase 4 is held to the goldens of phase 4, whatever harness.toml says now."""
    assert judged.judge_run(config, law, write(tmp_path, start(CELL, phase=4))).phase == 4


@pytest.mark.parametrize(("told", "meant"), [({}, 1), ({"workers": 4}, 4)])
def test_the_workers_are_the_runs_own(config, law, tmp_path, told, meant):
    """A history that says nothing had one: what several may lose is then not excused."""
    result = judged.judge_run(config, law, write(tmp_path, {**start(CELL), **told}))
    assert result.history.workers == meant


@pytest.mark.parametrize(
    ("tier", "asked", "meant"), [("docker", 4, 4), ("docker", None, 1), ("processes", None, 1), ("processes", 4, 1)]
)
def test_a_run_tells_how_many_workers_it_has(config, tier, asked, meant):
    """As many as it boots: only the docker tier boots several."""
    assert live.workers_of(config, tier, asked) == meant


def test_what_is_no_history_is_an_error(config, law, tmp_path):
    """Not an empty run."""
    with pytest.raises(HarnessError) as caught:
        judged.judge_run(config, law, tmp_path)
    assert caught.value.code == "history-missing"


def test_origins_are_told_of_the_cassettes_that_were_played(config, law, tmp_path):
    """From the cassettes themselves; one that has gone since is left out."""
    call = {"kind": "call", "cell": CELL, "n": 1, "provider": "openai", "host": "h", "method": "POST", "path": "/", "request": {}, "status": 200, "disposition": "played", "success": True}  # fmt: skip
    cell = {"cell": CELL, "scenario": "planner/create_tasks", "path": "manual"}
    run = write(
        tmp_path,
        start(CELL),
        {"kind": "cell.start", "title": "x", **cell},
        {**call, "cassette": "openai/writer/generate_content"},
        {**call, "n": 2, "cassette": "openai/writer/gone"},
        {"kind": "cell.end", **cell, "settled": True, "reason": "", "seconds": {}},
    )
    assert judged.judge_run(config, law, run).origins == {"openai/writer/generate_content": "simulated"}


def whole(tmp_path) -> list[bytes]:
    """The lines of a run of one cell, as it was written."""
    return write_run(tmp_path / "written" / "history.ndjson", tables=WATCHED).read_bytes().splitlines(keepends=True)


def without_a_cell(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if b'"cell":' not in line]


EDITS = {
    "as it was": (lambda lines: lines, ""),
    "no run.end": (lambda lines: lines[:-1], "the run was cut off: its history has no run.end"),
    "half a line": (lambda lines: [*lines[:-1], lines[-1][:20]], "the run was cut off: its history has no run.end"),
    "a digit": (
        lambda lines: [line.replace(b'"opening":', b'"opening":1') for line in lines],
        "the history is not what was written: it was edited since",
    ),
    "a line less": (lambda lines: [*lines[:5], *lines[6:]], "the history is not what was written: it was edited since"),
    "lines in another order": (
        lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
        "the history is not what was written: it was edited since",
    ),
    "a cell less": (without_a_cell, "writer/generate_content@manual was planned but is not in the history"),
    "more behind the end": (lambda lines: [*lines, lines[-2]], "the history goes on behind run.end"),
    "a seal less": (
        lambda lines: [*lines[:-1], b'{"kind":"run.end","t":1,"seconds":{},"cells":1}\n'],
        "run.end does not say what was written before it: nobody can tell whether it was edited",
    ),
    "another count": (
        lambda lines: [*lines[:-1], b'{"kind":"run.end","t":1,"seconds":{},"cells":2}\n'],
        "run.end speaks of 2 cells, run.start of 1",
    ),
    "a plan less": (
        lambda lines: [lines[0].replace(b'"cells":["writer/generate_content@manual"]', b'"cells":["api/x@manual"]'), *lines[1:]],
        "writer/generate_content@manual is in the history and was not planned",
    ),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_a_run_that_was_cut_off_or_edited_is_no_run(config, law, tmp_path, edit):
    """Claim: whatever a stored history says, it passes only as the whole of what was written."""
    change, said = EDITS[edit]
    lines = whole(tmp_path)
    changed = change(lines)
    assert (changed == lines) is (edit == "as it was")
    (tmp_path / "history.ndjson").write_bytes(b"".join(changed))
    verdicts = judged.judge_run(config, law, tmp_path).verdicts
    (complete,) = [one for one in verdicts if one.checker == "complete"]
    if said:
        assert (complete.status, complete.code) == (Status.FAIL, "run-incomplete")
        assert said in complete.evidence
    else:
        assert complete.status is Status.PASS


ONE = "writer/generate_content@manual"
OTHER_KINDS = (None, 1, -5, 1.5, "x", True, [], {}, ["x"], [[1]], {"x": 1}, {"x": {}})


def every_kind(config) -> list[dict]:
    """A history in which there is each kind of event, and in each all that the harness writes."""
    http = HttpExchange(method="POST", path="/x/", status=200, request={"a": 1}, response={"b": [2]}, expected=200, headers={"h": "x"}, redirects=("302 /y/",))  # fmt: skip
    call = Call(n=1, provider="openai", host="api.openai.com", method="POST", path="/v1/x", request={"a": 1}, status=200, disposition="played", success=True, usage={"tokens_in": 1, "tokens_out": 2}, nearest={"cassette": "x"}, problems=("p",), request_ids=("r",), headers={"h": "x"})  # fmt: skip
    task = TaskRun(id="t", name="app.x", args=(1,), kwargs={"a": 1}, exception={"type": "x", "message": "y"}, due=("past",))  # fmt: skip
    change = Change(table="account", op="update", id="1", before={"credits": "2"}, after={"credits": None})
    log = {"id": 7, "account_id": 1, "credits_used": 1, "tokens_input": 3, "tokens_output": 4, "model_used": "x", "operation_type": "y", "cost_usd": "0.1", "metadata": {"units": 1}}  # fmt: skip
    movement = {"id": 8, "account_id": 1, "amount": -1, "balance_after": 4, "transaction_type": "deduction", "metadata": {"operation_type": "y", "units": 1}}  # fmt: skip
    function = {"at": "a.py:f", "line": 1, "ran": True, "branches": [1, [2, "if x:", 3, "y"]], "handlers": [1, [4, "except", 5, "z"]]}  # fmt: skip
    versions = {"python": "3.11", "said_by": "x", "packages": {"django": "5"}}
    own = {"command": ["x"], "code": 0, "ran": 1, "failed": 0, "skipped": 0, "names": ["t"], "ended": True, "said": "OK", "seconds": 1.0}  # fmt: skip
    in_cell: list[dict] = [
        {"kind": "varied", "changed": {"a.b": 1}},
        {"kind": "seeded", "refs": {"account": {"kind": "account", "id": 1}}, "accounts": {"account": {"id": 1, "credits": 5}}, "actors": ["account"]},
        {"kind": "http", **asdict(http)}, {"kind": "read", **asdict(Read(caller="owner", path="/x/", status=200, response={"a": 1}))}, {"kind": "task", **asdict(task)},
        {"kind": "call", **asdict(call)}, {"kind": "tape", "tape": ["x"], "unplayed": [{"cassette": "x", "index": 0, "request": "y"}], "late": 0},
        {"kind": "undeclared", "hosts": ["h.example"]},
        {"kind": "row", "table_kind": "usage_log", "op": "insert", "id": 7, "before": None, "after": log, "key": "id", "links": {"account_id": "account"}},
        {"kind": "row", "table_kind": "transaction", "op": "insert", "id": 8, "before": None, "after": movement},
        {"kind": "row", "table_kind": "account", "op": "update", "id": 1, "before": {"credits": 5}, "after": {"credits": 4}},
        {"kind": "tx", **asdict(Transaction(role="web", changes=(change,), session=1))},
        {"kind": "balance", "account": "account", "opening": 5, "closing": 4, "born": "1"},
        {"kind": "log", **asdict(LogLine(role="web", level="ERROR", logger="x", message="m", exception="E", where="a.py f"))},
        {"kind": "leak", "where": "a log", "secret": "a key"}, {"kind": "side", "store": "redis", "key": "k", "before": None, "after": "x"}, {"kind": "note", "text": "n"},
        {"kind": "late", "of": ONE, "code": "late-thread", "lines": ["l"], "hint": "h"},
    ]  # fmt: skip
    scenario, _, path = ONE.partition("@")
    end = {"settled": True, "reason": "r", "code": "c", "hint": "h", "broken": False, "clock": [[1.0, 2.0]], "prepared": [[1.0, 2.0]], "seconds": {"drive": 1.0}}  # fmt: skip
    head = {
        **start(ONE), "harness": "0.1.0", "target": config.name, "tier": "processes", "isolation": "namespace", "seed": 0, "vary": "none", "workers": 1, "whole": True,
        "versions": {"harness": versions, "target": versions, "clock": "x"}, "sources": {"target": "x"}, "routes": ["POST /x/"], "tasks": ["app.x"], "declared": ["model x y"],
        "not_held": ["x"], "code": {"harness": "x"},
    }  # fmt: skip
    return [
        head,
        {"kind": "cell.start", "cell": ONE, "scenario": scenario, "path": path, "title": "t", "variation": ""},
        *({**event, "cell": ONE} for event in in_cell),
        {"kind": "cell.end", "cell": ONE, "events": dict(Counter(event["kind"] for event in in_cell)), **end},
        {"kind": "part", "name": "p", "run": "r", "cells": [ONE], "isolation": "namespace", "boot_s": 1.0},
        {"kind": "own", **own},
        {"kind": "reached", "functions": [function], "left_out": ["x"]},
        {"kind": "run.end", "seconds": {"drive": 1.0}, "cells": 1, "sha256": "x", "remote": {"workers": 1}},
    ]


def otherwise(value: Any) -> Iterator[Any]:
    """The value with one thing in it, itself among them, of another kind or not there; of what is alike in a list or in a mapping's values the first alone."""
    yield from OTHER_KINDS
    if isinstance(value, dict):
        for name, one in value.items():
            yield {key: other for key, other in value.items() if key != name}
            yield from ({**value, name: other} for other in otherwise(one))
    elif isinstance(value, list):
        yield from ([other, *value[1:]] for one in value[:1] for other in otherwise(one))


def test_a_value_of_another_kind_is_a_named_error_or_a_verdict(config, law, tmp_path):
    """Claim: whatever in whatever line is not what the harness writes there: it is judged, or refused by its line; nothing breaks."""
    whole = json.loads(json.dumps(every_kind(config)))
    assert {event["kind"] for event in whole} == set(SHAPES)
    judged.judge_run(config, law, write(tmp_path, *whole))
    asked = Known(config=config, law=law)
    lines = [(n, other) for n, event in enumerate(whole) for other in otherwise(event) if isinstance(other, dict)]
    codes: Counter[str] = Counter()

    def came(read: Callable[[], object]) -> tuple[str, str]:
        try:
            read()
        except HarnessError as error:
            return error.code, error.message
        return "judged", ""

    for n, other in random.Random(7).sample(lines, 400):
        write(tmp_path, *whole[:n], other, *whole[n + 1 :])
        for read in (
            lambda: told.summary_of(asked, judged.judge_run(config, law, tmp_path), tmp_path, None, None),
            lambda: parts.read(tmp_path / "history.ndjson"),
        ):
            code, message = came(read)
            assert code in ("judged", "history-syntax", "history-format", "config-value"), (n, other)
            if code == "history-syntax":
                assert f"line {n + 1} is not an event" in message or "cannot be read" in message, message
            codes[code] += 1
    assert codes["judged"] > 100
    assert codes["history-syntax"] > 100


@pytest.mark.parametrize(
    ("kind", "edit", "says"),
    [
        ("run.start", {"cells": {}}, "line 1 is not an event: its cells is an object, and should be a list"),
        ("run.start", {"workers": "many"}, "line 1 is not an event: its workers is 'many', and should be a whole number"),
        ("run.start", {"t": None}, "line 1 is not an event: its t is null, and should be a number"),
        ("run.start", {"kind": ["run.start"]}, "line 1 is not an event: its kind is a list, and should be a text"),
        ("cell.start", {"path": "else"}, "line 2 is not an event: its path is 'else', and should be one of manual, automation, scheduled, direct"),
        ("tx", {"changes": [{"table": "a", "op": "insert", "id": 1, "before": None, "after": None}]}, "its changes[0].id is 1, and should be a text"),
        ("call", {"usage": {"tokens_in": "1"}}, "its usage.tokens_in is '1', and should be a whole number"),
        ("row", {"after": 3}, "its after is 3, and should be an object"),
        ("cell.end", {"clock": [[1.0]]}, "its clock[0] is a list, and should be a list of 2"),
        ("balance", {"opening": "x"}, "the balance of account in writer/generate_content@manual cannot be read: 'x' is no whole number"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_line_is_said_by_its_place(config, law, tmp_path, kind, edit, says):
    """Claim: the line, the place in it, what stands there and what should."""
    whole = every_kind(config)
    (event, *_) = [event for event in whole if event["kind"] == kind]
    event.update(edit)
    with pytest.raises(HarnessError) as caught:
        judged.judge_run(config, law, write(tmp_path, *whole))
    assert caught.value.code == "history-syntax"
    assert says in caught.value.message
