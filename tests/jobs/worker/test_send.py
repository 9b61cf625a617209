"""Cells that are driven elsewhere: each counts once, none is missing, and nothing is waited for in vain."""

from __future__ import annotations

import json
import socket
import zlib
from collections.abc import Iterator

import pytest

from harness.core.errors import HarnessError
from harness.jobs.worker import desk, send, watch
from harness.jobs.worker.send import Sent
from tests.jobs.worker import broker
from tests.jobs.worker.broker import told

ONE, TWO, THREE = CELLS = ("w/one@manual", "w/two@manual", "w/three@direct")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with broker.serving(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
def impatient(monkeypatch):
    """Whoever waits gives up at once: what is tested is what it says then."""
    monkeypatch.setattr(watch, "TICK_S", 0.02)
    monkeypatch.setattr(watch, "ANSWER_S", 0.05)
    monkeypatch.setattr(desk, "LEASE_S", 0.05)


@pytest.fixture
def sent(url: str, request) -> Iterator[Sent]:
    """Three cells on their way, with nobody at the other end."""
    client = desk.connect(url)
    client.flushall()
    made = Sent(
        run="r", url=url, client=client, celery=desk.app(url), plan=CELLS, job={"phase": 0, "code": {}},
        attempts=dict.fromkeys(CELLS, 1),
    )  # fmt: skip
    desk.open_run(client, "r", CELLS, made.job)
    yield made
    client.close()


def answered(sent: Sent, *answers) -> None:
    for one in answers:
        assert desk.answer(sent.client, sent.run, one) > 0


def collect(sent: Sent) -> list[str]:
    return [events[0]["cell"] for _, events in send.collected(sent)]


def fails(sent: Sent, code: str, message: str, exit_code: int = 3) -> HarnessError:
    with pytest.raises(HarnessError, match=message) as caught:
        collect(sent)
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    return caught.value


def test_cells_come_out_in_the_plans_order_whoever_is_first(sent):
    """Claim: byte for byte what the worker wrote, and every cell of the plan."""
    answered(sent, told(THREE), told(ONE, worker="two"), told(TWO))
    assert [lines for lines, _ in send.collected(sent)][2].count(b"\n") == 3
    assert sent.by == {THREE: "one", ONE: "two", TWO: "one"}
    assert sent.places == {
        "one": {"isolation": "namespace", "boot_s": 2.0},
        "two": {"isolation": "namespace", "boot_s": 1.0},
    }


def test_a_second_answer_is_dropped_and_told(sent):
    """Claim: whichever attempt or worker it comes from, a cell counts once."""
    answered(sent, told(ONE), told(ONE, attempt=2, worker="two"), told(TWO), told(THREE))
    assert collect(sent) == list(CELLS)
    assert (sent.late, sent.by[ONE]) == (1, "one")


@pytest.fixture
def resent(sent, monkeypatch) -> list[str]:
    """Cells that are sent again are answered at once, by worker two, with the attempt that was asked for."""
    again: list[str] = []

    def sent_again(sent: Sent, cells) -> None:
        for cell in cells:
            again.append(f"{cell} {sent.attempts[cell]}")
            assert desk.claim(sent.client, sent.run, cell, sent.attempts[cell], "two") == sent.job
            answered(sent, told(cell, attempt=sent.attempts[cell], worker="two"))

    monkeypatch.setattr(send, "send", sent_again)
    return again


def test_a_cell_whose_lease_is_gone_is_sent_again(sent, resent, impatient):
    """Claim: the dead worker costs its cell only; which worker it was is told, and its claim is void."""
    desk.claim(sent.client, "r", ONE, 1, "dead")
    desk.let_go(sent.client, "r", ONE, 1)
    answered(sent, told(TWO), told(THREE))
    assert collect(sent) == list(CELLS)
    assert resent == [f"{ONE} 2"]
    assert sent.lost == [{"cell": ONE, "worker": "dead", "attempt": 1}]
    assert sent.by[ONE] == "two"
    assert desk.claim(sent.client, "r", ONE, 1, "dead") is None


def test_a_worker_that_answers_while_it_is_looked_for_is_not_dead(sent, resent, impatient, monkeypatch):
    """Claim: a lease that went away because the answer came is no death."""
    desk.claim(sent.client, "r", ONE, 1, "one")
    desk.let_go(sent.client, "r", ONE, 1)
    answered(sent, told(TWO), told(THREE))
    real = desk.claims

    def claims(client, run):
        seen = real(client, run)
        if ONE not in sent.by:
            answered(sent, told(ONE))
        return seen

    monkeypatch.setattr(desk, "claims", claims)
    assert collect(sent) == list(CELLS)
    assert resent == []
    assert sent.lost == []


def test_a_cell_that_nobody_has_and_that_is_not_queued_is_sent_again(sent, resent, impatient, monkeypatch):
    """Claim: a worker that died between taking a message and saying so loses nothing; another one answers."""
    monkeypatch.setattr(watch, "_ask", lambda *_, **__: {"two": {"ok": "pong"}})
    answered(sent, told(ONE), told(TWO))
    assert collect(sent) == list(CELLS)
    assert resent == [f"{THREE} 2"]
    assert sent.lost == [{"cell": THREE, "worker": "", "attempt": 1}]


def test_a_cell_that_takes_its_workers_with_it_ends_the_run(sent, impatient, monkeypatch):
    """Claim: lost twice is an error that names both workers; the third is spared."""
    monkeypatch.setattr(send, "send", lambda sent, cells: die(sent, "second"))

    def die(sent, worker):
        desk.claim(sent.client, "r", ONE, sent.attempts[ONE], worker)
        desk.let_go(sent.client, "r", ONE, sent.attempts[ONE])

    die(sent, "first")
    told = fails(sent, "remote-lost", f"{ONE} lost its worker 2 times: first, then second")
    assert told.hint.endswith(f"harness verify --only {ONE}")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (broker.history_of(ONE).replace(b'"kind":"note"', b'"kind":"nte"'), "does not hold what was observed"),
        (b"".join(broker.history_of(ONE).splitlines(keepends=True)[:2]), "has no end"),
        (b"".join(broker.history_of(ONE).splitlines(keepends=True)[::2]), "does not hold what was observed"),
        (broker.history_of(ONE)[:-9], "has no end"),
        (broker.history_of(TWO), "holds events of another cell"),
        (b"", "has no beginning"),
        (b"nonsense\n", "line 1 is not an event"),
    ],
)
def test_a_history_that_is_cut_is_not_counted(sent, body, why):
    """Claim: whatever is missing from it, the run ends in an error."""
    answered(sent, told(ONE, body=body), told(TWO), told(THREE))
    fails(sent, "remote-cut", why)


