"""A text that a regular expression matches. What looks around or back is refused: nothing is guessed."""

from __future__ import annotations

import re
from re import _constants as codes  # the standard library's own parser of regular expressions
from re import _parser as parser
from typing import Any

from harness.provider.simulator.chance import Chance

MOST_REPEATS = 3
"""Beyond the least number of repeats that a pattern asks for."""
_CATEGORIES = {
    codes.CATEGORY_DIGIT: "0123456789",
    codes.CATEGORY_WORD: "abcdefghijklmnopqrstuvwxyz",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_NOT_DIGIT: "abcdefghijklmnopqrstuvwxyz",
    codes.CATEGORY_NOT_SPACE: "abcdefghijklmnopqrstuvwxyz",
    codes.CATEGORY_NOT_WORD: "-",
}
_ANY = "abcdefghijklmnopqrstuvwxyz0123456789-_ .ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Unknown(Exception):
    """The expression has a part that no text is made for."""


def text(expression: str, chance: Chance) -> str:
    """A text that `expression` is found in. Raises Unknown."""
    try:
        return _all(parser.parse(expression), chance)
    except re.error as error:
        raise Unknown(f"it is no regular expression: {error}") from None


def _all(parts: Any, chance: Chance) -> str:
    return "".join(_one(op, value, chance) for op, value in parts)


def _one(op: Any, value: Any, chance: Chance) -> str:
    if op is codes.LITERAL:
        return chr(value)
    if op is codes.NOT_LITERAL:
        return next(sign for sign in _ANY if ord(sign) != value)
    if op is codes.ANY:
        return chance.pick(_ANY[:26])
    if op is codes.AT:
        return ""
    if op is codes.IN:
        return chance.pick(_choice(value))
    if op is codes.BRANCH:
        return _all(chance.pick(value[1]), chance)
    if op is codes.SUBPATTERN:
        return _all(value[-1], chance)
    if op in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        least, most, part = value
        wanted = chance.between(max(least, min(1, most)), min(most, least + MOST_REPEATS))
        return "".join(_all(part, chance) for _ in range(wanted))
    if op is codes.CATEGORY:
        return chance.pick(_CATEGORIES[value])
    raise Unknown(f"nothing is made for {str(op).lower()}")


def _choice(members: Any) -> list[str]:
    signs: list[str] = []
    negated = False
    for op, value in members:
        if op is codes.NEGATE:
            negated = True
        elif op is codes.LITERAL:
            signs.append(chr(value))
        elif op is codes.RANGE:
            signs += [chr(code) for code in range(value[0], min(value[1], value[0] + 200) + 1)]
        elif op is codes.CATEGORY:
            signs += _CATEGORIES[value]
    if negated:
        signs = [sign for sign in _ANY if sign not in signs]
    if not signs:
        raise Unknown("a set of signs is empty")
    return signs
