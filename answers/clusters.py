"""Group keywords by what they are about: shared head words first, intent second."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from .chance import Chance
from .prompts import Prompt
from .topic import headline, topic_of, words_of

_KEYWORD = re.compile(r"^(.*?)\s*\((?:volume (\d+))?[^()]*?(?:intent (\w+))?\)$")
_STOP = frozenset(
    str.split(
        "a an the for of in on to with and or vs near me best top cheap buy online how what is are do i you my your from at by "
        "good review reviews price prices cost guide tips under without can why when where which 2024 2025 2026"
    )
)
PER_CLUSTER = 6
DESCRIPTIONS = (
    "Searches by people who want to understand {noun} and compare their options before they decide.",
    "Covers {noun} from first questions to the final choice, with {intent} intent in the lead.",
    "Everything a reader asks about {noun}: what to look for, what it costs and how to get it right.",
    "Keywords around {noun} that one thorough page can answer together.",
)


def parse(line: str) -> tuple[str, int, str]:
    """Keyword, volume and intent of a line such as "coffee grinder (volume 900, difficulty 30, intent commercial)"."""
    found = _KEYWORD.match(line)
    if not found:
        return line.strip(), 0, ""
    return found.group(1), int(found.group(2) or 0), found.group(3) or ""


def write(prompt: Prompt, chance: Chance) -> dict[str, Any]:
    """Every keyword exactly as given, each in one cluster."""
    rows = [parse(line) for line in prompt.blocks.get("keywords", ())]
    groups = _group(rows)
    clusters = []
    for position, members in enumerate(groups):
        lead = max(members, key=lambda row: row[1])
        topic = topic_of(lead[0])
        intent = Counter(row[2] for row in members if row[2]).most_common(1)
        pattern = chance.fork(f"description {position}").pick(DESCRIPTIONS)
        clusters.append(
            {
                "name": headline(topic.noun),
                "description": pattern.format(noun=topic.noun, intent=intent[0][0] if intent else "informational"),
                "keywords": [row[0] for row in members],
            }
        )
    return {"clusters": _distinct(clusters)}


def _group(rows: list[tuple[str, int, str]]) -> list[list[tuple[str, int, str]]]:
    """Greedy: the strongest ungrouped keyword takes those that share its most telling words."""
    spread = Counter(word for row in rows for word in set(_telling(row[0])))
    # a word that nearly every keyword has, as "coffee" on a coffee site, tells nothing apart
    common = {word for word, n in spread.items() if len(rows) > PER_CLUSTER and n > 0.4 * len(rows)}
    left = sorted(rows, key=lambda row: -row[1])
    groups: list[list[tuple[str, int, str]]] = []
    while left:
        lead = left.pop(0)
        own = set(_telling(lead[0])) - common
        near = [row for row in left if own & (set(_telling(row[0])) - common)]
        near.sort(key=lambda row: -len(own & set(_telling(row[0]))))
        members = near[: PER_CLUSTER - 1]
        left = [row for row in left if row not in members]
        groups.append([lead, *members])
    return _merge_singles(groups)


def _merge_singles(groups: list[list[tuple[str, int, str]]]) -> list[list[tuple[str, int, str]]]:
    """Lone keywords go together by intent: a page for each would be too thin."""
    whole = [group for group in groups if len(group) > 1]
    singles = [group[0] for group in groups if len(group) == 1]
    if len(singles) <= 1 or len(singles) == len(groups) <= 3:
        return groups
    by_intent: dict[str, list[tuple[str, int, str]]] = {}
    for row in singles:
        by_intent.setdefault(row[2], []).append(row)
    return whole + list(by_intent.values())


def _distinct(clusters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for cluster in clusters:
        seen[cluster["name"]] += 1
        if seen[cluster["name"]] > 1:
            cluster["name"] = f"{cluster['name']}: {headline(cluster['keywords'][-1])}"
    return clusters


def _telling(keyword: str) -> list[str]:
    return [word.removesuffix("s") if len(word) > 4 else word for word in words_of(keyword) if word not in _STOP]