def test_an_answer_that_is_cut_on_the_way_is_not_counted(sent):
    """Claim: torn inside its compressed body, or no answer at all."""
    whole = b'{"kind":"cell","cell":"w/one@manual","attempt":1,"worker":"one","about":{}}\n' + zlib.compress(b"x" * 99)
    for packed in (whole[:-3], b"{}\n" + zlib.compress(b""), b"\x80\n"):
        sent.client.rpush("igny8-harness:run:r:answers", packed)
        fails(sent, "remote-cut", "is not whole")


def test_a_cell_that_nobody_asked_for_is_an_error(sent):
    """Claim: it does not become part of the run."""
    answered(sent, told("w/other@manual"))
    fails(sent, "remote-cut", "nobody asked for this cell")


@pytest.mark.parametrize(("exit_code", "code"), [(3, "role-died"), (2, "operation-unknown")])
def test_what_breaks_on_a_worker_is_the_runs_error(sent, exit_code, code):
    """Claim: with the code and the exit code that it would have here, and the worker's name."""
    about = {"message": "web ended", "hint": "see its log", "code": code, "exit_code": exit_code}
    answered(sent, told(ONE, kind="error", body=b"", **about))
    assert fails(sent, code, f"{ONE} on worker one: web ended", exit_code).hint == "see its log"


def test_a_worker_with_other_code_that_came_later_is_refused(sent):
    """Claim: what it would have driven is something else."""
    answered(sent, told(ONE, kind="refused", body=b"", unlike="scenarios, target"))
    fails(sent, "remote-code", "worker one has other code than this machine: scenarios, target", 2)


def test_a_redis_that_forgot_the_run_is_noticed(sent, impatient):
    """Claim: flushed or started again; not a wait without end."""
    sent.client.flushall()
    fails(sent, "remote-forgotten", "Redis has forgotten this run")


def test_workers_that_are_all_gone_are_noticed(sent, impatient):
    """Claim: cells are queued, nobody holds one, nobody answers."""
    send.send(sent, CELLS)
    assert desk.queued(sent.client) == 3
    fails(sent, "remote-gone", r"every worker at redis://\S+ is gone")


def test_workers_that_answer_and_do_nothing_are_noticed(sent, impatient, monkeypatch):
    """Claim: a worker that hangs, and holds its lease, is not waited for without end."""
    monkeypatch.setattr(watch, "PATIENCE_S", 0.1)
    monkeypatch.setattr(desk, "LEASE_S", 60)
    desk.claim(sent.client, "r", ONE, 1, "hung")
    send.send(sent, (TWO, THREE))
    fails(sent, "remote-stuck", "nothing has moved at")


