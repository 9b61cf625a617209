"""Provider contracts: what a request and an answer of each provider must look like.

The schemas are in contracted/, or in `providers` of the contracts that harness.toml names, one file each, with their source in `$comment`; routes.toml says which holds where.
What a schema cannot say (sums, one answer for each task, the words that json_object needs) is in the overlays of
`harness.provider.overlays`. Fields that an answer has beyond the schema are warnings: providers add fields at will.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError
from harness.provider import overlays
from harness.provider.schemas import WARNING, Schema, breaches, compiled, unknown_fields

SHIPPED = Path(__file__).resolve().parent / "contracted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    provider: str
    method: str
    path: re.Pattern[str]
    request: Schema | None = None
    response: Schema | None = None
    chunk: Schema | None = None
    error: Schema | None = None
    overlay: overlays.Overlay = field(default_factory=lambda: overlays.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """All routes, and the known ends of models: name -> shutdown date."""

    routes: tuple[Route, ...]
    shutdown: Mapping[str, date]
    warn_days: int = 60

    def route(self, provider: str, method: str, path: str) -> Route | None:
        for route in self.routes:
            if (
                route.provider == provider
                and route.method == method.upper()
                and route.path.fullmatch(path.split("?")[0])
            ):
                return route
        return None


def request_problems(
    provider: str, method: str, path: str, body: Any, contracts: Contracts | None = None
) -> tuple[str, ...]:
    """Breaches of the contract, each "JSON path: what is wrong". `body` is parsed JSON, or bytes or text that is not."""
    route = (contracts or default()).route(provider, method, path)
    if route is None or route.request is None:
        return ()
    if isinstance(body, bytes | str):
        body = _parsed(body)
        if body is None:
            return ("$: the body is not JSON",)
    found = tuple(breaches(route.request.strict, body))
    return found or tuple(route.overlay.request(body))


def response_problems(
    provider: str,
    method: str,
    path: str,
    status: int,
    body: Any,
    request: Any = None,
    contracts: Contracts | None = None,
) -> tuple[str, ...]:
    """Breaches in an answer. `body` may be parsed JSON, JSON text or bytes, or a server-sent event stream as text or bytes.

    With `request` (parsed JSON) the answer is also held against what was asked.
    """
    route = (contracts or default()).route(provider, method, path)
    if route is None:
        return ()
    if isinstance(body, bytes | str) and _is_stream(body):
        return tuple(_stream_problems(route, body, request))
    if isinstance(body, bytes | str):
        body = _parsed(body)
        if body is None:
            return ("$: the body is not JSON",)
    schema = route.response if status < 400 else route.error
    if schema is None:
        return ()
    found = tuple(breaches(schema.strict, body))
    if found:
        return found
    return tuple(route.overlay.response(body, request) if status < 400 else route.overlay.error(status, body))


def response_warnings(
    provider: str, method: str, path: str, status: int, body: Any, contracts: Contracts | None = None
) -> tuple[str, ...]:
    """Fields of an answer that the schema does not know, each "warning: JSON path: unknown field 'x'"."""
    route = (contracts or default()).route(provider, method, path)
    if route is None:
        return (f"{WARNING}$: no contract covers {provider} {method} {path}",)
    if isinstance(body, bytes | str) and _is_stream(body):
        chunks, _ = overlays.frames(body)
        if route.chunk is None:
            return ()
        return tuple(dict.fromkeys(text for chunk in chunks for text in unknown_fields(route.chunk.closed, chunk)))
    if isinstance(body, bytes | str):
        body = _parsed(body)
    schema = route.response if status < 400 else route.error
    return tuple(unknown_fields(schema.closed, body)) if schema and body is not None else ()


def folder_of(directory: Path) -> Path:
    """Where the schemas are: what providers speak is the same for every target, so that few have `directory`/providers."""
    own = directory / "providers"
    return own if own.is_dir() else SHIPPED


def load(directory: Path) -> Contracts:
    """Raises HarnessError contracts-missing or contracts-syntax, naming the file."""
    folder = folder_of(directory)
    routes = _toml(folder / "routes.toml")
    models = _toml(folder / "models.toml")
    schemas: dict[str, Schema] = {}
    try:
        made = tuple(_route(folder, row, schemas) for row in routes["route"])
        ends = {name: date.fromisoformat(row["shutdown_date"]) for row in models["model"] for name in row["names"]}
    except (KeyError, TypeError, ValueError) as error:
        raise HarnessError(
            f"provider contracts in {folder} cannot be used: {error!r}",
            hint="compare routes.toml and models.toml with docs/formats.md",
            code="contracts-syntax",
        ) from error
    return Contracts(routes=made, shutdown=ends, warn_days=models.get("warn_days", 60))


@cache
def default() -> Contracts:
    """The contracts that come with the harness, loaded once."""
    return load(SHIPPED)


def _route(folder: Path, row: Mapping[str, Any], schemas: dict[str, Schema]) -> Route:
    def schema(role: str) -> Schema | None:
        if role not in row:
            return None
        if row[role] not in schemas:
            schemas[row[role]] = compiled(_text(folder / row[role]), folder / row[role])
        return schemas[row[role]]

    return Route(
        provider=row["provider"],
        method=row["method"],
        path=re.compile(row["path"]),
        request=schema("request"),
        response=schema("response"),
        chunk=schema("chunk"),
        error=schema("error"),
        overlay=overlays.OVERLAYS[row["overlay"]] if "overlay" in row else overlays.NONE,
    )


def _stream_problems(route: Route, body: bytes | str, request: Any) -> Iterator[str]:
    if route.chunk is None:
        yield "$: a stream where none is expected"
        return
    chunks, done = overlays.frames(body)
    for at, chunk in enumerate(chunks):
        for problem in breaches(route.chunk.strict, chunk):
            yield f"frame {at} {problem}"
    yield from route.overlay.stream(chunks, done, request)


def _is_stream(body: bytes | str) -> bool:
    head = body[:64] if isinstance(body, str) else body[:64].decode(errors="replace")
    return head.lstrip().startswith(("data:", "event:"))


def _parsed(body: bytes | str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise HarnessError(
            f"{path} is not TOML: {error}", hint="mend the line that is named", code="contracts-syntax"
        ) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise HarnessError(
            f"cannot read {path}: {error.strerror}",
            hint="contracts are set in harness.toml: [harness] contracts",
            code="contracts-missing",
        ) from error
