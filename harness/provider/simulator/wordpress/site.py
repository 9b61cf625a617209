"""WordPress's REST API of any site: create a post, upload a medium, read one's own user.

Source: facts (WordPress core). The site is the request's host; its ids come from the request, so that the same post gets
the same id.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

from harness.core.cassette import RecordedResponse
from harness.provider.simulator.wire import Asked, http_date, php, respond
from harness.provider.simulator.wordpress.media import upload

STATUSES = ("publish", "future", "draft", "pending", "private")
POST_TYPES = {"posts": "post", "pages": "page"}
ROUTE = re.compile(r"^/wp-json/wp/v2/(posts|pages|media|users/me)/?$")


class Refused(Exception):
    """WordPress says no: {code, message, data: {status}}."""

    def __init__(self, status: int, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "data": {"status": status, **data}}


def answer(asked: Asked) -> RecordedResponse | None:
    """None: a route that is not simulated."""
    found = ROUTE.match(asked.path)
    if not found or (found.group(1) != "users/me" and asked.method != "POST"):
        return None
    try:
        status, body = _route(asked, found.group(1))
    except Refused as refused:
        return respond(refused.status, php(refused.body), _headers(asked))
    headers = _headers(asked) | {"Allow": "GET, POST"}
    if status == 201:
        headers["Location"] = body["_links"]["self"][0]["href"]
    return respond(status, php(body), headers)


def _route(asked: Asked, kind: str) -> tuple[int, dict[str, Any]]:
    user, password = asked.basic
    if user and ("wrong" in password or "revoked" in password or len(password.replace(" ", "")) < 8):
        raise Refused(401, "incorrect_password", "The provided password is an invalid application password.")
    if kind == "users/me":
        if not user:
            raise Refused(401, "rest_not_logged_in", "You are not currently logged in.")
        return 200, {"id": 1, "name": user, "slug": user, "_links": {"self": [{"href": _api(asked, "users/1")}]}}
    if not user:
        raise Refused(401, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user.")
    if user.startswith("subscriber"):
        if kind == "media":
            raise Refused(400, "rest_cannot_create", "Sorry, you are not allowed to upload media on this site.")
        raise Refused(403, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user.")
    return 201, upload(asked, Refused, _api) if kind == "media" else _post(asked, kind)


def _post(asked: Asked, kind: str) -> dict[str, Any]:
    fields = asked.json
    if not isinstance(fields, dict):
        raise Refused(400, "rest_invalid_json", "Invalid JSON body passed.")
    title, content, excerpt = (_raw(fields.get(name)) for name in ("title", "content", "excerpt"))
    if not (title or content or excerpt):
        raise Refused(400, "empty_content", "Content, title, and excerpt are empty.")
    status = fields.get("status", "draft")
    if status not in STATUSES:
        raise _invalid("status", "status is not one of " + ", ".join(STATUSES) + ".")
    for name in ("categories", "tags"):
        if not all(isinstance(item, int) for item in fields.get(name) or []):
            raise _invalid(name, f"{name}[0] is not of type integer.")
    number = asked.chance.fork("id").between(120, 98_000)
    slug = fields.get("slug") or _slug(title)
    made = datetime.fromtimestamp(asked.created_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    site = f"https://{asked.host}"
    link = f"{site}/{slug}/" if status == "publish" else f"{site}/?p={number}"
    return {
        "id": number,
        "date": made,
        "date_gmt": made,
        "guid": {"rendered": f"{site}/?p={number}", "raw": f"{site}/?p={number}"},
        "modified": made,
        "modified_gmt": made,
        "password": "",
        "slug": slug if status == "publish" else "",
        "status": status,
        "type": POST_TYPES[kind],
        "link": link,
        "title": {"raw": title, "rendered": title},
        "content": {"raw": content, "rendered": f"{content}\n", "protected": False, "block_version": 0},
        "excerpt": {"raw": excerpt, "rendered": f"<p>{excerpt or _summary(content)}</p>\n", "protected": False},
        "author": 1,
        "featured_media": fields.get("featured_media", 0),
        "comment_status": "open",
        "ping_status": "open",
        "sticky": False,
        "template": "",
        "format": "standard",
        "meta": fields.get("meta") or {"footnotes": ""},
        "categories": fields.get("categories") or [1],
        "tags": fields.get("tags") or [],
        "permalink_template": f"{site}/%postname%/",
        "generated_slug": slug,
        "_links": {
            "self": [
                {
                    "href": _api(asked, f"{kind}/{number}"),
                    "targetHints": {"allow": ["GET", "POST", "PUT", "PATCH", "DELETE"]},
                }
            ],
            "collection": [{"href": _api(asked, kind)}],
            "about": [{"href": _api(asked, f"types/{POST_TYPES[kind]}")}],
            "author": [{"embeddable": True, "href": _api(asked, "users/1")}],
        },
    }


def _invalid(name: str, why: str) -> Refused:
    detail = {"code": "rest_not_in_enum" if "one of" in why else "rest_invalid_type", "message": why, "data": None}
    return Refused(
        400, "rest_invalid_param", f"Invalid parameter(s): {name}", params={name: why}, details={name: detail}
    )


def _api(asked: Asked, tail: str) -> str:
    return f"https://{asked.host}/wp-json/wp/v2/{tail}"


def _raw(value: Any) -> str:
    return str(value.get("raw", "")) if isinstance(value, dict) else str(value or "")


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", unescape(title).lower()).strip("-")[:200]


def _summary(html: str) -> str:
    words = re.sub(r"<[^>]+>", " ", html).split()
    return " ".join(words[:55]) + (" [&hellip;]" if len(words) > 55 else "")


def _headers(asked: Asked) -> dict[str, Any]:
    return {
        "Date": http_date(asked.created_s),
        "Server": "nginx",
        "Content-Type": "application/json; charset=UTF-8",
        "Connection": "keep-alive",
        "X-Robots-Tag": "noindex",
        "Link": f'<https://{asked.host}/wp-json/>; rel="https://api.w.org/"',
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link",
        "Access-Control-Allow-Headers": "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type",
        "Expires": "Wed, 11 Jan 1984 05:00:00 GMT",
        "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private",
    }