def test_nothing_of_a_run_stays_in_redis(sent):
    """Claim: however it ended; what was queued of it is not driven any more, what comes back is not kept."""
    with send._open(sent):
        send.send(sent, CELLS)
        desk.claim(sent.client, "r", ONE, 1, "one")
    assert [key for key in sent.client.keys("igny8-harness:run:*") if b":lease:" not in key] == []
    assert desk.claim(sent.client, "r", TWO, 1, "one") is None
    assert desk.answer(sent.client, "r", told(ONE)) == 0


def test_messages_are_json_and_small(sent):
    """Claim: no pickle on either side; the code of the run is not in each of them."""
    send.send(sent, (ONE,))
    (message,) = sent.client.lrange("igny8-harness:cells", 0, -1)
    assert json.loads(message)["content-type"] == "application/json"
    assert len(message) < 1500
    assert sent.celery.conf.accept_content == ["json"]


def test_a_run_is_renewed_while_its_cells_are_sent(sent, monkeypatch):
    """Claim: a plan that takes longer to send than a run lives without verify is not forgotten meanwhile."""
    monkeypatch.setattr(send, "KEEP_EVERY", 2)
    kept, real = [], desk.keep_run

    def keep(client, run):
        kept.append(desk.queued(client))
        return real(client, run)

    monkeypatch.setattr(desk, "keep_run", keep)
    sent.client.expire("igny8-harness:run:r", 5)
    send.send(sent, CELLS)
    assert kept == [0, 2]
    assert sent.client.ttl("igny8-harness:run:r") > 5


def test_no_worker_is_an_error(sent, impatient):
    """Claim: before anything is sent."""
    with pytest.raises(HarnessError, match=r"no worker answers at redis://\S+ within 1.05 s") as caught:
        watch.check_workers(sent.celery, 0, {}, sent.url)
    assert (caught.value.code, caught.value.exit_code) == ("remote-no-worker", 3)


@pytest.mark.parametrize(
    ("told", "unlike"),
    [
        ({"code": {"target": "a", "scenarios": "other"}}, "scenarios"),
        ({"broken": "no file"}, "no file"),
        ({"error": "x"}, "x"),
    ],
)
def test_a_worker_with_other_code_is_refused(monkeypatch, sent, told, unlike):
    """Claim: one among many is enough, and the parts that differ are named."""
    ours = {"target": "a", "scenarios": "b"}
    monkeypatch.setattr(watch, "_ask", lambda *_, **__: {"good": {"code": ours}, "odd": told})
    with pytest.raises(HarnessError, match=f"worker odd has other code than this machine: {unlike}") as caught:
        watch.check_workers(sent.celery, 0, ours, sent.url)
    assert caught.value.code == "remote-code"


def test_a_redis_that_is_not_there_is_an_error_without_its_password():
    """Claim: one line, exit code 3; an address that is none is a usage error."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(HarnessError, match=rf"the Redis at redis://127.0.0.1:{port}/0 does not answer") as caught:
            desk.connect(f"redis://:secret@127.0.0.1:{port}/0")
    assert (caught.value.code, caught.value.exit_code) == ("remote-broker", 3)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://h:6379/0", "redis://h:6379/0"),
        ("redis://:secret@h:6379/0", "redis://h:6379/0"),
        ("redis://user:se@cret@h/0", "redis://h/0"),
        ("rediss://user:secret@[::1]:6379/0?ssl_cert_reqs=none", "rediss://[::1]:6379/0"),
        ("redis://h/0?password=secret", "redis://h/0"),
        ("redis://h?password=secret#secret", "redis://h"),
        ("unix://user:secret@/tmp/valkey.sock?db=0", "unix:///tmp/valkey.sock"),
        ("redis://:12/secret@h/0", "what was given"),
        ("redis://user:12?secret@h/0", "what was given"),
        ("redis://user:12#secret@h/0", "what was given"),
        ("redis://h/0?password=se@cret", "what was given"),
        ("redis://user:secret", "what was given"),
        (":secret@h", "what was given"),
    ],
)
def test_an_address_is_shown_without_its_password(url, shown):
    """Claim: wherever it stands; where that cannot be told, nothing of it is shown."""
    assert desk.shown(url) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://h", "http://h"),
        ("redis://user:99999", "redis://user:99999"),
        ("redis://h/0?socket_timeout=secret", "redis://h/0"),
        ("redis://user:secret", "what was given"),
        ("redis://:12/secret@h/0", "what was given"),
        ("redis://user:12?secret@h/0", "what was given"),
    ],
)
def test_an_address_that_is_none_is_a_usage_error_without_its_password(url, shown):
    """Claim: what the client says of it, in which a piece of the password may be, is not repeated."""
    with pytest.raises(HarnessError) as caught:
        desk.connect(url)
    assert (caught.value.code, caught.value.exit_code) == ("remote-url", 2)
    assert caught.value.message == f"{shown} is no address of a Redis"
