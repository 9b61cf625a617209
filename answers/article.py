"""Articles: blog posts and evergreen pages, and the JSON object that every written content is delivered in."""

from __future__ import annotations

from typing import Any

from . import bank, product, service
from .chance import Chance
from .compose import Voice, heading, listing, paragraphs, word_count
from .domains import domain_of
from .prompts import Prompt
from .topic import headline, sentence, topic_of, words_of

WORDS_MIN, WORDS_MAX = 700, 1400
WRITERS = {"product": product.html, "service": service.html}


def write(prompt: Prompt, chance: Chance) -> dict[str, Any]:
    """The article that a content prompt asks for, with its metadata."""
    fields = prompt.fields
    title = fields.get("title", "") or headline(
        next(iter(prompt.blocks.get("target keywords", ())), "A practical guide")
    )
    keywords = list(prompt.blocks.get("target keywords", ())) or [fields.get("cluster") or title]
    primary = keywords[0]
    domain = domain_of(" ".join([title, *keywords]), fields.get("cluster", ""), fields.get("sector", ""))
    topic = topic_of(primary)
    others = {other.noun: other for other in map(topic_of, keywords[1:]) if other.noun != topic.noun}
    voice = Voice(topic, list(others.values()), domain, chance.fork("voice"))
    target = max(WORDS_MIN, min(WORDS_MAX, _int(fields.get("word count", ""), 1000)))
    html = WRITERS.get(prompt.kind, blog)(voice, target)
    return {
        "title": title,
        "meta_title": meta_title(title, primary),
        "meta_description": meta_description(primary, title, chance.fork("meta")),
        "content_html": html,
        "primary_keyword": primary,
        "secondary_keywords": keywords[1:6],
        "tags": list(dict.fromkeys(topic_of(k).noun for k in keywords))[:5],
        "categories": [headline(fields.get("sector") or fields.get("cluster") or domain.name)],
    }


def blog(voice: Voice, target: int) -> str:
    """Introduction, sections until the wanted length is near, questions, conclusion."""
    parts = [paragraphs(voice.say(bank.INTRO, 6), 3)]
    closing = [heading(2, "Frequently asked questions"), *questions(voice, 4 if target > 850 else 3)]
    closing += [
        heading(2, voice.chance.pick(("Conclusion", "The short version", "In summary"))),
        paragraphs(voice.say(bank.CLOSING, 4)),
    ]
    reserved = word_count("".join(closing))
    sections = [bank.SECTIONS[0], *voice.chance.some(bank.SECTIONS[1:], len(bank.SECTIONS))]
    others = [other for other in voice.others if other != voice.topic]
    for number, section in enumerate(sections):
        parts.append(_section(voice, section))
        if number % 2 and others:
            other = others.pop(0)
            parts.append(heading(3, voice.fill(voice.chance.pick(bank.KEYWORD_HEADINGS), other)))
            parts.append(paragraphs(voice.say(bank.KEYWORD_SAYS, 4, other)))
        if word_count("".join(parts)) + reserved >= target - 60:
            break
    return "\n".join(part for part in [*parts, *closing] if part)


def questions(voice: Voice, n: int) -> list[str]:
    """Question and answer pairs as h3 and paragraph."""
    parts = []
    for question, reply in voice.chance.some(voice.fitting(bank.QUESTIONS), n):
        parts += [heading(3, voice.fill(question)), paragraphs([voice.fill(reply)])]
    return parts


def meta_title(title: str, keyword: str) -> str:
    """At most 60 characters, whole words."""
    text = title if set(words_of(keyword)) <= set(words_of(title)) else f"{headline(keyword)}: {title}"
    return cut(text if len(text) <= 60 else title, 60)


def meta_description(keyword: str, title: str, chance: Chance) -> str:
    """At most 160 characters; names the keyword."""
    noun = topic_of(keyword).noun
    patterns = (
        "{K} made simple: what to check first, what to skip and how to decide with confidence. Practical advice with clear steps.",
        "Everything that matters about {k} on one page: quality, cost, common mistakes and answers to frequent questions.",
        "Thinking about {k}? Compare the options, avoid the usual mistakes and find out what is worth your money.",
        "A clear, practical guide to {k}, with checklists, honest costs and answers to the questions people really ask.",
    )
    return cut(chance.pick(patterns).replace("{k}", noun).replace("{K}", sentence(noun)), 160)


def cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return text[: limit + 1].rsplit(" ", 1)[0][:limit].rstrip(" ,:;-–")


def _section(voice: Voice, section: bank.Section) -> str:
    parts = [heading(2, sentence(voice.fill(voice.chance.pick(section.headings))))]
    said = voice.say(section.says, 6)
    parts.append(paragraphs(said[:4]))
    if section.listing:
        parts += [paragraphs([section.lead]), listing(voice.items(section.listing, 4), section.ordered)]
    parts.append(paragraphs(said[4:]))
    return "\n".join(part for part in parts if part)


def _int(text: str, default: int) -> int:
    return int(text) if text.isdigit() else default
