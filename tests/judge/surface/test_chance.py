"""What two runs of one target have otherwise by chance: the same lines; and what is no chance still shows."""

import base64
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harness.core.golden.free import Freed
from harness.core.history import Call, CellHistory, Change, HttpExchange, LogLine, TaskRun, Transaction
from harness.judge.surface.difference import difference
from harness.judge.surface.lines import lines_of
from harness.judge.surface.locked import made_of
from harness.judge.surface.times import Clock, Span
from harness.judge.surface.tokens import RUN, encoded, shape

BEGUN = datetime(2026, 11, 30, 7, 33, 19, 250000, UTC)


def at(**more):
    return Clock(spans=[Span(begun=BEGUN.timestamp(), ended=BEGUN.timestamp() + 1)], **more)


def later(hours):
    """A clock of another run."""
    begun = (BEGUN + timedelta(hours=hours, minutes=17, seconds=5)).timestamp()
    return Clock(spans=[Span(begun=begun, ended=begun + 1)])


def made(run, **columns):
    """A run that the target names itself, wherever its name stands."""
    row = {"id": "1", "run_id": run, **columns}
    return CellHistory(
        cell="x@manual",
        scenario="x",
        path="manual",
        accounts={},
        transactions=(
            Transaction(role="web", changes=(Change(table="runs", op="insert", id="1", before=None, after=row),)),
        ),
        tasks=(
            TaskRun(id="t", name="go", args=(run,), result={"run": run, "url": f"/runs/{run}/", "key": f"k_{run}x"}),
        ),
        http=(HttpExchange(method="POST", path=f"/runs/{run}/", status=200, request=None, response={"run_id": run}),),
    )


@pytest.mark.parametrize(
    ("one", "other", "shape"),
    [
        ("run_20261130_073319_manual_8e4582", "run_20261130_115024_manual_123456", "run_<now>_manual_<token>"),
        ("ord-8e4582ab", "ord-1b45c2ab", "ord-<token>"),
        ("8f3a2b1c9d8e7f6a5b4c3d2e1f0a9b8c", "0f3a2b1c9d8e1f6a5b4c3d2e1f0a9b81", None),
        ("b7Kx9QzT2mWp4RvL8nYc", "zT2mWp4RvLb7Kx9Q8nYc", "<token>"),
        ("INV_1796023999", "INV_1796039424", "INV_<epoch now>"),
    ],
)
def test_what_a_target_makes_up_is_named_by_the_column_that_keeps_it(one, other, shape):
    """Claim: in rows, messages, results, answers and URLs, also glued to letters; its shape stands where it is made."""
    told, again = lines_of(made(one), at()), lines_of(made(other), later(4))
    assert told == again
    assert told[0] == 'http POST /runs/<runs+1.run_id>/ null => 200 {"run_id":"<runs+1.run_id>"}'
    assert '"k_<runs+1.run_id>x"' in told[1] or len(one) < 16
    assert told[2].endswith(f"run_id={shape or '<runs+1.run_id>'}")


def test_another_shape_and_another_row_show():
    """Claim: a name that is made otherwise is a difference, and so is the name of another row."""
    one = lines_of(made("run_20261130_073319_manual_8e4582"), at())
    assert difference(one, lines_of(made("run_20261130_073319_scheduled_8e4582"), at()))
    stray = replace(made("ord-8e4582ab"), tasks=(TaskRun(id="t", name="go", args=("ord-77777abc",)),))
    assert any("<token 1>" in line for line in lines_of(stray, at()))


def test_a_column_that_holds_tokens_holds_them_when_they_look_like_numbers():
    """Claim: what is locked says which columns those are."""
    told = lines_of(made("ord-8e4582ab"), at())
    number = made("ord-12345678")
    assert lines_of(number, at()) != told
    assert lines_of(number, at(), made=made_of(told)) == told


@pytest.mark.parametrize(
    "word", ["gpt-5.1", "claude-3-5-sonnet-20241022", "SKU-000123", "facade", "2026-01-05", "example.com/decade"]
)
def test_words_names_and_numbers_are_no_tokens(word):
    """Claim: they stay as they are, and a change of them shows."""
    assert lines_of(made(word), at())[2].endswith(f"run_id={word}")


