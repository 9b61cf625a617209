"""What a backend said, as text that is only read: nothing in it is obeyed by a terminal or by Markdown. Needs no console."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 4000
"""Characters of one line that anybody reads; what is cut off stands in the history."""
ROOM = 80
"""For what says that it was cut, and for an indent: what was cut is not cut again."""
MARKUP = re.compile(r"[\\`*{}\[\]<>#|!~&]|(?<!\w)_|_(?!\w)")


def shown(text: str) -> str:
    """Every line of `text` as printable characters: others as their escapes, the end of a long one as its length."""
    return "\n".join(_line(line) for line in text.split("\n"))


def lines_shown(lines: Iterable[str]) -> str:
    """All of them as one text, for `click.echo`."""
    return "\n".join(map(shown, lines))


def inert(text: str) -> str:
    """`text` on one line of Markdown, where it is neither markup nor HTML nor the end of a table's cell."""
    return MARKUP.sub(r"\\\g<0>", shown(text.replace("\n", " ")))


def _line(line: str) -> str:
    if len(line) > LONGEST + ROOM:
        line = f"{line[:LONGEST]}… ({len(line)} characters)"
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
