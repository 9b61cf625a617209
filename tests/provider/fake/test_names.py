"""A name server that knows no name: clients hear so at once, and the fake's report says what they looked for."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import pytest

from harness.provider.fake.names import Names

A, AAAA, PTR = 1, 28, 12


def question(name: str, kind: int = A, *, number: int = 7) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", kind, 1)


@pytest.fixture
def names() -> Iterator[Names]:
    made = Names("127.0.0.1", 0, ["api.openai.com", "thisbox"])
    yield made
    made.close()


def ask(names: Names, *sent: bytes) -> list[bytes]:
    """What comes back for each that is answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        for one in sent:
            client.sendto(one, names.socket.getsockname())
        names.answer()
        client.setblocking(False)
        answers = []
        while True:
            try:
                answers.append(client.recv(512))
            except BlockingIOError:
                return answers


def test_an_unknown_name_is_refused_and_remembered_once(names):
    """Claim: no such name, with the question in it; small letters; in the order of asking; gone once it was taken."""
    asked = question("Telemetry.Example"), question("telemetry.example", AAAA), question("other.example")
    answers = ask(names, *asked)
    assert [one[:2] + one[12:] for one in answers] == [one[:2] + one[12:] for one in asked]
    assert {one[3] & 0xF for one in answers} == {3}
    assert names.taken() == ("telemetry.example", "other.example")
    assert names.taken() == ()


def test_a_declared_host_is_there_but_has_no_such_address(names):
    """Claim: an IPv6 question for a host of /etc/hosts is no sign of an undeclared one, and no lie about it."""
    (answer,) = ask(names, question("API.openai.com", AAAA))
    assert (answer[3] & 0xF, answer[6:8]) == (0, b"\0\0")
    assert names.taken() == ()


def test_other_questions_name_no_host(names):
    """Claim: which name an address has is answered, and is nobody's host."""
    assert len(ask(names, question("1.0.0.127.in-addr.arpa", PTR))) == 1
    assert names.taken() == ()


@pytest.mark.parametrize(
    "noise",
    [b"", b"\0" * 12, question("a.example")[:-3], question("a.example")[:14], b"\0\1\x81\0" + question("a.example")[4:], b"\0\0\1\0\0\1\0\0\0\0\0\0\xff" + b"a" * 80],
    ids=["nothing", "no question", "cut in the end", "cut in the name", "an answer", "a label that is too long"],
)  # fmt: skip
def test_noise_is_not_answered(names, noise):
    assert ask(names, noise) == []
    assert names.taken() == ()


def test_what_waits_when_it_is_asked_for_is_in_it(names):
    """Claim: the hook does not wait for an answer, so a question may still lie in the socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(question("late.example"), names.socket.getsockname())
    assert names.taken() == ("late.example",)
