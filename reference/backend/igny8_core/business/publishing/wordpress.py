"""Publishing to a site's WordPress over its REST API."""

from __future__ import annotations

import logging
import re
from html import escape
from typing import Any

import requests
from django.conf import settings

from igny8_core.auth.models import Site
from igny8_core.business.content.models import Content, Image

logger = logging.getLogger(__name__)


class PublishError(Exception):
    """The site did not take the post. `code` is wordpress_auth, _timeout, _connection, _rejected or _malformed."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = f"wordpress_{code}"


class WordPressPublisher:
    """Posts contents with an application password."""

    def __init__(self, site: Site) -> None:
        self.site = site
        host = re.sub(r"^https?://", "", site.wp_url.strip()).rstrip("/")
        self.url = f"https://{host}/wp-json/wp/v2/posts"

    def publish(self, content: Content) -> None:
        """Create the post and note its id and address on the content."""
        if not (self.site.wp_url and self.site.wp_username and self.site.wp_app_password):
            raise PublishError("auth", "The site has no WordPress credentials.")
        post = self._post(
            {
                "title": content.title,
                "content": illustrated(content),
                "excerpt": content.meta_description,
                "status": "publish",
            }
        )
        try:
            content.external_id, content.external_url = str(post["id"]), str(post["link"])
        except (KeyError, TypeError):
            raise PublishError("malformed", "The answer lacks the post's id or link.") from None
        content.status = Content.Status.PUBLISHED
        content.save(update_fields=["external_id", "external_url", "status", "updated_at"])
        logger.info("published content %s as post %s", content.pk, content.external_id)

    def _post(self, body: dict[str, Any]) -> Any:
        credentials = (self.site.wp_username, self.site.wp_app_password)
        try:
            response = requests.post(self.url, json=body, auth=credentials, timeout=settings.WP_REQUEST_TIMEOUT_S)
        except requests.Timeout as error:
            raise PublishError("timeout", "The site did not answer in time.") from error
        except requests.RequestException as error:
            raise PublishError("connection", "The connection to the site failed.") from error
        try:
            data = response.json()
        except ValueError:
            data = None
        if response.status_code == 201:
            return data
        message = data.get("message") if isinstance(data, dict) else None
        code = "auth" if response.status_code in (401, 403) else "rejected"
        raise PublishError(code, str(message or f"HTTP {response.status_code}"))


def illustrated(content: Content) -> str:
    """The text with its drawn images: the featured one on top, the others after the second-level headings."""
    drawn = content.images.filter(status=Image.Status.GENERATED).order_by("position", "pk")
    figures = {Image.Type.FEATURED.value: [], Image.Type.IN_ARTICLE.value: []}
    for image in drawn:
        figures[image.image_type].append(f'<figure><img src="{escape(image.image_url)}" alt=""></figure>')
    waiting = iter(figures[Image.Type.IN_ARTICLE.value])
    body = re.sub(r"</h2>", lambda found: found.group() + next(waiting, ""), content.content_html)
    return "".join(figures[Image.Type.FEATURED.value]) + body + "".join(waiting)
