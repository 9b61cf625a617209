"""Compose: fill patterns from a topic and its field so that nothing is said twice in one text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from .chance import Chance
from .domains import Domain
from .topic import Topic, sentence


class Voice:
    """One writer at one text: remembers which details, tools, facts and sentences are used up."""

    def __init__(self, topic: Topic, others: Sequence[Topic], domain: Domain, chance: Chance) -> None:
        self.topic = topic
        self.others = list(others) or [topic]
        self.domain = domain
        self.chance = chance
        self._queues: dict[str, list[str]] = {}
        self._said: set[str] = set()

    def fill(self, pattern: str, other: Topic | None = None) -> str:
        """One pattern as text. `other` is what {k} stands for; without it, one of the other topics."""
        subject = other or (self.others[0] if len(self.others) == 1 else self.chance.pick(self.others))
        fixed = {
            "t": self.topic.noun, "T": sentence(self.topic.noun), "v": self.topic.verb,
            "k": subject.noun, "K": sentence(subject.noun), "kv": subject.verb,
        }  # fmt: skip
        return re.sub(r"\{(\w+)\}", lambda m: fixed.get(m.group(1)) or self._next(m.group(1)), pattern)

    def say(self, patterns: Sequence[str], n: int, other: Topic | None = None) -> list[str]:
        """Up to `n` sentences that this text has not used yet, in the bank's own order, so that they still follow."""
        alone = self.others == [self.topic]
        fresh = [p for p in patterns if p not in self._said and not (alone and "{k" in p.lower())]
        chosen = set(self.chance.some(range(len(fresh)), n))
        picked = [p for at, p in enumerate(fresh) if at in chosen]
        self._said.update(picked)
        return [self.fill(p, other) for p in picked]

    def fitting(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Question and answer patterns that this text can use: without another keyword none speaks of one."""
        return [pair for pair in pairs if self.others != [self.topic] or "{k" not in "".join(pair).lower()]

    def items(self, slot: str, n: int) -> list[str]:
        return list(dict.fromkeys(sentence(self._next(slot)) for _ in range(n)))

    def _next(self, slot: str) -> str:
        base = slot.removesuffix("_cap")
        values: tuple[str, ...] = self.domain.people if base == "people" else getattr(self.domain, base + "s")
        queue = self._queues.setdefault(base, [])
        if not queue:
            queue.extend(self.chance.some(values, len(values)))
        value = queue.pop(0)
        return sentence(value) if slot != base else value


def paragraphs(sentences: Sequence[str], size: int = 4) -> str:
    """Sentences as HTML paragraphs of about `size`."""
    groups = [sentences[at : at + size] for at in range(0, len(sentences), size)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [[*groups[-2], *groups[-1]]]
    return "\n".join(f"<p>{escape(' '.join(group), quote=False)}</p>" for group in groups)


def listing(items: Iterable[str], ordered: bool = False) -> str:
    tag = "ol" if ordered else "ul"
    rows = "\n".join(f"<li>{escape(item, quote=False)}</li>" for item in items)
    return f"<{tag}>\n{rows}\n</{tag}>"


def heading(level: int, text: str) -> str:
    return f"<h{level}>{escape(text, quote=False)}</h{level}>"


def plain(html: str) -> str:
    """The words of an HTML text."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def word_count(html: str) -> int:
    return len(plain(html).split())
