"""A content and its siblings -> links between them. Used by LinkerService, not by the engine."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from igny8_core.ai import prompts
from igny8_core.ai.functions.interface import json_object, malformed, string_of
from igny8_core.business.content.models import Content

MAX_LINKS = 5
TAG = re.compile(r"(<[^>]+>)")
CLOSED_TO_LINKS = ("a", "h1", "h2", "h3", "h4", "code", "pre")


class LinkContentFunction:
    name = "link_content"

    def get_name(self) -> str:
        return self.name

    def get_metadata(self) -> dict[str, Any]:
        return {
            "display_name": "Internal linking",
            "description": "Links a content to other published contents of its site.",
            "max_items": 1,
        }

    def candidates(self, content: Content) -> list[Content]:
        """Published contents of the same site that the content does not link to yet."""
        linked = {link.get("url") for link in content.internal_links}
        siblings = Content.objects.filter(account_id=content.account_id, site_id=content.site_id)
        published = siblings.exclude(pk=content.pk).exclude(external_url="").order_by("pk")[:50]
        return [c for c in published if c.external_url not in linked]

    def build_prompt(self, content: Content, candidates: list[Content]) -> prompts.Prompt:
        return prompts.internal_links(
            content.title, content.content_html, [(c.title, c.external_url) for c in candidates]
        )

    def parse_response(self, text: str) -> list[dict[str, str]]:
        found = json_object(text).get("links")
        if not isinstance(found, list) or not all(isinstance(link, dict) for link in found):
            raise malformed("The answer lacks links.")
        return [
            {
                "anchor": string_of(link, "anchor", required=True),
                "url": string_of(link, "url", required=True),
                "reason": string_of(link, "reason"),
            }
            for link in found
        ]

    def save_output(self, links: list[dict[str, str]], content: Content, candidates: list[Content]) -> list[dict]:
        """Set the links that can be set: a known URL, each once, whose anchor stands in the text."""
        open_urls = {c.external_url for c in candidates}
        placed: list[dict[str, str]] = []
        for link in links[:MAX_LINKS]:
            if link["url"] not in open_urls:
                continue
            html = insert_link(content.content_html, link["anchor"], link["url"])
            if html is not None:
                open_urls.discard(link["url"])
                content.content_html = html
                placed.append(link)
        content.internal_links = [*content.internal_links, *placed]
        content.save(update_fields=["content_html", "internal_links", "updated_at"])
        return placed


def insert_link(html: str, anchor: str, url: str) -> str | None:
    """Link the first occurrence of the anchor in running text; None if there is none."""
    parts = TAG.split(html)
    closed = 0
    for index, part in enumerate(parts):
        if part.startswith("<"):
            name = part.strip("</> ").split(" ")[0].lower()
            if name in CLOSED_TO_LINKS:
                closed += -1 if part.startswith("</") else 1
        elif closed <= 0 and anchor in part:
            parts[index] = part.replace(anchor, f'<a href="{escape(url)}">{anchor}</a>', 1)
            return "".join(parts)
    return None
