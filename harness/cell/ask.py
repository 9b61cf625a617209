"""How one step asks the target: by a request, by a task message, by a call in its own shell, or by a role that is started.

Asking waits for nothing beyond the answer; what the target answers is data.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import requests
from urllib3 import encode_multipart_formdata

from harness.cell.answer import body_of, digest_of, headers_of, redirects_of
from harness.cell.connection import Unfinished
from harness.cell.template import fill, fill_code
from harness.core.action import Action
from harness.core.errors import StackError
from harness.core.history import HttpExchange
from harness.core.scenario import Do, Path

Headers = Mapping[str, str]
PARTS = (BODY, DATA, FILES) = ("body", "data", "files")
FORM, MULTIPART = "form", "multipart"
BOUNDARY = 32
"""Characters of the line between the parts of an upload."""


class Askable(Protocol):
    """The stack as one who asks sees it."""

    base_url: str
    session: requests.Session
    patience_s: float
    """Within which the target answers."""

    def now(self) -> float: ...
    def console(self) -> Any: ...
    def send(self, name: str, args: Iterable[Any], kwargs: Mapping[str, Any]) -> str: ...
    def start(self, role: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What asking once brought: the answer, where one is given at once; the role that was started; how many task messages
    must at least appear because of it."""

    exchange: HttpExchange | None = None
    started: str = ""
    messages: int = 0
    challenge: str = ""
    """The WWW-Authenticate of an answer."""


def ask(step: Do, action: Action, path: Path, known: Mapping[str, Any], surface: Askable, headers: Headers) -> Answered:
    """Ask once, by `action`; `known` is what its placeholders may name, `headers` show who asks. Raises scenario-placeholder,
    task-not-sent, and StackError target-unreachable, target-silent."""
    where = f"{step.operation} on path {path}"
    if action.request is not None:
        return _request(action.request, step, where, known, surface, headers)
    if action.task is not None:
        surface.send(
            action.task["name"],
            fill(action.task.get("args", []), known, where),
            fill(action.task.get("kwargs", {}), known, where),
        )
        return Answered(messages=1)
    exchange = None
    if action.call:
        exchange = _shell_exchange(
            step, action, surface.console().call(fill_code(action.call, known, where), surface.patience_s)
        )
    if action.start:
        surface.start(action.start)
    return Answered(exchange=exchange, started=action.start, messages=1 if action.start else 0)


def _request(
    request: Mapping[str, Any], step: Do, where: str, known: Mapping[str, Any], surface: Askable, headers: Headers,
) -> Answered:  # fmt: skip
    url = fill(request["url"], known, where)
    method, given = request["method"], {part: fill(request[part], known, where) for part in PARTS if part in request}
    if FILES in given:
        content, kind = multipart(given[DATA], given[FILES])
        body = {DATA: given[DATA], FILES: {name: [*map(shown, many)] for name, many in given[FILES].items()}}
        return told(surface, method, url, body, step.expect, form=MULTIPART, data=content, headers={**headers, "Content-Type": kind})  # fmt: skip
    if DATA in given:
        return told(surface, method, url, given[DATA], step.expect, form=FORM, data=given[DATA], headers=dict(headers))
    return told(surface, method, url, given.get(BODY), step.expect, json=given.get(BODY), headers=dict(headers))


def multipart(data: Mapping[str, Any], files: Mapping[str, Sequence[Mapping[str, str]]]) -> tuple[bytes, str]:
    """An upload, and its Content-Type: the same bytes whenever it is sent. `files` as Action has them."""
    fields: list[Any] = [
        (name, str(one)) for name, told in data.items() for one in (told if isinstance(told, list) else [told]) if one is not None
    ]  # fmt: skip
    fields += [(name, (one["name"], _content(one), one["type"])) for name, many in files.items() for one in many]
    return encode_multipart_formdata(fields, boundary=hashlib.sha256(repr(fields).encode()).hexdigest()[:BOUNDARY])


def shown(file: Mapping[str, str]) -> dict[str, str]:
    """A file as a history says it: a text whole, other content by size and digest."""
    content = _content(file)
    said = {"text": file["text"]} if "text" in file else {"content": digest_of(content)}
    return {"name": file["name"], "type": file["type"], **said}


def _content(file: Mapping[str, str]) -> bytes:
    return file["text"].encode() if "text" in file else base64.b64decode(file["base64"])


def told(surface: Askable, method: str, url: str, body: Any, expected: int | None, *, form: str = "", **sent: Any) -> Answered:  # fmt: skip
    """Send one request, `sent` as `requests` takes it; `body` and `form` are what the history says of it. Raises target-unreachable, target-silent."""
    try:
        answer = surface.session.request(method, surface.base_url + url, timeout=surface.patience_s, **sent)
    except requests.Timeout as error:
        what = "answered {0} and has not ended it" if isinstance(error, Unfinished) else "has not answered {0}"
        raise StackError(
            f"the target {what.format(f'{method} {url}')} for {surface.patience_s:g} s",
            hint="a view that never ends, a lock that is never given back, a process that is stopped: see logs/web.log of this run",
            code="target-silent",
        ) from None
    except requests.RequestException as error:
        raise StackError(
            f"the target did not answer {method} {url}: {type(error).__name__}",
            hint="see logs/web.log of this run",
            code="target-unreachable",
        ) from None
    exchange = HttpExchange(
        method=method,
        path=url,
        status=answer.status_code,
        request=body,
        response=body_of(answer),
        expected=expected,
        headers=headers_of(answer),
        redirects=redirects_of(answer),
        form=form,
    )
    return Answered(exchange=exchange, challenge=answer.headers.get("WWW-Authenticate", ""))


def _shell_exchange(step: Do, action: Action, answer: Mapping[str, Any]) -> HttpExchange:
    """A direct service call in the shape of an exchange: status 200, or what `action.refused` says of its exception."""
    status = 200 if answer["ok"] else action.refused.get(answer["error"], 500)
    return HttpExchange(
        method="CALL", path=step.operation, status=status, request=None, response=dict(answer), expected=step.expect
    )
