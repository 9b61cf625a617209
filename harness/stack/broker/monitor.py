"""Lines of MONITOR as commands: which client asked what of which database of the server."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SOURCE = re.compile(rb"^\d+\.\d+ \[(\d+) ([^\]]*)\] ")
_ARGUMENT = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b"}
_VERB = re.compile(rb'"([A-Za-z]+)"')


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `client` is the address it came from ("127.0.0.1:50312", a socket's path, "lua"), `words` its arguments."""

    db: int
    client: str
    verb: bytes
    words: tuple[bytes, ...]


def command(line: bytes, verbs: frozenset[bytes]) -> Command | None:
    """The command of a line without its "+" and line end; None for one of another verb than `verbs` (upper case)."""
    line = line.removeprefix(b"+")
    source = _SOURCE.match(line)
    if source is None:
        return None
    verb = _VERB.match(line, source.end())
    if verb is None or verb.group(1).upper() not in verbs:
        return None
    words = tuple(_unescape(match) for match in _ARGUMENT.findall(line, verb.end()))
    return Command(int(source.group(1)), source.group(2).decode("ascii", "replace"), verb.group(1).upper(), words)


def _unescape(text: bytes) -> bytes:
    if b"\\" not in text:
        return text
    return _ESCAPE.sub(_replace, text)


def _replace(match: re.Match[bytes]) -> bytes:
    code = match.group(1)
    if len(code) == 3:
        return bytes([int(code[1:], 16)])
    return _PLAIN.get(code, code)
