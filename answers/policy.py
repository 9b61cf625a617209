"""What the providers refuse to write or draw: a topic in the text that a safety system would stop."""

from __future__ import annotations

import re

DISALLOWED = (
    "pipe bomb", "nail bomb", "molotov cocktail", "nerve agent", "ricin", "methamphetamine synthesis",
    "credit card skimmer", "counterfeit passport", "counterfeit banknotes", "ghost gun", "child exploitation",
    "severed head", "graphic gore", "suicide method", "keylogger for spying", "stolen credit cards",
)  # fmt: skip
_FIND = re.compile("|".join(rf"\b{re.escape(topic)}s?\b" for topic in DISALLOWED), re.IGNORECASE)


def disallowed_topic(text: str) -> str:
    """The first disallowed topic in the text, or ""."""
    found = _FIND.search(text)
    return found.group(0) if found else ""
