"""A name server that knows no name: it says so at once, and remembers for which hosts it was asked.

The hosts of harness.toml stand in /etc/hosts of an island, so what is asked here is what nobody declared. The start-up hook, which
resolves names itself, asks in the same way for those that it refuses. RFC 1035: a question of one name; answered with no such
name, or with no data where the name is known and only not for this kind of address.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import suppress

_HEAD = 12
_MOST_BYTES = 512
_ADDRESSES = (1, 28)
"""A and AAAA: questions for where a host is; the others are about something else."""
_NO_SUCH_NAME = 3


class Names:
    """Answers on a UDP socket; `known` are hosts that are declared, or this machine itself."""

    def __init__(self, address: str, port: int, known: Iterable[str]) -> None:
        self._known = {host.lower() for host in known}
        self._asked: dict[str, None] = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind((address, port))

    def answer(self) -> None:
        """Answer all that waits."""
        with suppress(BlockingIOError):
            while True:
                question, who = self.socket.recvfrom(_MOST_BYTES)
                reply = self._reply(question)
                if reply:
                    with suppress(OSError):  # whoever asked need not be there any more
                        self.socket.sendto(reply, who)

    def taken(self) -> tuple[str, ...]:
        """The hosts since this was last called, in the order in which they were first asked for."""
        self.answer()
        taken = tuple(self._asked)
        self._asked.clear()
        return taken

    def close(self) -> None:
        self.socket.close()

    def _reply(self, question: bytes) -> bytes:
        read = _read(question)
        if read is None:
            return b""
        name, kind, end = read
        known = name in self._known
        if not known and kind in _ADDRESSES:
            self._asked.setdefault(name)
        # an answer that recursion was available for, with the question and nothing else
        flags = bytes([0x80 | (question[2] & 0x79), 0x80 | (0 if known else _NO_SUCH_NAME)])
        return question[:2] + flags + b"\0\1\0\0\0\0\0\0" + question[_HEAD:end]


def _read(question: bytes) -> tuple[str, int, int] | None:
    """(the name in small letters, the kind of record, where the question ends); None for what is no question of one name."""
    if len(question) < _HEAD or question[2] & 0x80 or question[4:6] != b"\0\1":
        return None
    labels, at = [], _HEAD
    while at < len(question) and question[at]:
        size = question[at]
        if size > 63 or at + 1 + size > len(question):
            return None
        labels.append(question[at + 1 : at + 1 + size])
        at += 1 + size
    end = at + 5
    if not labels or end > len(question):
        return None
    name = b".".join(labels).decode("ascii", "backslashreplace").lower()
    return name, int.from_bytes(question[at + 1 : at + 3]), end
