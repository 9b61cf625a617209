"""Events as lines: two runs that did the same have the same, and each thing that was done otherwise is another line."""

from dataclasses import replace

import pytest

from harness.core.golden.free import Freed
from harness.core.history import Call, CellHistory, Change, HttpExchange, LogLine, TaskRun, Transaction
from harness.judge.surface.difference import difference
from harness.judge.surface.lines import lines_of
from harness.judge.surface.times import Clock

NO_CLOCK = Clock(spans=())
ACCOUNT, SITE = "700000001", "701000001"
REFS = {"account": {"kind": "account", "id": int(ACCOUNT)}}


def cell(first_id=702000001, run="3f2b1c9e-1111-4222-8333-abcdefabcdef"):
    charge = Transaction(
        role="worker",
        changes=(
            Change(table="accounts", op="update", id=ACCOUNT, before={"credits": "100"}, after={"credits": "80"}),
            Change(
                table="logs",
                op="insert",
                id=str(first_id),
                before=None,
                after={
                    "id": str(first_id),
                    "account_id": ACCOUNT,
                    "cost": "1.50",
                    "meta": f'{{"n": 1.50, "run": "{run}"}}',
                    "run_id": run,
                },
            ),
            Change(table="jobs", op="delete", id="7", before={"id": "7", "note": "a b"}, after=None),
        ),
    )
    said = f"run:{run}/log-{first_id}"
    return CellHistory(
        cell="writer/x@manual",
        scenario="writer/x",
        path="manual",
        accounts={},
        refs=REFS,
        transactions=(charge,),
        tasks=(TaskRun(id="t1", name="bill", args=(int(ACCOUNT), first_id), result={"log": said}),),
        http=(
            HttpExchange(
                method="POST",
                path=f"/a/{ACCOUNT}/",
                status=202,
                request={"x": 1},
                response={"ok": True, "text": "y" * 200},
            ),
        ),
        logs=(
            LogLine(role="worker", level="ERROR", logger="x", message=f"{said} broke"),
            LogLine(role="worker", level="WARNING", logger="x", message="free"),
        ),
    )


def lines(one, free=(), **more):
    return lines_of(one, NO_CLOCK, free=Freed(free), **more)


def test_a_form_is_not_told_as_json():
    """Claim: a step that sends the same fields in another way is another line."""
    (plain,) = cell().http
    form = replace(plain, form="form", response=None)
    assert lines(replace(cell(), http=(form,)))[0] == 'http POST /a/<account>/ form {"x":1} => 202 null'


def test_what_is_told_of_a_cell():
    assert lines(cell()) == (
        'http POST /a/<account>/ {"x":1} => 202 {"ok":true,"text":"(200c 8ca9bfd43d61)"}',
        'message 1 bill [<account>,<logs+1>] {} => SUCCESS {"log":"run:<logs+1.run_id>/log-<logs+1>"}',
        "tx worker ~ accounts <account> credits:100->80",
        '          + logs <logs+1> account_id=<account> cost=1.50 meta={"n":1.50,"run":"<logs+1.run_id>"} run_id=<logs+1.run_id>',
        '          - jobs jobs 7 id=7 note="a b"',
        "log worker ERROR x run:<logs+1.run_id>/log-<logs+1> broke",
    )


def test_a_message_knows_its_parent_and_is_named_wherever_its_id_stands():
    parent, child = "3f2b1c9e-1111-4222-8333-00000000000a", "3f2b1c9e-1111-4222-8333-00000000000b"
    tasks = (
        TaskRun(id=parent, name="run", result={"sent": child}),
        TaskRun(
            id=child,
            name="bill",
            parent=parent,
            queue="slow",
            due=("+60s",),
            retries=1,
            redelivered=2,
            started=False,
            state="LOST",
            error="killed",
        ),
        TaskRun(
            id="x",
            name="fail",
            state="FAILURE",
            exception={"type": "ValueError", "message": "no price"},
            error="ValueError: no price",
        ),
    )
    one = replace(cell(), tasks=tasks, http=(), logs=(), transactions=())
    assert lines(one) == (
        'message 1 run [] {} => SUCCESS {"sent":"<message 2>"}',
        "message 2 <1 bill [] {} queue=slow due=+60s retries=1 redelivered=2 => LOST never begun null killed",
        "message 3 fail [] {} => FAILURE null ValueError: no price",
    )
    assert lines(one, mixed=True)[2] == 'message run [] {} => SUCCESS {"sent":"<message bill>"}'


