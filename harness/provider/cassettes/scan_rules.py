"""Kept rules: keys that are known by their shape, as detect-secrets (Apache-2.0) keeps them up to date for some thirty services.

Of its detectors those are asked that know a shape; not those that go by the name of a variable or by entropy alone, nor the one of public
addresses. None asks a service whether a key is in use. `scan` has beside them what none of them knows: what stands in heads of requests,
and what tells of a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import RegexBasedDetector

BY_NAME = (
    "Cloudant Credentials",
    "IBM Cloud IAM Key",
    "IBM COS HMAC Credentials",
    "SoftLayer Credentials",
    "Public IP (ipv4)",
)
"""Detectors that go by what a variable is called, of services that nothing here speaks to; and one of what is no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`words`: texts of which a match holds one at least, in small letters; () where nothing can be said."""

    kind: str
    detector: RegexBasedDetector
    words: tuple[str, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule that is asked, by its kind."""
    every = get_mapping_from_secret_type_to_class()
    return tuple(
        Rule(kind=kind, detector=made, words=_words(made))
        for kind, detector in sorted(every.items())
        if kind not in BY_NAME and issubclass(detector, RegexBasedDetector) and (made := detector())
    )


def keys_in(text: str, small: str) -> Iterator[tuple[str, str]]:
    """(kind, key with what tells it) of each key in `text`; `small` is the text in small letters."""
    for rule in rules():
        if not rule.words or any(word in small for word in rule.words):
            for pattern in rule.detector.denylist:
                yield from (
                    (rule.kind, found[0])
                    for found in pattern.finditer(text)
                    if any(rule.detector.analyze_string(found[0]))
                )


def _words(detector: RegexBasedDetector) -> tuple[str, ...]:
    words = [needed(pattern) for pattern in detector.denylist]
    return tuple(dict.fromkeys(words)) if all(words) else ()


def needed(pattern: re.Pattern[str]) -> str:
    """The longest text that every match of `pattern` holds, in small letters; "" where there is none."""
    runs = [""]
    _collect(_parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE), runs)
    return max(runs, key=len).lower()


def _collect(parsed: Any, runs: list[str]) -> None:
    """Texts that stand in `parsed` whatever else does, each run of literals by itself."""
    for op, value in parsed:
        name = str(op)
        if name == "LITERAL":
            runs[-1] += chr(value)
        elif name == "SUBPATTERN":
            _collect(value[3], runs)
        elif name in ("MAX_REPEAT", "MIN_REPEAT") and value[0] >= 1:
            runs.append("")
            _collect(value[2], runs)
            runs.append("")
        else:
            runs.append("")
