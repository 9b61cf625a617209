"""A stored run beside an older one: what they were judged to be, then and now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.core.verdict import Verdict


class Cause(StrEnum):
    """Why the same history is judged otherwise than it was; then why a run differs from an older one, where both are judged alike."""

    ALONE = "the harness alone"
    LOCKED = "what is locked"
    EITHER = "the harness, or what is locked"
    NEITHER = "neither"
    TARGET = "the target"
    DRIVES = "the harness, as it drives"
    MATERIAL = "scenarios or recordings"
    UNTOLD = "cannot be told apart"
    CHANCE = "chance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """A stored run. `then` and `sha256_then` are of when it was driven, by `harness` ("": it does not say), `now` and `sha256_now` of this harness: None
    where it does not read a history of that `format`. `sources` are fingerprints of what was driven. `unlike` names what a verdict on a scenario
    ("" for the run) was held to that is not as it was then; None where the run does not say."""

    name: str
    harness: str
    format: int
    then: tuple[Verdict, ...]
    now: tuple[Verdict, ...] | None
    sha256_then: str
    sha256_now: str
    sources: Mapping[str, str]
    unlike: Callable[[str], Sequence[str]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """A verdict on one history that is not what it was. `then` and `now` are statuses, "not there" where there was none; `lines` are the evidence that
    is new. `of` names what else is not as it was."""

    about: str
    checker: str
    then: str
    now: str
    lines: tuple[str, ...]
    cause: Cause
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What came of it. `rejudged`: the older history, then and now. `differs`: what is wrong in the run and not in the older one, both judged now. `same`:
    how many verdicts are wrong in both alike, of which `harness_made` were right then. `reads`: this harness reads the older history. `common`: cells that
    both have."""

    run: str
    older: str
    harness_then: str
    harness_now: str
    format_then: int
    format_now: int
    reads: bool
    canonical: tuple[str, str]
    rejudged: tuple[Otherwise, ...]
    differs: tuple[Otherwise, ...]
    same: int = 0
    harness_made: int = 0
    common: int = 0
