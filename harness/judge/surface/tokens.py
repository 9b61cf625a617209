"""What a target makes up by chance: tokens that no two runs share, told apart from words, names and numbers.

A uuid, and an id from a range of its own, are known by their form (names.py). Everything else is guessed at: letters and digits in
an order that no word has. What the scenario, its answers from providers, or a locked surface say decides where a guess would not.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

PIECE = re.compile(r"[0-9A-Za-z]+")
FREE_STANDING = re.compile(
    r"(?<![0-9A-Za-z])(?:(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{8,}|(?=[0-9A-F]*[A-F])(?=[0-9A-F]*\d)[0-9A-F]{8,}|[0-9A-Za-z]{16,})(?![0-9A-Za-z])"
)
"""Where a token may stand in a text; `chance` decides."""
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
SHORTEST, SHORTEST_HEX = 16, 6
WHOLE = 8
"""From this length on a known token is itself inside anything else, too."""
LONGEST = 200
"""A longer value is a text and no token."""
MIXED = 0.33
"""From this share of neighbours of different kinds on, letters and digits are in no order."""


def chance(piece: str) -> bool:
    """Whether letters and digits without anything between them are made up: hex with both, or a jumble."""
    digits = sum(map(str.isdigit, piece))
    if not digits or digits == len(piece):
        return False
    if len(piece) >= SHORTEST_HEX and _HEX.fullmatch(piece):
        return True
    return len(piece) >= SHORTEST and _jumbled(piece)


def _jumbled(piece: str) -> bool:
    kinds = [0 if c.isdigit() else 1 if c.islower() else 2 for c in piece]
    changes = sum(a != b for a, b in itertools.pairwise(kinds))
    return changes >= MIXED * (len(piece) - 1)


def made_up(value: str, given: Callable[[str], bool], timed: Callable[[str], str]) -> bool:
    """Whether the whole of a value is an id of the target's own making: a token with whatever stands around it, or a time of now
    with more than the time. `given` says which tokens somebody else made, `timed` tells times."""
    if not value or len(value) > LONGEST or any(c.isspace() for c in value) or value[0] in "[{<":
        return False
    if any(chance(piece) and not given(piece) for piece in PIECE.findall(value)):
        return True
    named = timed(value)
    return named != value and not re.fullmatch(r"<[^<>]*>", named)


def shape(value: str) -> str:
    """What of a made-up value is not made up: each of its tokens is `<token>`, digits of that length too."""

    def one(found: re.Match[str]) -> str:
        piece = found[0]
        either = len(piece) >= SHORTEST_HEX and bool(_HEX.fullmatch(piece))
        return "<token>" if either or chance(piece) else piece

    return PIECE.sub(one, value)
