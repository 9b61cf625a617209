"""WordPress: REST errors {code, message, data: {status}}; nothing here is paid for. Shapes: WordPress core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.provider.profiles.shape import Profile, Reading, Refusal, error_in, parse, retry_after


def read(status: int, content_type: str, body: bytes, request: Any) -> Reading:
    answer = parse(body)
    return Reading(success=200 <= status < 400 and not error_in(answer) and not _refused(answer))


def _refused(answer: Any) -> bool:
    """An error's form, or an envelope (?_envelope) around one, below a status of 200."""
    if not isinstance(answer, dict):
        return False
    said = answer.get("data") if {"code", "message"} <= answer.keys() else answer if "headers" in answer else None
    status = said.get("status") if isinstance(said, dict) else None
    return isinstance(status, int) and status >= 400


FAULTS: dict[str, tuple[int, str, str]] = {
    "http_400": (400, "rest_invalid_param", "Invalid parameter(s)."),
    "http_401": (401, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user."),
    "http_403": (403, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user."),
    "http_404": (404, "rest_no_route", "No route was found matching the URL and request method."),
    "http_429": (429, "too_many_requests", "Too many requests."),
    "insufficient_quota": (507, "insufficient_storage", "The site has no space left."),
    "http_500": (500, "db_insert_error", "Could not insert post into the database."),
    "http_503": (503, "wp_maintenance", "Briefly unavailable for scheduled maintenance. Check back in a minute."),
    "content_policy": (400, "rest_invalid_param", "Invalid parameter(s): content"),
}


def refuse(kind: str, args: Mapping[str, Any], request: Any) -> Refusal:
    if kind == "unmatched":
        status, code, message = 500, "harness_unmatched", args["message"]
    else:
        status, code, message = FAULTS[kind]
        message = args.get("message") or message
    body = {"code": code, "message": message, "data": {"status": status}}
    return Refusal(status=status, body=body, headers=retry_after(kind, args))


WORDPRESS = Profile(name="wordpress", kind="wordpress", refuse=refuse, read=read)
