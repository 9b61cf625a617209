"""Choose internal links: anchors that stand in the article word for word, urls that are candidates."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from .chance import Chance
from .prompts import Prompt

MOST = 5
_STOP = frozenset(
    str.split("a an the for of in on to with and or how what is are your you from at by guide best practical")
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
REASONS = (
    "The linked page answers the question that this passage raises.",
    "Readers of this passage usually want the details that the linked page gives.",
    "The anchor names the subject of the linked page.",
)


def write(prompt: Prompt, chance: Chance) -> dict[str, Any]:
    text = _prose(prompt.texts.get("article", ""))
    links, used = [], set()
    for line in prompt.blocks.get("candidate pages", ()):
        title, _, url = line.rpartition(" | ")
        anchor = _anchor(title, text, used)
        if anchor and url and title != prompt.fields.get("title"):
            used.add(anchor.lower())
            links.append({"anchor": anchor, "url": url.strip(), "reason": chance.fork(url).pick(REASONS)})
        if len(links) == MOST:
            break
    return {"links": links}


def _prose(html: str) -> list[str]:
    """Runs of text outside headings and existing links; an anchor must not cross a tag."""
    html = re.sub(r"<(h[1-6]|a)\b.*?</\1>", "<>", html, flags=re.DOTALL | re.IGNORECASE)
    return [unescape(run) for run in re.split(r"<[^>]*>", html) if run.strip()]


def _anchor(title: str, runs: list[str], used: set[str]) -> str:
    """The longest run of words of the title, up to five, that the article contains; at the least one long word."""
    words = _WORD.findall(title)
    for size in range(min(5, len(words)), 0, -1):
        for at in range(len(words) - size + 1):
            part = words[at : at + size]
            telling = [w for w in part if w.lower() not in _STOP and len(w) > 3]
            if not telling or (size == 1 and len(part[0]) < 7) or part[0].lower() in _STOP or part[-1].lower() in _STOP:
                continue
            pattern = re.compile(r"\b" + r"\s+".join(map(re.escape, part)) + r"\b", re.IGNORECASE)
            for run in runs:
                found = pattern.search(run)
                if found and found.group(0).lower() not in used:
                    return found.group(0)
    return ""
