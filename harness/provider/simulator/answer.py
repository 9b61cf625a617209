"""Send a request to the kind of provider that its host is declared as."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.core.cassette import RecordedRequest, RecordedResponse
from harness.provider.profiles import Profile, authority_of, profile_for
from harness.provider.simulator.answers import Answers, request_of
from harness.provider.simulator.openai import api
from harness.provider.simulator.runware import tasks
from harness.provider.simulator.wire import Asked, compact, http_date, read, respond
from harness.provider.simulator.wordpress import site

NOTHING = Answers()


def answer(
    request: RecordedRequest,
    seed: int = 0,
    *,
    answers: Answers = NOTHING,
    declared: Mapping[str, Profile] | None = None,
) -> RecordedResponse:
    """What the provider would answer. The same request (but for ids the client makes up) and seed give the same bytes.

    `seed` chooses among equally good answers. `declared` are the hosts of harness.toml. A host of no known kind is answered
    by the project's `serve` alone. Raises answers-missing where nobody knows what to answer, answers-failed.
    """
    asked = read(request, seed)
    kind = profile_for(authority_of(request.uri), asked.path, declared).kind
    if kind == "openai":
        made = api.answer(asked, answers)
    elif kind == "runware":
        made = tasks.answer(asked, answers)
    elif kind == "wordpress":
        made = site.answer(asked)
    else:
        made = None
    return made or _served(asked, answers, kind)


def _served(asked: Asked, answers: Answers, kind: str) -> RecordedResponse:
    """What `serve` says: of a host of kind http, or of an endpoint that the simulator does not have."""
    request = request_of(asked)
    said = answers.ask("serve", request)
    if said is None:
        unknown = f"nothing is known of {asked.host}" if kind == "http" else f"this is not simulated (kind {kind})"
        raise answers.missing("serve", request, unknown)
    body, headers = _body(said.get("body", b""))
    own = dict(said.get("headers") or {})
    given = {name.lower() for name in own}
    headers |= {"Date": http_date(asked.created_s)}
    headers = {name: value for name, value in headers.items() if name.lower() not in given} | own
    return respond(said.get("status", 200), body, headers)


def _body(body: Any) -> tuple[bytes, dict[str, str | tuple[str, ...]]]:
    if isinstance(body, bytes):
        return body, {"Content-Type": "application/octet-stream"} if body else {}
    if isinstance(body, str):
        return body.encode(), {"Content-Type": "text/plain; charset=utf-8"}
    return compact(json.loads(json.dumps(body))).encode(), {"Content-Type": "application/json"}
