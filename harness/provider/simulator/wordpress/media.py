"""A medium uploaded to WordPress: raw bytes with a Content-Disposition, or a multipart form."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import PurePosixPath
from typing import Any

from harness.provider.simulator.chance import Chance
from harness.provider.simulator.wire import Asked

MIME = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif"}
_FILENAME = re.compile(r'filename="?([^";]+)"?', re.IGNORECASE)


def upload(asked: Asked, refused: Callable[..., Exception], api: Callable[[Asked, str], str]) -> dict[str, Any]:
    """The attachment as WordPress answers it. Width and height come from a PNG's own header, else 1024 x 1024."""
    name, data, form = _file(asked, refused)
    path = PurePosixPath(name)
    mime = MIME.get(path.suffix.lower())
    if mime is None:
        raise refused(500, "rest_upload_sideload_error", "Sorry, you are not allowed to upload this file type.")
    # the id follows the content: a multipart boundary differs from one sending to the next
    chance = Chance(asked.host, name, hashlib.sha256(data).hexdigest())
    number = chance.between(120, 98_000)
    site, made = f"https://{asked.host}", datetime.fromtimestamp(asked.created_s, UTC)
    folder = made.strftime("%Y/%m")
    source = f"{site}/wp-content/uploads/{folder}/{name}"
    stamp = made.strftime("%Y-%m-%dT%H:%M:%S")
    width, height = _pixels(data)
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")
    title = form.get("title", path.stem)
    full = {"file": name, "width": width, "height": height, "mime_type": mime, "source_url": source}
    return {
        "id": number,
        "date": stamp,
        "date_gmt": stamp,
        "guid": {"rendered": source, "raw": source},
        "modified": stamp,
        "modified_gmt": stamp,
        "slug": slug,
        "status": "inherit",
        "type": "attachment",
        "link": f"{site}/{slug}/",
        "title": {"raw": title, "rendered": title},
        "author": 1,
        "featured_media": 0,
        "comment_status": "open",
        "ping_status": "closed",
        "template": "",
        "meta": [],
        "description": {"raw": "", "rendered": f'<p class="attachment"><img src="{source}" /></p>\n'},
        "caption": {"raw": form.get("caption", ""), "rendered": form.get("caption", "")},
        "alt_text": form.get("alt_text", ""),
        "media_type": "image",
        "mime_type": mime,
        "media_details": {
            "width": width,
            "height": height,
            "file": f"{folder}/{name}",
            "filesize": len(data),
            "sizes": {"full": full},
            "image_meta": {"aperture": "0", "credit": "", "camera": "", "caption": ""},
        },
        "post": int(form["post"]) if form.get("post", "").isdigit() else None,
        "source_url": source,
        "_links": {"self": [{"href": api(asked, f"media/{number}")}], "collection": [{"href": api(asked, "media")}]},
    }


def _file(asked: Asked, refused: Callable[..., Exception]) -> tuple[str, bytes, dict[str, str]]:
    """Name, bytes and form fields of the upload."""
    content_type = asked.headers.get("content-type", "")
    if content_type.lower().startswith("multipart/form-data"):
        message = BytesParser(policy=HTTP).parsebytes(
            b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + asked.body
        )
        form: dict[str, str] = {}
        name, data = "", b""
        for part in message.iter_parts():
            payload = part.get_payload(decode=True) or b""
            if part.get_filename():
                name, data = part.get_filename(), payload
            else:
                form[str(part.get_param("name", header="content-disposition"))] = payload.decode(
                    errors="replace"
                ).strip()
    else:
        found = _FILENAME.search(asked.headers.get("content-disposition", ""))
        if not found:
            raise refused(400, "rest_upload_no_content_disposition", "No Content-Disposition supplied.")
        name, data, form = found.group(1), asked.body, {}
    if not data:
        raise refused(400, "rest_upload_no_data", "No data supplied.")
    return PurePosixPath(name).name, data, form


def _pixels(data: bytes) -> tuple[int, int]:
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    return 1024, 1024
