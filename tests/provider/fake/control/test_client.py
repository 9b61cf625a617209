"""The control connection: epochs, held calls, waiting, and errors that arrive as errors."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.core.errors import HarnessError, StackError
from harness.core.scenario import Fault
from harness.provider.fake.control.client import FakeControl
from tests.provider.fake.conftest import chat

HOLD = Fault(kind="hold", match="openai *", calls=(1,))


def asked(fake):
    """A client of its own that has asked for a chat."""
    raw = socket.create_connection(("127.0.0.1", fake.port))
    secured = ssl.create_default_context(cafile=str(fake.ca)).wrap_socket(raw, server_hostname="localhost")
    body = chat("hello", "").request.body
    secured.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\n")
    secured.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    return secured


def test_a_held_call_waits_for_release(fake):
    """wait_held sees it, the client gets nothing before release, and the recorded answer after it."""
    fake.load(chat("hello", "world"), faults=(HOLD,))
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(fake.chat, "hello")
        assert fake.control.wait_held(1, 10)
        report = fake.report()
        assert (report.held, report.calls[0].status, report.calls[0].success) == (1, 0, True)
        assert not pending.done()
        assert fake.control.release() == 1
        assert pending.result(10).status_code == 200
    (call,) = fake.report().calls
    assert (call.disposition, call.fault, call.status) == ("played", "hold", 200)


def test_calls_that_have_not_ended_are_counted_and_waited_for(fake):
    """Claim: a held call is open until it is released; a scenario without any has none."""
    fake.load(chat("hello", "world"), faults=(HOLD,))
    assert (fake.control.wait_ended(10), fake.control.called()) == (0, 0)
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(fake.chat, "hello")
        assert fake.control.wait_held(1, 10)
        assert (fake.control.wait_ended(0), fake.control.called()) == (1, 1)
        fake.control.release()
        assert fake.control.wait_ended(10) == 0
        assert pending.result(10).status_code == 200
    assert fake.control.called() == 1


def test_a_client_that_is_killed_while_held_leaves_work_done(fake):
    """The task's process dies while the provider works: consumed, success, never arrived, no longer held."""
    fake.load(chat("hello", "world"), faults=(HOLD,))
    secured = asked(fake)
    assert fake.control.wait_held(1, 10)
    secured.close()
    assert fake.control.wait_calls(1, 10)
    report = fake.report()
    assert (report.held, report.unplayed) == (0, ())
    assert (report.calls[0].disposition, report.calls[0].success, report.calls[0].status) == ("fault", True, 0)
    assert fake.control.release() == 1, "releasing what nobody waits for is harmless"


def test_a_client_that_ended_before_a_release_gets_nothing_of_it(fake):
    """Claim: it was gone when the answer could go, however soon after; ten of ten."""
    for _ in range(10):
        fake.load(chat("hello", "world"), faults=(HOLD,))
        secured = asked(fake)
        assert fake.control.wait_held(1, 10)
        secured.close()
        fake.control.release()
        (call,) = fake.report().calls
        assert (call.disposition, call.status) == ("fault", 0)


def test_waiting_in_vain_says_so(fake):
    """A wait that is not met returns False after its time, and not before."""
    began = time.monotonic()
    assert fake.control.wait_held(1, 0.05) is False
    assert fake.control.wait_calls(1, 0.05) is False
    assert time.monotonic() - began >= 0.1


def test_a_late_request_stays_with_its_own_scenario(fake):
    """A call that began before the next load does not consume or show up there; it is counted as late."""
    fake.load(chat("hello", "old"), faults=(HOLD,))
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(fake.chat, "hello")
        assert fake.control.wait_held(1, 10)
        fake.load(chat("hello", "new"), scenario="test/two")
        assert pending.result(10).json()["choices"][0]["message"]["content"] == "old"
    report = fake.report()
    assert (report.calls, len(report.unplayed), report.late) == ((), 1, 1)
    assert fake.chat("hello").json()["choices"][0]["message"]["content"] == "new"


def test_connections_outlive_a_load(fake):
    """A kept-alive connection serves the next scenario; positions and counts begin again."""
    first = Fault(kind="http_500", match="*", calls=(1,))
    for _ in range(3):
        fake.load(chat("hello", "world"), faults=(first,))
        assert [fake.chat("hello").status_code, fake.chat("hello").status_code] == [500, 200]
        assert [call.n for call in fake.report().calls] == [1, 2]


def test_a_missing_cassette_is_named_with_the_nearest(fake):
    """A misspelt tape fails the load, with the name that was meant; the scenario before it stays loaded."""
    fake.load(chat("hello", "world"))
    with pytest.raises(HarnessError) as caught:
        fake.control.load("test/x", ["tap"], ())
    assert (caught.value.code, caught.value.hint) == ("cassette-missing", "did you mean 'tape'?")
    with pytest.raises(HarnessError, match="no cassette"):
        fake.control.load("test/x", ["../tape"], ())
    assert fake.control.ping()["scenario"] == "test/one"


def test_a_cassette_that_changed_on_disk_is_read_again(fake):
    """Parsed cassettes are kept in memory, but never beyond a change of the file."""
    fake.load(chat("hello", "one"))
    fake.load(chat("hello", "two, longer"))
    assert fake.chat("hello").json()["choices"][0]["message"]["content"] == "two, longer"


def test_operations_are_quick(fake):
    """Half of 200 pings take under a millisecond each: control is no cost beside a scenario."""
    spent = []
    for _ in range(200):
        began = time.perf_counter()
        fake.control.ping()
        spent.append(time.perf_counter() - began)
    print(f"ping: median {sorted(spent)[100] * 1e6:.0f} us")
    assert sorted(spent)[20] < 0.001


def test_nonsense_on_the_socket_is_answered_with_an_error(fake):
    """Broken JSON, unknown operations and wrong types get an error line, and the connection lives on."""
    with socket.socket(socket.AF_UNIX) as raw:
        raw.connect(fake.control.path)
        lines = raw.makefile("rwb")
        for text in (
            b"{",
            b"[]",
            b'{"op": "lod"}',
            b'{"op": "load", "faults": [{}]}',
            b'{"op": "wait_held", "nth": "x"}',
        ):
            lines.write(text + b"\n")
            lines.flush()
            assert b'"ok": false' in lines.readline()
        lines.write(b'{"op": "ping"}\n')
        lines.flush()
        assert b'"ok": true' in lines.readline()


def test_a_fake_that_is_gone_is_a_stack_error(tmp_path):
    """No socket, or one that closes: fake-gone, exit code 3."""
    with pytest.raises(StackError) as caught:
        FakeControl(tmp_path / "none.sock")
    assert caught.value.code == "fake-gone"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s.sock"))
    listener.listen()
    control = FakeControl(tmp_path / "s.sock")
    threading.Thread(target=lambda: listener.accept()[0].close()).start()
    with pytest.raises(StackError) as caught:
        control.ping()
    assert caught.value.code == "fake-gone"
    control.close()
    listener.close()


def test_finish_needs_record_mode(fake):
    """Replay writes nothing."""
    with pytest.raises(HarnessError, match="the fake is in mode replay"):
        fake.control.finish()


def test_a_ledger_beyond_its_bound_refuses_to_report(fake):
    """Calls are never left out of a report in silence: fake-overflow instead."""
    fake.load(chat("hello", "world", times=0))
    fake.in_loop(lambda: setattr(fake.service.epoch, "keep", 2))
    for _ in range(3):
        fake.chat("hello")
    with pytest.raises(StackError) as caught:
        fake.report()
    assert caught.value.code == "fake-overflow"