def test_what_a_provider_said_is_no_token_of_the_target_but_what_it_says_again_is():
    """Claim: an id of the recording is told; one that the target sent first is named."""

    def called(sent, said):
        call = Call(n=1, provider="p", host="h", method="POST", path="/", request={"mine": sent}, response={"mine": sent, "id": said}, status=200, disposition="played", success=True, sni="h")  # fmt: skip
        row = {"id": "1", "theirs": said, "mine": sent}
        change = Change(table="logs", op="insert", id="1", before=None, after=row)
        return replace(
            made(""), calls=(call,), tasks=(), http=(), transactions=(Transaction(role="w", changes=(change,)),)
        )

    def told(sent, said):
        cell = called(sent, said)
        from harness.judge.surface.said import Said, given_in

        return lines_of(cell, at(), given=given_in(cell, Said()))

    assert told("aa11bb22cc", "dd33ee44ff") == told("cc11bb22aa", "dd33ee44ff")
    assert difference(told("aa11bb22cc", "dd33ee44ff"), told("aa11bb22cc", "dd33ee4411"))


TRACEBACK = """could not pay
Traceback (most recent call last):
  File "{venv}/lib/python3.11/site-packages/celery/app/trace.py", line 453, in trace_task
    R = retval = fun(*args, **kwargs)
  File "{root}/shop/orders.py", line {line}, in pay
    raise KeyError("x")
  File "{venv}/lib/python3.11/site-packages/django/db.py", line 9, in get
    raise KeyError("x")
KeyError: 'x'"""


def broke(**where):
    text = TRACEBACK.format(**where)
    log = LogLine(
        role="worker",
        level="ERROR",
        logger="ForkPoolWorker-2",
        message=text,
        exception="KeyError",
        where="shop/orders.py pay",
    )
    row = Change(table="results", op="insert", id="1", before=None, after={"id": "1", "traceback": text})
    return replace(
        made("x"), tasks=(), http=(), logs=(log,), transactions=(Transaction(role="worker", changes=(row,)),)
    )


def test_a_traceback_is_its_exception_and_the_targets_own_frame_wherever_it_stands():
    """Claim: no line, no folder, no number of a process; another exception and another place show."""
    one = broke(venv="/home/a/.venv", root="/home/a/app", line=7)
    told = lines_of(one, at())
    assert told == (
        "tx worker + results <results+1> traceback=\"could not pay\\n<traceback KeyError: 'x' in shop/orders.py pay>\"",
        "log worker ERROR ForkPoolWorker could not pay KeyError: 'x' in shop/orders.py pay",
    )
    log = replace(one.logs[0], logger="ForkPoolWorker-1")
    assert lines_of(replace(broke(venv="/srv/v", root="/srv/app", line=99), logs=(log,)), at()) == told
    one, other = (
        lines_of(replace(broke(venv="v", root="r", line=1), logs=(replace(log, logger=pid),)), at())
        for pid in ("12", "345")
    )
    assert one == other, "gunicorn says the number of its process"
    other = broke(venv="/home/a/.venv", root="/home/a/app", line=7)
    log = replace(other.logs[0], message=other.logs[0].message.replace("'x'", "'y'"))
    assert difference(told, lines_of(replace(other, logs=(log,)), at()))


