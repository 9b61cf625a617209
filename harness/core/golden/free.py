"""What is not looked at beyond credits: the entries of [free], each read into what it speaks of.

    table.column            a column of a table ("schema.table.column" too); "*.column": of every table
    table.column:path       what stands at a JSON path in that column
    answer ROUTE:path       in the body of an answer; ROUTE is a pattern of its URL ("/jobs/*/"), without it: of all
    header ROUTE:name       a header of an answer
    message TASK:path       in a task message: "args.0.x", "kwargs.x", "result.x"
    call HOST:path          in the body of a request to a provider
    log LOGGER:regex        in the text of an ERROR
    side STORE KEY:path     in what a store holds afterwards; KEY is a pattern
    declared KIND:name      what the target declares: a setting, a field, a route ("declared setting:BUILD_ID")

A JSON path is names and places joined by dots; `*` is any one of them, `**` any number. What is free at a path is told as
`<free>`, so that it comes and goes unseen by nobody; a column that is free is not told at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

COLUMN = "column"
SCOPES = (ANSWER, HEADER, MESSAGE, CALL, LOG, SIDE, DECLARED) = (
    "answer",
    "header",
    "message",
    "call",
    "log",
    "side",
    "declared",
)
_EVENT = re.compile(rf"(?P<scope>{'|'.join(SCOPES)})(?: (?P<of>[^:]*(?::\d+)?))?:(?P<path>.+)")
INSTEAD = "<free>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """One entry: `name` as it is written, `scope` COLUMN or one of SCOPES, `of` a table ("*": any) or a pattern ("": any). `path`
    begins with the column, where the scope is that; of LOG it is one regular expression."""

    name: str
    scope: str
    of: str
    path: tuple[str, ...]

    def fits(self, scope: str, of: str, path: Sequence[str]) -> bool:
        """Whether this is the place that it speaks of."""
        if scope != self.scope or not (self.of in ("", of) or (of and self._pattern(of))):
            return False
        return _fits(self.path, tuple(path))

    def _pattern(self, of: str) -> bool:
        return self.of == "*" if self.scope == COLUMN else fnmatchcase(of, self.of)


def read(name: str) -> Free:
    """Raises ValueError, which says what is wrong with it."""
    if event := _EVENT.fullmatch(name):
        path = (event["path"],) if event["scope"] == LOG else _steps(event["path"])
        if event["scope"] == LOG:
            _regex(event["path"])
        elif set(path) <= {"*", "**"}:
            raise ValueError("it would free everything there")
        return Free(name=name, scope=event["scope"], of=event["of"] or "", path=path)
    where, colon, inner = name.partition(":")
    table, dot, column = where.rpartition(".")
    if not dot or not table or not column or (colon and not inner):
        raise ValueError("it is no column and no path")
    if "*" in column or ("*" in table and table != "*"):
        raise ValueError("a column is named, and its table is named or *")
    return Free(name=name, scope=COLUMN, of=table, path=(column, *(_steps(inner) if inner else ())))


def _steps(path: str) -> tuple[str, ...]:
    steps = tuple(path.split("."))
    if not all(steps):
        raise ValueError("its path has an empty step")
    return steps


def _regex(pattern: str) -> None:
    try:
        empty = re.compile(pattern).fullmatch("")
    except re.error as error:
        raise ValueError(f"it is no regular expression: {error}") from None
    if empty:
        raise ValueError("its regular expression fits nothing at all, too")


def _fits(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_fits(pattern[1:], path[n:]) for n in range(len(path) + 1))
    return bool(path) and pattern[0] in ("*", path[0]) and _fits(pattern[1:], path[1:])


class Freed:
    """The entries of [free] as one who tells events asks them; `used` are the names of those that freed something."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_scope: dict[str, list[Free]] = {}
        for one in map(read, names):
            self._by_scope.setdefault(one.scope, []).append(one)
        self.used: set[str] = set()

    def hit(self, scope: str, of: str, path: Sequence[str]) -> bool:
        """Whether what stands there is free."""
        hits = [one.name for one in self._by_scope.get(scope, ()) if one.fits(scope, of, path)]
        self.used.update(hits)
        return bool(hits)

    def log(self, logger: str, text: str) -> str:
        for one in self._by_scope.get(LOG, ()):
            if not one.of or fnmatchcase(logger, one.of):
                cut = re.sub(one.path[0], INSTEAD, text)
                if cut != text:
                    self.used.add(one.name)
                text = cut
        return text
