"""Cassette: recorded provider traffic as values, whatever dialect the file was written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """`headers` keep every value; `body` is the decoded body (no content-encoding left), b"" when there was none."""

    method: str
    uri: str
    headers: Mapping[str, tuple[str, ...]]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedResponse:
    """`body` is decoded; `encoding` names the content-encoding it had on the wire, "" for none."""

    status: int
    reason: str
    headers: Mapping[str, tuple[str, ...]]
    body: bytes = b""
    encoding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One request with its answer. `times` > 1 or 0 (endless) only when the cassette says so; `harness_*` keys hold it.

    `timing_ms` are the offsets at which the parts of a streamed answer arrived, empty when they were not recorded.
    """

    request: RecordedRequest
    response: RecordedResponse
    times: int = 1
    index: int = 0
    timing_ms: tuple[int, ...] = ()

    @property
    def unanswered(self) -> str:
        """Why there is nothing to play, in words: a connection that was cut, or went over to another protocol. "" if there is."""
        status, request = self.response.status, self.request
        what = f"entry {self.index}: {request.method} {request.uri} was never answered (status {status})"
        return "" if status >= 200 else f"{what}: a client gets a connection that is cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a cassette comes from. `origin`: recorded | simulated | documented; a simulated answer never passes for a recorded one."""

    origin: str
    recorded_at: str
    upstream: str
    command: str
    provider: str
    model: str = ""
    shutdown_date: str = ""
    kept_headers: tuple[str, ...] = ()
    redacted: tuple[str, ...] = ()
    edited: tuple[Mapping[str, Any], ...] = ()
    """Each edit: {"what": ..., "why": ...}."""
    interactions_sha256: str = ""
    warnings: tuple[str, ...] = ()
    """What the simulator assumed, because it knows no rules of a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cassette:
    """A loaded cassette. `name` is its path below the cassette folder without ".yaml"; foreign files have no provenance."""

    name: str
    interactions: tuple[Interaction, ...]
    provenance: Provenance | None = None
    dialect: str = "vcrpy-1"
    extra: Mapping[str, Any] = field(default_factory=dict)
