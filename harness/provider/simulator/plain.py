"""Plain words: short, neutral, of no subject, for prompts and fields that ask for nothing in particular."""

from __future__ import annotations

import re

from harness.provider.simulator.chance import Chance

QUALITIES = (
    "quiet", "bright", "early", "careful", "narrow", "open", "steady", "warm", "distant", "simple", "patient", "clear",
)  # fmt: skip
NOUNS = (
    "harbour", "orchard", "bridge", "workshop", "lantern", "meadow", "station", "garden", "window", "river", "letter",
    "market", "tower", "path", "island", "winter",
)  # fmt: skip
LINKS = ("near", "behind", "before", "beyond", "beside", "above")
SENTENCES = (
    "The {q} {n} comes first, and the rest follows from it.",
    "Nothing about the {n} is as {q} as it looks.",
    "What matters is the {n} {l} the {m}.",
    "In short, the {q} {n} is the better choice.",
    "Most of it is settled once the {n} is {q}.",
    "A {q} {n} {l} the {m} is a good place to begin.",
)
_STRUCTURES = re.compile(
    r"\b(json|xml|yaml|csv|tsv|html|markdown|latex|sql)\b|\b(comma|tab|semicolon)[- ]separated\b|\bone per line\b|"
    r"\b(numbered|bulleted) list\b|\bkey[:= -]+value\b|```",
    re.IGNORECASE,
)


def phrase(chance: Chance) -> str:
    """A few words without a full stop."""
    first, second = chance.some(NOUNS, 2)
    return f"{chance.pick(QUALITIES)} {first} {chance.pick(LINKS)} the {second}"


def answer(chance: Chance) -> str:
    """Two to four sentences."""
    said = chance.some(SENTENCES, chance.between(2, 4))
    made = []
    for pattern in said:
        n, m = chance.some(NOUNS, 2)
        made.append(pattern.format(q=chance.pick(QUALITIES), n=n, m=m, l=chance.pick(LINKS)))
    return " ".join(made)


def structure_in(text: str) -> str:
    """The first structure that a prompt names ("JSON", "one per line"), or ""."""
    found = _STRUCTURES.search(text)
    return found.group(0) if found else ""