def call(**changes):
    known = {
        "n": 1,
        "provider": "openai",
        "host": "api.openai.com",
        "method": "POST",
        "path": "/v1/x",
        "request": {"a": 1},
        "status": 200,
        "disposition": "played",
        "success": True,
        "sni": "api.openai.com",
        "headers": {"authorization": "Bearer {env.KEY}"},
    }
    return replace(cell(), tasks=(), http=(), logs=(), transactions=(), calls=(Call(**{**known, **changes}),))


def test_a_request_is_told_whole():
    assert lines(call()) == (
        'call 1 POST https://api.openai.com/v1/x {"a":1} authorization="Bearer {env.KEY}" => 200 played',
    )


@pytest.mark.parametrize(
    "changes",
    [{"scheme": "http"}, {"port": 8443}, {"sni": ""}, {"query": "a=1"}, {"headers": {}}, {"headers": {"authorization": "Bearer {env.OTHER}"}}, {"method": "PUT"}, {"path": "/v2/x"}, {"request": {"a": 2}}, {"status": 500}, {"disposition": "unmatched"}],
)  # fmt: skip
def test_whatever_changes_in_a_request_shows(changes):
    assert difference(lines(call()), lines(call(**changes)))


def test_what_is_left_beside_rows_and_where_it_broke():
    one = replace(cell(), tasks=(), http=(), transactions=(), logs=(LogLine(role="web", level="", logger="", message="Traceback", exception="KeyError", where="shop/pay.py pay"),), sides=({"store": "redis", "key": f"lock:{ACCOUNT}", "before": None, "after": {"ttl": True}},))  # fmt: skip
    assert lines(one) == (
        "log web traceback  Traceback KeyError in shop/pay.py pay",
        'side redis lock:<account> came: {"ttl":true}',
    )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, {"size": 3, "sha256": "ab" * 32}, "side file a.png came: 3 bytes abababababab"),
        ({"size": 3, "sha256": "ab" * 32}, {"size": 4, "sha256": "cd" * 32}, "side file a.png changed: 3 bytes abababababab -> 4 bytes cdcdcdcdcdcd"),
        ("there", None, 'side file a.png went: "there"'),
    ],
)  # fmt: skip
def test_a_file_has_its_size_and_a_digest(before, after, told):
    bare = replace(cell(), tasks=(), http=(), transactions=(), logs=(), sides=({"store": "file", "key": "a.png", "before": before, "after": after},))  # fmt: skip
    assert lines(bare) == (told,)


def test_a_host_that_was_looked_for_and_is_no_providers_is_a_line():
    """Claim: once for each, whatever became of it; unless it is free by name."""
    bare = replace(cell(), tasks=(), http=(), transactions=(), logs=(), undeclared=("b.example", "a.example", "b.example"))  # fmt: skip
    said = tuple(f"side host {host} was looked for: no provider of harness.toml speaks there" for host in ("a.example", "b.example"))  # fmt: skip
    assert lines(bare) == said
    assert lines(bare, free=["side host b.*:asked"]) == said[:1]


def test_other_ids_and_uuids_are_the_same_lines():
    assert lines(cell()) == lines(cell(702000009, "9f2b1c9e-2222-4222-8333-abcdefabc999"))


