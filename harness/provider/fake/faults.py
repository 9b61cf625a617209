"""Faults over recorded truth: the kinds, and which calls of a scenario they fall on.

A fault either leaves the recording in place (the provider did no work, so a retry still finds it) or consumes it (the
provider did the work, whatever the client got). Positions count the matching calls of one scenario, from 1; with a
`probability` the draw is seeded by run seed, scenario and fault, so the same order of calls gets the same faults.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from harness.core.errors import HarnessError, did_you_mean
from harness.core.scenario import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`works`: the provider did the work, so the recording is consumed and the call counts as a success.

    `ends` is what the client gets: answer (in full), refuse (a provider-shaped error), reset, stall, truncate, cut, tls.
    """

    says: str
    works: bool
    ends: str
    args: Mapping[str, str] = field(default_factory=dict)


_MESSAGE = {"message": "text instead of the provider's", "retry_after_s": "seconds in Retry-After"}

KINDS: dict[str, Kind] = {
    "http_400": Kind(says="400, a malformed request", works=False, ends="refuse", args=_MESSAGE),
    "http_401": Kind(says="401, the key is wrong", works=False, ends="refuse", args=_MESSAGE),
    "http_403": Kind(says="403, not allowed", works=False, ends="refuse", args=_MESSAGE),
    "http_404": Kind(says="404, the model does not exist", works=False, ends="refuse", args=_MESSAGE),
    "http_429": Kind(says="429, rate limit, with its headers", works=False, ends="refuse", args=_MESSAGE),
    "insufficient_quota": Kind(says="the provider's account is empty", works=False, ends="refuse", args=_MESSAGE),
    "http_500": Kind(says="500, the provider failed", works=False, ends="refuse", args=_MESSAGE),
    "http_503": Kind(says="503, the provider is overloaded", works=False, ends="refuse", args=_MESSAGE),
    "content_policy": Kind(says="400, the content was refused", works=False, ends="refuse", args=_MESSAGE),
    "reset": Kind(says="connection reset before any work", works=False, ends="reset"),
    "stall": Kind(says="no answer until the client gives up; no work done", works=False, ends="stall"),
    "tls": Kind(says="the TLS handshake fails", works=False, ends="tls"),
    "latency": Kind(says="the answer comes late", works=True, ends="answer", args={"ms": "delay in milliseconds"}),
    "hold": Kind(says="the answer is kept until it is released", works=True, ends="answer"),
    "truncate": Kind(
        says="the body ends early",
        works=True,
        ends="truncate",
        args={"bytes": "bytes of the body that arrive; default half of it"},
    ),
    "cut_sse": Kind(
        says="the stream ends early",
        works=True,
        ends="cut",
        args={"after_chunks": "events that arrive; default half of them"},
    ),
    "lost_answer": Kind(says="work done, connection reset before the answer", works=True, ends="reset"),
}


class Armed:
    """One fault of a loaded scenario, counting the calls it matches."""

    __slots__ = ("chance", "draw", "fault", "kind", "seen")

    def __init__(self, fault: Fault, seed: str) -> None:
        self.fault = fault
        self.kind = KINDS[fault.kind]
        self.seen = 0
        self.chance = float(fault.args.get("probability", 1.0))
        self.draw = random.Random(seed)

    def falls_on(self, route: str) -> bool:
        """Count this call if it matches, and say whether the fault falls on it."""
        return fnmatchcase(route, self.fault.match) and self._chosen()

    def falls_on_host(self, provider: str) -> bool:
        """As `falls_on`, for a TLS handshake: it shows the provider, and neither method nor path."""
        return fnmatchcase(provider, self.fault.match.partition(" ")[0]) and self._chosen()

    def _chosen(self) -> bool:
        self.seen += 1
        chosen = self.chance >= 1.0 or self.draw.random() < self.chance
        return chosen and (not self.fault.calls or self.seen in self.fault.calls)


def arm(faults: Iterable[Fault], scenario: str, seed: int) -> list[Armed]:
    """Check and arm the faults of a scenario. Raises HarnessError fault-unknown, fault-value."""
    armed = []
    for index, fault in enumerate(faults):
        check(fault)
        armed.append(Armed(fault, f"{seed}:{scenario}:{index}"))
    return armed


def check(fault: Fault) -> None:
    """Raises HarnessError fault-unknown, fault-value."""
    kind = KINDS.get(fault.kind)
    if kind is None:
        raise HarnessError(f"unknown fault '{fault.kind}'", hint=did_you_mean(fault.kind, KINDS), code="fault-unknown")
    known = {**kind.args, "probability": "0 to 1"}
    for name, value in fault.args.items():
        if name not in known:
            raise _bad(fault, f"has no argument '{name}'", did_you_mean(name, known))
        number = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        if name != "message" and not number:
            raise _bad(fault, f"{name}={value!r} is not a number of at least 0", f"{name}: {known[name]}")
    if fault.args.get("probability", 0) > 1:
        raise _bad(fault, "probability is above 1", "give 0 to 1")
    if any(isinstance(call, bool) or not isinstance(call, int) or call < 1 for call in fault.calls):
        raise _bad(fault, f"calls={list(fault.calls)} must count from 1", "the first matching call is 1")
    if not fault.match.strip():
        raise _bad(fault, "has an empty match", 'write "openai POST /v1/chat/completions", or "*" for every call')


def parse(text: str) -> Fault:
    """A fault from the command line: "KIND[:MATCH][@CALLS][,NAME=VALUE]...", as "http_429:openai *@1,2,retry_after_s=0"."""
    head, *options = text.split(",")
    kind, _, rest = head.partition(":")
    match, at, first = rest.rpartition("@") if "@" in rest else (rest, "", "")
    if not match and "@" in kind:
        kind, at, first = kind.partition("@")
    calls: list[int] = []
    args: dict[str, Any] = {}
    for option in ([first] if at else []) + options:
        name, equals, value = option.partition("=")
        if equals:
            args[name] = _value(value)
        elif option.isdigit():
            calls.append(int(option))
        else:
            raise HarnessError(
                f"fault '{text}': '{option}' is neither a call number nor NAME=VALUE",
                hint="write KIND:MATCH@1,2,NAME=VALUE, for example http_429:openai *@1,retry_after_s=0",
                code="fault-value",
            )
    fault = Fault(kind=kind.strip(), match=match.strip() or "*", calls=tuple(calls), args=args)
    check(fault)
    return fault


def _value(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def _bad(fault: Fault, what: str, hint: str) -> HarnessError:
    return HarnessError(f"fault {fault.kind} on '{fault.match}' {what}", hint=hint, code="fault-value")
