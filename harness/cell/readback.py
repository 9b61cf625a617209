"""Reading back: what a cell left, as the target's own safe requests tell it to its owner, to a stranger and to nobody.

Every route of the URL conf that answers GET is asked. What stands in its path is taken from what the target answered to the
requests that were driven, by name, else from the rows of the scenario: `{parcel_id}` and `parcels/{pk}` are a parcel. A route
that wants more than its path is asked again with the keys of the scenario's rows as its query.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from harness.backend.tables import singular
from harness.cell.answer import body_of
from harness.cell.connection import Unfinished
from harness.core.history import HttpExchange, Read

PARAMETER = re.compile(r"\{([^}]*)\}")
TIMEOUT_S, AGAIN_S = 30.0, 2.0
"""How long an answer may take; and that of a route that has once had no end: a stream of events, a request that waits for news."""

ENDLESS = (Unfinished.__name__, requests.ReadTimeout.__name__)
"""What is told of an answer that has no end."""

Refs = Mapping[str, Mapping[str, Any]]
Headers = Mapping[str, str]


def read_back(
    base_url: str, session: requests.Session, templates: Iterable[str], callers: Mapping[str, Headers], refs: Refs, driven: Iterable[HttpExchange],
    own: Refs | None = None, second: bool = False, endless: set[str] | None = None,
) -> list[Read]:  # fmt: skip
    """Ask for each route as each of `callers`, in this order. A route whose path cannot be filled is told as not asked. What stands in a path
    before its last part is taken of `own` rows, where there are some. With `second` the second page of a list is asked for, too: by the link to it, else as `?page=2`. `endless` are the routes
    that were found to have no end, and get those that are."""
    endless = set() if endless is None else endless
    said: dict[str, Any] = {}
    for exchange in driven:
        for name, value in _leaves(exchange.response):
            said.setdefault(name, value)
    found = []
    for template in templates:
        path = _filled(template, said, refs, own or {})
        if path is None:
            found.append(Read(caller="", path=template, status=0, response=None))
            continue
        for caller, headers in callers.items():
            read = _asked(base_url, session, path, refs, caller, headers, AGAIN_S if template in endless else TIMEOUT_S)
            found.append(read)
            if read.response in ENDLESS and not read.status:
                endless.add(template)
            if second and read.status == 200 and "{" not in template and (more := _second(read)):
                found.append(_asked(base_url, session, more, {}, caller, headers))
    return found


def _second(read: Read) -> str:
    """The path of the second page of a list; "" where the answer has no list."""
    found = dict(_links(read.response))
    if isinstance(found.get("next"), str):
        parts = urlsplit(found["next"])
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    asked = urlsplit(read.path)
    return f"{asked.path}?{urlencode([*parse_qsl(asked.query), ('page', 2)])}" if _has_list(read.response) else ""


def _links(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if isinstance(item, Mapping):
                yield from _links(item)
            else:
                yield str(name), item


def _has_list(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_list, value.values()))
    return isinstance(value, list) and len(value) > 1


def _asked(
    base_url: str, session: requests.Session, path: str, refs: Refs, caller: str, headers: Headers, patience_s: float = TIMEOUT_S,
) -> Read:  # fmt: skip
    for query in ("", f"?{urlencode(_keys(refs))}"):
        session.cookies.clear()  # nobody brings what somebody else was given
        try:
            answer = session.get(
                f"{base_url}{path}{query}", headers=dict(headers), timeout=patience_s, allow_redirects=False
            )
        except requests.RequestException as error:
            return Read(caller=caller, path=path + query, status=0, response=type(error).__name__)
        if answer.status_code != 400:
            break
    return Read(caller=caller, path=path + query, status=answer.status_code, response=body_of(answer))


def _filled(template: str, said: Mapping[str, Any], refs: Refs, own: Refs) -> str | None:
    path, parts = template, list(PARAMETER.finditer(template))
    for found in parts:
        outer = bool(own) and found is not parts[-1]
        value = None if outer else said.get(found[1])
        rows = [*(own.values() if outer else ()), *refs.values()]
        if value is None:
            value = next(
                (ref["id"] for kind in _kinds(template, found) for ref in rows if ref.get("kind") == kind), None
            )
        if value is None or not isinstance(value, str | int):
            return None
        path = path.replace(found[0], str(value), 1)
    return path


def _kinds(template: str, found: re.Match[str]) -> Iterator[str]:
    """What a part of a path may be the key of."""
    name = found[1]
    if name.endswith(("_id", "_pk")):
        yield name[:-3]
    yield name
    before = [part for part in template[: found.start()].split("/") if part and "{" not in part]
    for part in reversed(before[-2:]):
        word = part.replace("-", "_")
        yield word
        yield singular(word)


def _keys(refs: Refs) -> dict[str, Any]:
    """ "parcel_id" -> the key of the scenario's first parcel."""
    keys: dict[str, Any] = {}
    for ref in refs.values():
        if isinstance(ref.get("id"), str | int):
            keys.setdefault(f"{ref.get('kind')}_id", ref["id"])
    return keys


def _leaves(value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case Mapping():
            for name, item in value.items():
                if isinstance(item, str | int) and not isinstance(item, bool):
                    yield str(name), item
                else:
                    yield from _leaves(item)
        case list():
            for item in value:
                yield from _leaves(item)


def strangers(given: Any, refs: Refs) -> Iterator[str]:
    """Others who could ask: rows of the actor's kind that are not the actor."""
    actor = refs.get(given.actor, {})
    for row in given.rows:
        if row.name != given.actor and refs.get(row.name, {}).get("kind") == actor.get("kind"):
            yield row.name
