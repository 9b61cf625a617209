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
RUN = re.compile(r"(?<![0-9A-Za-z+/_=-])[0-9A-Za-z+/_-]{22,}={0,2}(?![0-9A-Za-z+/_=-])")
"""What may be base64, of either alphabet, where a token of it is in several pieces by chance; `encoded` decides."""
_BETWEEN = re.compile(r"[+/_-]")
_WORD = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{3,}|\d+")
WORDS = 0.34
"""From this share of words and numbers on, a text with base64's signs between its pieces is a path, a slug or a name."""
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
SHORTEST, SHORTEST_HEX, SHORTEST_LETTERS = 16, 6, 20
WHOLE = 8
"""From this length on a known token is itself inside anything else, too."""
LONGEST = 200
"""A longer value is a text and no token."""
MIXED = 0.33
"""From this share of neighbours of different kinds on, letters and digits are in no order."""
MORE_MIXED = 0.42
"""And letters alone, which names in camel case are made of, too."""


def chance(piece: str) -> bool:
    """Whether letters and digits without anything between them are made up: hex with both, or a jumble."""
    digits = sum(map(str.isdigit, piece))
    if digits == len(piece):
        return False
    if not digits:
        return len(piece) >= SHORTEST_LETTERS and _jumbled(piece, MORE_MIXED)
    if len(piece) >= SHORTEST_HEX and _HEX.fullmatch(piece):
        return True
    return len(piece) >= SHORTEST and _jumbled(piece)


def encoded(run: str) -> bool:
    """Whether base64 that is in pieces by its own alphabet is made up: small letters and capitals in an order that neither words nor paths have."""
    core = run.rstrip("=")
    pieces = [piece for piece in _BETWEEN.split(core) if piece]
    letters = "".join(pieces)
    if (len(pieces) < 2 and core == letters) or len(letters) < SHORTEST or letters.islower() or letters.isupper():
        return False
    words = sum(len(piece) for piece in pieces if _WORD.fullmatch(piece))
    if words > WORDS * len(letters) or len(core) - len(letters) > len(core) / 4:
        return False
    return _jumbled(letters) and (any(map(str.isdigit, letters)) or _jumbled(letters, MORE_MIXED))


def _jumbled(piece: str, mixed: float = MIXED) -> bool:
    kinds = [0 if c.isdigit() else 1 if c.islower() else 2 for c in piece]
    changes = sum(a != b for a, b in itertools.pairwise(kinds))
    return changes >= mixed * (len(piece) - 1)


def made_up(value: str, given: Callable[[str], bool], timed: Callable[[str], str]) -> bool:
    """Whether the whole of a value is an id of the target's own making: a token with whatever stands around it, or a time of now
    with more than the time. `given` says which tokens somebody else made, `timed` tells times."""
    if not value or len(value) > LONGEST or any(c.isspace() for c in value) or value[0] in "[{<":
        return False
    if any(chance(piece) and not given(piece) for piece in PIECE.findall(value)):
        return True
    if any(encoded(run) and not given(run) for run in RUN.findall(value)):
        return True
    named = timed(value)
    return named != value and not re.fullmatch(r"<[^<>]*>", named)


def shape(value: str) -> str:
    """What of a made-up value is not made up: each of its tokens is `<token>`, digits of that length too."""

    def one(found: re.Match[str]) -> str:
        piece = found[0]
        either = len(piece) >= SHORTEST_HEX and bool(_HEX.fullmatch(piece))
        return "<token>" if either or chance(piece) else piece

    return PIECE.sub(one, RUN.sub(lambda found: "<token>" if encoded(found[0]) else found[0], value))
