"""Show a cassette to a person: where it comes from, what it holds, and how two of them differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from harness.core.cassette import Cassette, Interaction
from harness.provider.prices import shown, total_usd, used
from harness.provider.profiles import parse

WIDTH = 100


def summary(cassette: Cassette) -> Iterator[str]:
    """A few lines on provenance, then one line an interaction."""
    about = cassette.provenance
    yield cassette.name
    if about is None:
        yield f"  no provenance ({cassette.dialect})"
    else:
        yield f"  {about.origin} {about.recorded_at} from {about.upstream}"
        yield f"  by: {about.command}"
        if about.shutdown_date:
            yield f"  model ends: {about.shutdown_date}"
        yield from (f"  redacted: {what}" for what in about.redacted)
        yield from (f"  edited: {edit.get('what')} ({edit.get('why')})" for edit in about.edited)
    uses = [used(one) for one in cassette.interactions]
    yield f"  {len(uses)} interactions, {shown(total_usd(uses))} USD by the rate card"
    yield from (f"  {one.index:>3}  {line(one)}" for one in cassette.interactions)


def line(one: Interaction) -> str:
    """Method, URL, model, status, usage."""
    use = used(one)
    parts = [
        one.request.method,
        one.request.uri,
        use.model,
        "-> never answered" if one.unanswered else f"-> {one.response.status}",
    ]
    if use.tokens_in or use.tokens_out:
        parts.append(f"{use.tokens_in}+{use.tokens_out} tokens")
    if use.images:
        parts.append(f"{use.images} image" + ("s" if use.images > 1 else ""))
    if one.times != 1:
        parts.append("any number of times" if one.times == 0 else f"{one.times} times")
    return " ".join(part for part in parts if part)


def bodies(one: Interaction) -> Iterator[str]:
    """Both bodies, JSON indented."""
    for name, body in (("request", one.request.body), ("response", one.response.body)):
        value = parse(body)
        text = json.dumps(value, indent=2, ensure_ascii=False) if value is not None else body.decode("utf-8", "replace")
        yield f"--- {name}"
        yield from text.splitlines()


def differences(a: Cassette, b: Cassette) -> Iterator[str]:
    """Interactions side by side, by position: each JSON path or header whose value differs."""
    for at, (one, other) in enumerate(zip_longest(a.interactions, b.interactions)):
        if one is None or other is None:
            yield f"{at}: only in {(b if one is None else a).name}: {line(other if one is None else one)}"
            continue
        for what, left, right in _pairs(one, other):
            yield from (f"{at}: {what}{text}" for text in _changes(left, right, ""))


def _pairs(one: Interaction, other: Interaction) -> Iterator[tuple[str, Any, Any]]:
    yield "request ", f"{one.request.method} {one.request.uri}", f"{other.request.method} {other.request.uri}"
    yield "request $", _value(one.request.body), _value(other.request.body)
    yield "status ", one.response.status, other.response.status
    yield "header ", _headers(one), _headers(other)
    yield "response $", _value(one.response.body), _value(other.response.body)


def _headers(one: Interaction) -> dict[str, list[str]]:
    return {name.lower(): list(values) for name, values in one.response.headers.items()}


def _value(body: bytes) -> Any:
    value = parse(body)
    return value if value is not None else body.decode("utf-8", "replace")


def _changes(left: Any, right: Any, path: str) -> Iterator[str]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in dict.fromkeys([*left, *right]):
            yield from _changes(left.get(key, _ABSENT), right.get(key, _ABSENT), f"{path}.{key}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for at, (x, y) in enumerate(zip(left, right, strict=True)):
            yield from _changes(x, y, f"{path}[{at}]")
    elif left != right:
        yield f"{path}: {_short(left, right)} -> {_short(right, left)}"


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()


def _short(value: Any, other: Any) -> str:
    """The value, or the surroundings of the first difference of a long text."""
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, _Absent) else repr(value)
    if len(text) <= WIDTH:
        return text
    against = json.dumps(other, ensure_ascii=False) if not isinstance(other, _Absent) else ""
    at = next((i for i, (x, y) in enumerate(zip(text, against, strict=False)) if x != y), 0)
    start = max(0, at - WIDTH // 3)
    return ("..." if start else "") + text[start : start + WIDTH] + "..."
