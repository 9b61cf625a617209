"""What the files of contracts/api/ENDPOINT and the fuzzer say to each other. docs/formats.md tells how such a folder is written.

They import this module, the words of harness.core and what they bring along, and nothing else of the harness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

SECRET = "never-to-be-seen-4f1c9e"
"""Stands in every column that holds a key, a password or a token: no answer may hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks. `headers` say so, none for nobody; `status` is what must be answered; `account` the account whose data is
    then meant, "" where the answer must be a refusal."""

    headers: Mapping[str, str]
    status: int
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. `body` is parsed JSON, or None when it is none; `error` is an exception that came through."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: Any
    queries: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A rule that does not hold, and how."""

    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


class State(Protocol):
    """A state of the database, and who asks in it. `crowd`: how many rows more a second request has, 0 where none is asked.
    Its text is one line for a reader."""

    caller: str
    crowd: int

    def as_json(self) -> dict[str, Any]: ...

    def crowded(self) -> State: ...
