"""Image prompts: one photograph for the article, one for each of its sections in reading order."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from .chance import Chance
from .domains import domain_of
from .prompts import Prompt

LIGHT = (
    "soft morning light",
    "warm late-afternoon light",
    "even daylight from a large window",
    "gentle overcast light",
    "low golden light",
)
FRAME = (
    "wide shot",
    "close-up with shallow depth of field",
    "eye-level view",
    "view from slightly above",
    "three-quarter view",
)
LENS = ("35mm lens", "50mm lens", "85mm lens", "natural colours", "muted natural palette")
NOT_A_SECTION = (
    "frequently asked questions",
    "questions and answers",
    "conclusion",
    "the short version",
    "in summary",
    "talk to us",
)


def write(prompt: Prompt, chance: Chance) -> dict[str, Any]:
    title, html = prompt.fields.get("title", ""), prompt.texts.get("article", "")
    wanted = prompt.fields.get("in article images", "0")
    headings = list(prompt.blocks.get("headings", ())) or [
        unescape(re.sub(r"<[^>]+>", "", h)) for h in re.findall(r"<h2[^>]*>(.*?)</h2>", html, re.DOTALL)
    ]
    sections = [h for h in headings if h.lower() not in NOT_A_SECTION and not h.endswith("?")] or [title]
    domain = domain_of(title, " ".join(headings), re.sub(r"<[^>]+>", " ", html))
    scenes = chance.fork("scenes").some(domain.scenes, len(domain.scenes))
    style = prompt.fields.get("style", "photorealistic").replace("_", " ")
    count = int(wanted) if wanted.isdigit() else 0
    return {
        "featured_prompt": _picture(f'the article "{title}"', scenes[0], style, chance.fork("featured")),
        "in_article_prompts": [
            _picture(
                f'the section "{sections[at % len(sections)]}" of "{title}"',
                scenes[(at + 1) % len(scenes)],
                style,
                chance.fork(str(at)),
            )
            for at in range(count)
        ],
    }


def revise(prompt: str, chance: Chance) -> str:
    """The way dall-e-3 rewrites a prompt before it draws: the same scene, in more words."""
    scene = prompt.strip().rstrip(".")
    opening = chance.pick(("Create a detailed image of", "Visualize", "Illustrate", "Depict"))
    detail = f"Pay attention to {chance.pick(LIGHT)} and a believable sense of depth"
    return f"{opening} the following scene: {scene[:3000]}. {detail}, with {chance.pick(LENS)}. The image contains no text and no logos."


def _picture(subject: str, scene: str, style: str, chance: Chance) -> str:
    return (
        f"{style.capitalize()} photograph for {subject}: {scene}, {chance.pick(LIGHT)}, {chance.pick(FRAME)}, "
        f"{chance.pick(LENS)}, uncluttered background, no text, no logos"
    )
