"""The blocks of a function in which two versions of it differ.

A block is the statements of a function's body, of a branch, of a loop, of a handler. Where two versions of a block differ only in statements
inside it, whoever never entered it did the same in both. Where it is the condition above a block that differs, the block around it counts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Def = ast.FunctionDef | ast.AsyncFunctionDef
_BODIES = ("body", "orelse", "finalbody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`at` is the function's name ("Order.pay"), in its module; `lines` the first and the last of the block in the old version."""

    at: str
    lines: tuple[int, int]


class Unknown(Exception):
    """Nobody can say who notices it; why."""


def differing(old: Def, new: Def, at: str) -> Iterator[Block]:
    if dumped(old) == dumped(new):
        return
    if _head(old) != _head(new):
        raise Unknown(f"the head of {at} is otherwise: its name, arguments or decorators")
    if _scope(old) != _scope(new):
        yield _block(old.body, at)  # a name that is set in a branch is another name in all of the function
    else:
        yield from _blocks(old.body, new.body, at)


def _blocks(old: Sequence[ast.stmt], new: Sequence[ast.stmt], at: str) -> Iterator[Block]:
    """The smallest blocks of the old version in which two versions of a block differ."""
    found: list[Block] = []
    match = SequenceMatcher(None, [dumped(one) for one in old], [dumped(one) for one in new], autojunk=False)
    for kind, begin, end, start, to in match.get_opcodes():
        if kind == "equal":
            continue
        if kind != "replace" or end - begin != to - start:
            yield _block(old, at)
            return
        for one, other in zip(old[begin:end], new[start:to], strict=True):
            inside = _inside(one, other, at)
            if inside is None:
                yield _block(old, at)
                return
            found += inside
    yield from found


def _inside(old: ast.stmt, new: ast.stmt, at: str) -> list[Block] | None:
    """The blocks inside two statements that differ there alone; None where they differ in what decides who enters one."""
    if type(old) is not type(new) or isinstance(old, ast.ClassDef | ast.Match):
        return None
    olds, news = _bodies(old), _bodies(new)
    if not olds or [bool(one) for one in olds] != [bool(one) for one in news] or _bare(old) != _bare(new):
        return None
    name = f"{at}.{old.name}" if isinstance(old, Def) else at
    return [block for one, other in zip(olds, news, strict=True) for block in _blocks(one, other, name)]


def _bodies(one: ast.stmt) -> list[list[ast.stmt]]:
    own = [getattr(one, name, []) for name in _BODIES]
    caught = one.handlers if isinstance(one, ast.Try | ast.TryStar) else []
    return [*own, *(handler.body for handler in caught)] if own[0] else []


def _bare(one: ast.stmt) -> str:
    """All of a statement but what its blocks hold."""
    if isinstance(one, ast.Try | ast.TryStar):
        return heads([[handler.type, handler.name] for handler in one.handlers])
    return heads([getattr(one, name) for name in one._fields if name not in _BODIES])


def _block(statements: Sequence[ast.stmt], at: str) -> Block:
    return Block(at=at, lines=(min(_first(one) for one in statements), max(one.end_lineno or 0 for one in statements)))


def _first(one: ast.stmt) -> int:
    return min([one.lineno, *(other.lineno for other in getattr(one, "decorator_list", []))])


def _scope(function: Def) -> tuple[frozenset[str], frozenset[str]]:
    """What decides how a function's names are found and what a call of it is: names set in it, and kinds of statement."""
    names: set[str] = set()
    kinds: set[str] = set()
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        if isinstance(node, Def | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.Global | ast.Nonlocal | ast.Yield | ast.YieldFrom | ast.Await):
            kinds.add(dumped(node) if isinstance(node, ast.Global | ast.Nonlocal) else type(node).__name__)
        todo += ast.iter_child_nodes(node)
    return frozenset(names), frozenset(kinds)


def _head(one: Def) -> str:
    return f"{type(one).__name__} {heads([one.name, one.args, one.decorator_list, one.returns])}"


def heads(value: object) -> str:
    """All that nodes say, and what is beside them, in lists of lists."""
    if isinstance(value, list):
        return f"[{', '.join(map(heads, value))}]"
    return ast.dump(value) if isinstance(value, ast.AST) else repr(value)


def dumped(one: ast.AST) -> str:
    """All that a node says, wherever it stands."""
    return ast.dump(one)
