"""Content ideas for one cluster: different angles, so that the pages do not compete."""

from __future__ import annotations

import re
from typing import Any

from .chance import Chance
from .clusters import parse
from .domains import Domain, domain_of
from .prompts import Prompt
from .topic import headline, sentence, topic_of

ANGLES = (
    ("{N}: A Practical Guide for {people}", "guide", "post", 1400, "Explains what matters first, from {detail} to {detail2}. Outline: the basics; how to choose; a step-by-step start; upkeep; questions and answers."),
    ("How to Choose {N} You Will Not Regret", "guide", "post", 1200, "A calm buying guide built around {detail}. Outline: needs before offers; five checks; honest costs; when to walk away."),
    ("{count} Mistakes to Avoid With {N}", "listicle", "post", 1000, "The errors that cost the most, starting with {mistake}, each with its remedy. Outline: why it happens; what it costs; what to do instead."),
    ("{N} Compared: Which One Fits You?", "comparison", "post", 1300, "Sets the usual options side by side by {detail}, {detail2} and cost. Outline: criteria; comparison table; a recommendation for each kind of reader."),
    ("The Real Cost of {N}", "article", "post", 900, "An honest look at prices, at what drives them and at what can be saved. Outline: price ranges; hidden costs; total over two years."),
    ("{N}: Questions and Answers", "article", "page", 800, "Short, direct answers to what people search for most often. Outline: twelve questions grouped by first steps, cost and upkeep."),
    ("The {N} Checklist", "listicle", "post", 900, "A list to print and keep: {check}. Outline: before you buy; the first week; every month."),
)  # fmt: skip
PRODUCT = (
    "{N}: Features, Specifications and Who It Suits",
    "review",
    "product",
    900,
    "A product page that leads with {detail} and answers doubts about {detail2}. Outline: benefits; specifications; who it is for; questions.",
)
SERVICE = (
    "{N}: How It Works, What Is Included, What It Costs",
    "landing_page",
    "service",
    900,
    "A service page that names the problem, shows the process and gives clear prices. Outline: problem; six steps; what is included; prices; contact.",
)
_SERVICE_WORDS = re.compile(
    r"\b(service|repair|installation|plumber|dentist|cleaning|consult\w*|near me|agency|contractor|clinic|lessons?)\b"
)


def write(prompt: Prompt, chance: Chance) -> dict[str, Any]:
    fields = prompt.fields
    keywords = [parse(line) for line in prompt.blocks.get("keywords", ())]
    names = [row[0] for row in keywords] or [fields.get("cluster", "this topic")]
    domain = domain_of(" ".join([fields.get("cluster", ""), *names]), fields.get("sector", ""))
    count = re.search(r"Propose (\d+) ideas?", prompt.user)
    angles = chance.fork("angles").some(ANGLES, int(count.group(1)) if count else 3)
    intents = {row[-1] for row in keywords}
    if _SERVICE_WORDS.search(" ".join(names).lower()):
        angles[-1] = SERVICE
    elif "transactional" in intents:
        angles[-1] = PRODUCT
    return {"ideas": [_idea(angle, names, at, domain, chance.fork(f"idea {at}")) for at, angle in enumerate(angles)]}


def _idea(
    angle: tuple[str, str, str, int, str], names: list[str], at: int, domain: Domain, chance: Chance
) -> dict[str, Any]:
    pattern, structure, kind, words, description = angle
    # a page that sells needs a thing to sell: "storing coffee beans" is none
    pool = names if kind in ("post", "page") else [n for n in names if not n.lower().startswith("how ")] or names
    lead = pool[at % len(pool)]
    targets = list(dict.fromkeys([lead, *chance.some(names, 3)]))[:4]
    details = chance.some(domain.details, 2)
    noun = topic_of(lead).noun
    return {
        "title": pattern.format(
            N=headline(noun), people=headline(chance.pick(domain.people)), count=chance.between(5, 9)
        ),
        "description": sentence(
            description.format(
                detail=details[0],
                detail2=details[1],
                mistake=chance.pick(domain.mistakes),
                check=chance.pick(domain.checks),
            )
        ),
        "content_type": kind,
        "content_structure": structure,
        "target_keywords": targets,
        "estimated_word_count": words,
    }
