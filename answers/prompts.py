"""Read a prompt back into its data: `Label: value` lines, `Label:` + `- item` blocks, `Label:` + `<<< text >>>`.

The role sentence that opens the system message names the operation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

ROLES = (
    ("You are a keyword clustering analyst", "clustering", ""),
    ("You are a content strategist", "idea_generation", ""),
    ("You are a senior blog writer", "content_generation", "post"),
    ("You are a website page writer", "content_generation", "page"),
    ("You are a product page copywriter", "content_generation", "product"),
    ("You are a service page copywriter", "content_generation", "service"),
    ("You are an art director", "image_prompt_extraction", ""),
    ("You are an on-page SEO editor", "content_optimization", ""),
    ("You are an internal linking specialist", "internal_linking", ""),
)
_FIELD = re.compile(r"^([A-Z][A-Za-z _-]{1,40}): (.+)$")
_LABEL = re.compile(r"^([A-Z][A-Za-z _-]{1,40}):$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """`fields`, `blocks` and `texts` are keyed by lower-case label; `operation` is "" for a prompt that is not ours."""

    operation: str
    kind: str
    user: str
    fields: Mapping[str, str]
    blocks: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, str]


def read(system: str, user: str) -> Prompt:
    system = system.strip()
    operation, kind = next(((op, kind) for role, op, kind in ROLES if system.startswith(role)), ("", ""))
    fields: dict[str, str] = {}
    blocks: dict[str, tuple[str, ...]] = {}
    texts: dict[str, str] = {}
    lines = user.split("\n")
    at = 0
    while at < len(lines):
        field, label = _FIELD.match(lines[at]), _LABEL.match(lines[at])
        at += 1
        if field:
            fields.setdefault(field.group(1).lower(), field.group(2).strip())
        elif label and at < len(lines) and lines[at] == "<<<":
            # an article may hold a line ">>>" of its own: the last one closes
            end = max((i for i in range(at, len(lines)) if lines[i] == ">>>"), default=len(lines))
            texts[label.group(1).lower()] = "\n".join(lines[at + 1 : end])
            at = end + 1
        elif label:
            items = []
            while at < len(lines) and lines[at].startswith("- "):
                items.append(lines[at][2:].strip())
                at += 1
            blocks[label.group(1).lower()] = tuple(item for item in items if item != "none")
    return Prompt(operation=operation, kind=kind, user=user, fields=fields, blocks=blocks, texts=texts)
