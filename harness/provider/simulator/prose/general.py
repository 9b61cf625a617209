"""A short, sensible reply to a prompt that belongs to no operation."""

from __future__ import annotations

import re

from harness.provider.simulator.chance import Chance
from harness.provider.simulator.prompts import Prompt
from harness.provider.simulator.prose import bank
from harness.provider.simulator.prose.compose import Voice
from harness.provider.simulator.prose.domains import domain_of
from harness.provider.simulator.prose.topic import topic_of


def write(prompt: Prompt, chance: Chance) -> str:
    echo = re.match(r"\s*say (?:this is )?(.{1,80})", prompt.user, re.IGNORECASE)
    if echo:
        return f"This is {echo.group(1).strip()}." if "this is" in prompt.user.lower() else echo.group(1).strip()
    words = [
        w
        for w in re.findall(r"[A-Za-z]{4,}", prompt.user)
        if w.lower() not in ("please", "what", "with", "about", "answer", "write")
    ]
    voice = Voice(topic_of(" ".join(words[:3]) or "your question"), [], domain_of(prompt.user), chance)
    return " ".join(voice.say(bank.SECTIONS[0].says, 4))
