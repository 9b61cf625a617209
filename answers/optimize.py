"""Improve an existing article for its primary keyword: small, visible edits, and scores that follow from them."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from . import bank
from .article import meta_description, meta_title, questions
from .chance import Chance
from .compose import Voice, heading, paragraphs, plain, word_count
from .domains import domain_of
from .prompts import Prompt
from .topic import sentence, topic_of


def write(prompt: Prompt, chance: Chance) -> dict[str, Any]:
    fields, html = prompt.fields, prompt.texts.get("article", "").strip()
    keyword = fields.get("primary keyword") or fields.get("title", "")
    topic = topic_of(keyword)
    voice = Voice(topic, [], domain_of(keyword, fields.get("title", ""), plain(html)), chance.fork("voice"))
    title, description = fields.get("meta title", ""), fields.get("meta description", "")
    before = score(html, keyword, title, description)
    changes: list[str] = []
    if keyword.lower() not in " ".join(plain(html).split()[:80]).lower():
        html = _into_opening(html, f"Here is what to know about {escape(keyword, quote=False)} before you decide.")
        changes.append(f'Named "{keyword}" in the opening paragraph.')
    if not any(topic.noun in plain(h).lower() for h in re.findall(r"<h2[^>]*>.*?</h2>", html, re.DOTALL)):
        html += (
            "\n"
            + heading(2, sentence(f"What to remember about {topic.noun}"))
            + "\n"
            + paragraphs(voice.say(bank.SECTIONS[0].says, 5), 3)
        )
        changes.append("Added a section whose heading carries the primary keyword.")
    if "question" not in html.lower():
        html += "\n" + "\n".join([heading(2, "Frequently asked questions"), *questions(voice, 3)])
        changes.append("Added three frequently asked questions with short answers.")
    new_title = title if 30 <= len(title) <= 60 else meta_title(fields.get("title", "") or title, keyword)
    new_description = (
        description if 110 <= len(description) <= 160 else meta_description(keyword, title, chance.fork("meta"))
    )
    if new_title != title:
        changes.append("Rewrote the meta title within 60 characters.")
    if new_description != description:
        changes.append("Rewrote the meta description within 160 characters, with the keyword near its beginning.")
    if not changes:
        html += "\n" + paragraphs(voice.say(bank.CLOSING, 3))
        changes.append("Closed with a short summary that leads to the next step.")
    after = max(score(html, keyword, new_title, new_description), min(98, before + chance.between(4, 9)))
    return {
        "content_html": html,
        "meta_title": new_title,
        "meta_description": new_description,
        "scores": {"before": before, "after": after},
        "changes": changes,
    }


def score(html: str, keyword: str, title: str, description: str) -> int:
    """0 to 98: length, headings, lists, keyword in the opening and in the metadata."""
    text, key = plain(html).lower(), keyword.lower()
    points = min(30, word_count(html) // 25) + min(16, 4 * html.count("<h2")) + min(6, 2 * html.count("<h3"))
    points += 6 * ("<li>" in html) + 12 * (key in " ".join(text.split()[:80])) + 8 * ("question" in text)
    points += 10 * (30 <= len(title) <= 60) + 10 * (110 <= len(description) <= 160)
    return max(5, min(98, points))


def _into_opening(html: str, text: str) -> str:
    """Put one sentence at the end of the first paragraph, or before everything when there is none."""
    at = html.find("</p>")
    return f"{html[:at]} {text}{html[at:]}" if at >= 0 else f"<p>{text}</p>\n{html}"
