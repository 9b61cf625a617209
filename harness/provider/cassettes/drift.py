"""Drift: what changed between two recordings of the same traffic, in requests, in shape, in usage and in price.

Ids that the client makes up (Runware's taskUUID) are no change.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from harness.core.cassette import Interaction
from harness.provider.prices import Used, shown, total_usd, used
from harness.provider.profiles import authority_of, events, parse, profile_for

VOLATILE = "<client id>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Each change is one line. `texts` counts answers whose words alone differ."""

    requests: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    usage: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    texts: int = 0

    def __bool__(self) -> bool:
        return bool(self.requests or self.shapes or self.usage or self.prices or self.texts)

    def lines(self) -> tuple[str, ...]:
        words = (f"text: {self.texts} answers differ in content only",) if self.texts else ()
        return (*self.requests, *self.shapes, *self.usage, *self.prices, *words)


def same(old: Iterable[Interaction], new: Iterable[Interaction]) -> bool:
    """Whether both hold the same traffic: the same interactions, in the same order where requests are alike."""
    return _by_request(old) == _by_request(new)


def compare(old: Iterable[Interaction], new: Iterable[Interaction]) -> Drift:
    before, after = list(old), list(new)
    keys_before, keys_after = _by_request(before), _by_request(after)
    texts = 0
    shapes: list[str] = []
    if keys_before != keys_after:
        texts = sum(
            1
            for key in keys_before.keys() & keys_after.keys()
            for a, b in zip(keys_before[key], keys_after[key], strict=False)
            if a != b
        )
        shapes = _shape_changes(before, after)
    spent_before, spent_after = [used(one) for one in before], [used(one) for one in after]
    return Drift(
        requests=tuple(_request_changes(before, after)),
        shapes=tuple(shapes),
        usage=tuple(_usage_changes(spent_before, spent_after)),
        prices=tuple(_price_changes(before, after, spent_before, spent_after)),
        texts=texts,
    )


def _by_request(interactions: Iterable[Interaction]) -> Mapping[str, list[tuple[Any, ...]]]:
    """Request -> its answers in order, both without what the client makes up."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for one in interactions:
        request, response = one.request, one.response
        headers = sorted((name.lower(), values) for name, values in response.headers.items())
        answer = (response.status, tuple(headers), _stable(request.uri, response.body), one.times)
        found.setdefault(_request_key(one), []).append(answer)
    return found


def _request_key(one: Interaction) -> str:
    request = one.request
    body = hashlib.sha256(_stable(request.uri, request.body)).hexdigest()
    return f"{request.method} {request.uri} {body}"


def _stable(uri: str, body: bytes) -> bytes:
    """The body with volatile ids replaced; JSON in canonical form, anything else as it is."""
    names = {path.rpartition(".")[2] for path in profile_for(authority_of(uri), urlsplit(uri).path).volatile}
    value = parse(body)
    if value is None:
        return body
    return json.dumps(_without(value, names), sort_keys=True).encode()


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: VOLATILE if key in names else _without(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    return value


def _request_changes(before: list[Interaction], after: list[Interaction]) -> Iterator[str]:
    old, new = Counter(_request_key(one) for one in before), Counter(_request_key(one) for one in after)
    gone, come = old - new, new - old
    shown = {_request_key(one): _title(one) for one in (*before, *after)}
    for key, times in gone.items():
        yield f"request: no longer sent, {times}x {shown[key]}"
    for key, times in come.items():
        yield f"request: new, {times}x {shown[key]}"


def _title(one: Interaction) -> str:
    url = urlsplit(one.request.uri)
    model = used(one).model
    return f"{one.request.method} {url.hostname}{url.path}" + (f" ({model})" if model else "")


def _shape_changes(before: list[Interaction], after: list[Interaction]) -> Iterator[str]:
    old, new = _shapes(before), _shapes(after)
    for route in sorted(old.keys() & new.keys()):
        for path in sorted(old[route].keys() | new[route].keys()):
            a, b = old[route].get(path), new[route].get(path)
            if a != b:
                yield f"shape: {route} {path}: {_kinds(a)} -> {_kinds(b)}"


def _shapes(interactions: list[Interaction]) -> dict[str, dict[str, set[str]]]:
    """Route and status -> JSON path -> types seen there; header names stand as "header x"."""
    found: dict[str, dict[str, set[str]]] = {}
    for one in interactions:
        url = urlsplit(one.request.uri)
        route = found.setdefault(f"{one.request.method} {url.hostname}{url.path} {one.response.status}", {})
        for name in one.response.headers:
            route.setdefault(f"header {name.lower()}", {"present"})
        for path, kind in shape(one.response.body):
            route.setdefault(path, set()).add(kind)
    return found


def shape(body: bytes) -> Iterator[tuple[str, str]]:
    """(JSON path, type) of every value of a JSON body or event stream; list positions read []."""
    value = parse(body)
    if value is None and b"data:" in body:
        for frame in events(body):
            yield from _paths(frame, "data")
    elif value is None:
        yield "$", "bytes" if body else "empty"
    else:
        yield from _paths(value, "$")


def _paths(value: Any, path: str) -> Iterator[tuple[str, str]]:
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    yield path, kinds.get(type(value), "null")
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _paths(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from _paths(item, f"{path}[]")


def _kinds(kinds: set[str] | None) -> str:
    return " or ".join(sorted(kinds)) if kinds else "absent"


def _usage_changes(before: list[Used], after: list[Used]) -> Iterator[str]:
    for model in sorted({use.model for use in (*before, *after)}):
        a, b = _sums(before, model), _sums(after, model)
        for name in a:
            if a[name] != b[name]:
                yield f"usage: {model or 'no model'} {name}: {a[name]} -> {b[name]} ({b[name] - a[name]:+d})"


def _sums(uses: list[Used], model: str) -> dict[str, int]:
    mine = [use for use in uses if use.model == model]
    return {name: sum(getattr(use, name) for use in mine) for name in ("tokens_in", "tokens_out", "images")}


def _price_changes(
    before: list[Interaction], after: list[Interaction], spent_before: list[Used], spent_after: list[Used]
) -> Iterator[str]:
    a, b = total_usd(spent_before), total_usd(spent_after)
    if a != b:
        yield f"price: {shown(a)} -> {shown(b)} USD by the rate card ({b - a:+.6f})"
    told_before, told_after = _told(before), _told(after)
    for model in sorted(told_before.keys() & told_after.keys()):
        if told_before[model] != told_after[model]:
            yield f"price: {model} says {_money(told_before[model])} -> {_money(told_after[model])} USD an image"


def _told(interactions: list[Interaction]) -> dict[str, set[Decimal]]:
    """The cost that Runware itself reports with includeCost, by model."""
    found: dict[str, set[Decimal]] = {}
    for one in interactions:
        body, tasks = parse(one.response.body), parse(one.request.body)
        if not isinstance(body, dict) or not isinstance(tasks, list):
            continue
        models = {task.get("taskUUID"): task.get("model", "") for task in tasks if isinstance(task, dict)}
        for item in body.get("data") or []:
            if isinstance(item, dict) and isinstance(item.get("cost"), int | float):
                found.setdefault(models.get(item.get("taskUUID"), ""), set()).add(Decimal(str(item["cost"])))
    return found


def _money(values: set[Decimal]) -> str:
    return "/".join(str(value) for value in sorted(values))