def test_json_in_a_text_is_read_and_a_path_in_it_can_be_free():
    """Claim: in a column, in a result and in an answer; what is free says so, and anything else beside it shows."""

    def held(pid, n):
        text = f'{{"pid": {pid}, "n": {n}}}'
        change = Change(table="results", op="insert", id="1", before=None, after={"id": "1", "result": text})
        task = TaskRun(id="t", name="go", result={"inner": text, "took": pid})
        http = HttpExchange(
            method="GET",
            path="/r/7/",
            status=200,
            request=None,
            response={"a": [{"ms": pid}]},
            headers={"x-time": str(pid)},
        )
        log = LogLine(role="web", level="ERROR", logger="shop", message=f"took {pid} ms")
        return replace(
            made("x"),
            tasks=(task,),
            http=(http,),
            logs=(log,),
            transactions=(Transaction(role="w", changes=(change,)),),
        )

    free = [
        "results.result:pid",
        "message go:result.inner.pid",
        "message:result.took",
        "answer /r/*/:**.ms",
        "header:x-time",
        r"log shop:took \d+",
    ]
    freed = Freed(free)
    one = lines_of(held(5, 1), at(), free=freed)
    assert freed.used == set(free)
    assert one == lines_of(held(6, 1), at(), free=Freed(free))
    assert difference(one, lines_of(held(6, 2), at(), free=Freed(free)))
    assert lines_of(held(5, 1), at()) != lines_of(held(6, 1), at())
    assert '"pid":<free>,"n":1' in one[2]


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("07:33:19.59", "<time of now>"),
        ("08:33:19.59", "<time of now+1h>"),
        ("07:38:19.59", "<time of now+5m>"),
        ("07:33:00", "<time of this minute>"),
        ("07:33", "<time of this minute>"),
        ("04:30:00", "04:30:00"),
        ("12:00", "12:00"),
        ("2026-12-01T07:33:00+00:00", "<this minute +1d>"),
        ("2026-11-30T07:33:00+00:00", "<this minute>"),
        ("2026-11-30T07:00:00+00:00", "<this hour>"),
        ("2026-11-30 00:00:00+00", "<this day>"),
        ("2026-11-01", "2026-11-01"),
        ("20261130_073319", "<now>"),
        ("20261130", "<today>"),
        ("20261129", "20261129"),
    ],
)
def test_times_that_are_set_from_now(told, name):
    """Claim: a time without a date, one without its seconds and one that is written close are told by the cell's own clock."""
    assert at().text(told) == name


def test_a_time_of_day_that_the_world_says_stays():
    """Claim: it is what the scenario says, also where it is now."""
    assert at(hours={"07:33"}).text("07:33:00") == "07:33:00"
    assert at(hours={"07:33"}).text("07:33") == "07:33"


def test_what_stood_in_the_prepared_database_is_prepared():
    """Claim: any time between the making of the database and its last migration, whenever that was."""
    made_at = datetime(2026, 11, 28, 1, 2, 3, 456789, UTC)
    span = Span(begun=made_at.timestamp() - 1, ended=made_at.timestamp() + 1)
    assert at(prepared=[span]).text(f"[{made_at.isoformat()}]") == "[<prepared>]"
    assert at().text(made_at.isoformat()) == made_at.isoformat()


def test_the_real_clock_is_now_too_where_the_targets_went_ahead():
    """Claim: what a worker's main process dates after a leap is now; what lies beyond both clocks is not."""
    start = BEGUN.timestamp()
    leapt = Clock(spans=[Span(begun=start, ended=start + 1), Span(begun=start + 11, ended=start + 12)])
    assert leapt.text((BEGUN + timedelta(seconds=1.7)).isoformat()) == "<now>"
    assert leapt.text((BEGUN + timedelta(seconds=5)).isoformat()) != "<now>"


@pytest.mark.parametrize("size", [16, 24, 32, 64])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode], ids=["standard", "for URLs"])
def test_base64_is_one_token_whatever_signs_chance_puts_into_it(size, encode):
    """Claim: hashes, signatures and session keys have the same shape in two runs: in 99 of 100, of the shortest; else in 399 of 400."""
    chance = random.Random(size)
    shapes = Counter(shape(encode(chance.randbytes(size)).decode().rstrip("=")) for _ in range(2000))
    assert shapes["<token>"] >= (1970 if size == 16 else 1995), shapes.most_common(3)


@pytest.mark.parametrize(
    "text",
    [
        "api/v1/billing/credits/balance/", "/media/images/AB12cd34/photo-of-Paris", "some-slug-with-many-words-2024", "gpt-4o-mini-2024-07-18-preview",
        "Europe/Berlin-some_Thing-2024x", "X-Request-Id_some-Thing-Longer", "2026-11-30T10-20-30Z-full-run", "Internal-Linking/Generate-Links_v2",
        "application/x-www-form-urlencoded", "shop_core/business/billing/services",
    ],
)  # fmt: skip
def test_paths_slugs_and_names_are_no_tokens(text):
    """Claim: what has base64's signs between words and numbers is told as it is."""
    assert not any(encoded(run) for run in RUN.findall(text))
    assert shape(text) == text


def test_a_signed_token_is_named_by_the_column_that_keeps_it():
    """Claim: with signs in it and without, in rows, messages, results, answers and URLs."""
    one, other = "Zx9-Qm3_Lp7Wd2vB8nKc4RtYh6", "b7Kx9QzT2mWp4RvL8nYcD3fGh1"
    assert lines_of(made(one), at()) == lines_of(made(other), later(1))