@pytest.mark.parametrize(
    ("column", "value"),
    [("cost", "1.5"), ("account_id", "700000002"), ("meta", '{"n": 1.5}'), ("run_id", None), ("added", "x")],
)
def test_another_value_in_any_column_shows(column, value):
    one = cell()
    first, log, job = one.transactions[0].changes
    other = replace(log, after={**log.after, column: value})
    changed = replace(one, transactions=(replace(one.transactions[0], changes=(first, other, job)),))
    assert difference(lines(one), lines(changed))


def test_split_in_two_transactions_shows():
    one = cell()
    first, *rest = one.transactions[0].changes
    split = replace(
        one,
        transactions=(Transaction(role="worker", changes=(first,)), Transaction(role="worker", changes=tuple(rest))),
    )
    assert difference(lines(one), lines(split))


def test_another_writer_shows():
    one = cell()
    assert difference(lines(one), lines(replace(one, transactions=(replace(one.transactions[0], role="web"),))))


def test_order_shows_unless_things_ran_side_by_side():
    one = cell()
    more = Transaction(
        role="worker", changes=(Change(table="sites", op="update", id=SITE, before={"n": "1"}, after={"n": "2"}),)
    )
    there = replace(one, transactions=(*one.transactions, more))
    back = replace(one, transactions=(more, *one.transactions))
    assert difference(lines(there), lines(back))
    assert lines(there, mixed=True) == lines(back, mixed=True)


def test_rows_that_workers_made_at_a_time_are_numbered_by_what_they_hold():
    def made(*rows):
        changes = [Change(table="logs", op="insert", id=i, before=None, after={"id": i, "n": n}) for i, n in rows]
        return replace(cell(), tasks=(), http=(), logs=(), transactions=tuple(Transaction(role=f"w{c.id}", changes=(c,)) for c in changes))  # fmt: skip

    one, other = made(("702000001", "1"), ("702000002", "2")), made(("702000001", "2"), ("702000002", "1"))
    assert lines(one, mixed=True) == lines(other, mixed=True)
    assert lines(one, mixed=True) == ("tx + logs <logs+1> n=1", "tx + logs <logs+2> n=2")


def test_what_is_free_is_left_out_and_an_update_of_nothing_else_with_it():
    one = cell()
    assert not any("credits" in line for line in lines(one, free=["accounts.credits"]))
    assert not any("cost" in line for line in lines(one, free=["*.cost"]))
    assert any("cost" in line for line in lines(one, free=["accounts.cost"]))


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Basic e {site#7.password = site<mine>.password = site#12.password}", "Basic e {site<mine>.password}"),
        ("Bearer {env.KEY = settings#1.key}", "Bearer {env.KEY = settings#1.key}"),
        (
            "{site<a>.password = site<b>.password = site#3.other}",
            "{site<a>.password = site<b>.password = site#3.other}",
        ),
        ("{unknown}", "{unknown}"),
    ],
)
def test_rows_that_were_there_before_add_nothing_to_where_a_credential_is_kept(told, shown):
    assert shown in lines(call(headers={"authorization": told}))[0]


def test_a_task_that_has_begun_is_told_without_the_number_of_its_process():
    """Claim: what task_track_started keeps differs by that number from run to run, and by nothing else; other pids are told."""

    def begun(held: str) -> str:
        kept = Change(table="results", op="update", id="7", before={"result": held}, after={"result": "null"})
        told = cell()
        return "\n".join(lines_of(replace(told, transactions=(Transaction(role="worker", changes=(kept,)),)), NO_CLOCK))

    one = begun('{"pid": 27, "hostname": "celery@vm"}')
    assert 'result:{"pid":"<pid>","hostname":"celery@vm"}->null' in one
    assert begun('{"pid": 26, "hostname": "celery@vm"}') == one
    assert begun('{"pid": 27, "hostname": "celery@other"}') != one
    assert begun('{"pid": 27, "job": 1}') != begun('{"pid": 26, "job": 1}')
